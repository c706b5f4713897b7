using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace RollbackTools.Practice.Git;

/// <summary>How a Git host is started.</summary>
public sealed record GitHostOptions
{
    /// <summary>Where the repositories lie; a new private directory, deleted at the end, when null.</summary>
    public string? Directory { get; init; }

    /// <summary>Whether it serves smart HTTP on loopback.</summary>
    public bool Http { get; init; } = true;

    /// <summary>The HTTP port; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Whether it also runs <c>git daemon</c>.</summary>
    public bool Daemon { get; init; }

    /// <summary>Who may come in over HTTP: user and token. Nobody is asked when there is no one.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>What latency is measured by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>
/// A Git server: real bare repositories, made by the real git and served by it, by path, over smart HTTP and by the git protocol. It
/// knows nothing of the configuration of whoever runs it, and ends with everything it started.
/// </summary>
public sealed partial class GitHost : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, GitRepository> repositories = new(StringComparer.Ordinal);
    private readonly string directory;
    private readonly bool ownDirectory;
    private GitHttpServer? http;
    private GitDaemon? daemon;

    private GitHost(GitHostOptions options)
    {
        ownDirectory = options.Directory is null;
        directory = options.Directory ?? Directory.CreateTempSubdirectory("rollback-git-").FullName;
        Root = Path.Combine(directory, "repositories");
        Directory.CreateDirectory(Root);
        Git = GitTool.In(Path.Combine(directory, "home"));
    }

    /// <summary>Where HTTP listens: <c>http://127.0.0.1:port/</c>. Throws <see cref="InvalidOperationException"/> when it does not.</summary>
    public Uri Http => http?.Url ?? throw new InvalidOperationException("This Git host serves no HTTP.");

    /// <summary>Where the git daemon listens. Throws <see cref="InvalidOperationException"/> when there is none.</summary>
    public Uri Daemon => daemon?.Url ?? throw new InvalidOperationException("This Git host runs no git daemon.");

    public IReadOnlyCollection<GitRepository> Repositories => [.. repositories.Values];

    internal GitTool Git { get; }

    /// <summary>Everything below it is a repository.</summary>
    internal string Root { get; }

    /// <summary>Throws <see cref="GitMissingException"/> when this machine has no git.</summary>
    public static async Task<GitHost> StartAsync(GitHostOptions options, CancellationToken cancellation)
    {
        if (GitTool.Executable is null) throw new GitMissingException();
        GitHost host = new(options);
        try
        {
            if (options.Http) host.http = await GitHttpServer.StartAsync(host, options, cancellation);
            if (options.Daemon) host.daemon = await GitDaemon.StartAsync(host.Git, host.Root, cancellation);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a repository, with a history or empty. Names are like <c>tomoda/devops</c>.</summary>
    public async Task<GitRepository> CreateAsync(string name, RepositorySeed? seed, CancellationToken cancellation)
    {
        if (!Name().IsMatch(name)) throw new ArgumentException($"'{name}' is no name for a repository.", nameof(name));
        GitRepository repository = new(Git, this, name, Path.Combine(Root, name.Replace('/', Path.DirectorySeparatorChar) + ".git"));
        if (!repositories.TryAdd(name, repository)) throw new ArgumentException($"There is a repository {name} already.", nameof(name));
        await repository.CreateAsync(seed, cancellation);
        return repository;
    }

    /// <summary>The repository of this name; null when there is none.</summary>
    public GitRepository? Find(string name) => repositories.GetValueOrDefault(name);

    /// <summary>
    /// The repository that a URL, as it stands in a manifest, means: one of ours by HTTP, git protocol, file URL or path, with or
    /// without <c>.git</c> and a user's name.
    /// </summary>
    public GitRepository? FindByUrl(string url) => repositories.Values.FirstOrDefault(repository => Urls(repository).Contains(Plain(url)));

    public async ValueTask DisposeAsync()
    {
        if (http is not null) await http.DisposeAsync();
        if (daemon is not null) await daemon.DisposeAsync();
        foreach (var repository in repositories.Values) await repository.DisposeAsync();
        if (ownDirectory) Delete(directory);
    }

    private IEnumerable<string> Urls(GitRepository repository)
    {
        yield return Plain(repository.Location);
        yield return Plain(repository.FileUrl.AbsoluteUri);
        if (http is not null) yield return Plain(repository.HttpUrl.AbsoluteUri);
        if (daemon is not null) yield return Plain(repository.DaemonUrl.AbsoluteUri);
    }

    private static string Plain(string url) => User().Replace(url.TrimEnd('/'), "$1") is var plain && plain.EndsWith(".git", StringComparison.Ordinal)
        ? plain[..^4]
        : plain;

    /// <summary>git writes its objects read-only, which only some file systems mind on deletion.</summary>
    private static void Delete(string directory)
    {
        if (OperatingSystem.IsWindows())
            foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)) File.SetAttributes(file, FileAttributes.Normal);
        Directory.Delete(directory, recursive: true);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)?$")]
    private static partial Regex Name();

    [GeneratedRegex("^([a-z]+://)[^/@]*@")]
    private static partial Regex User();
}
