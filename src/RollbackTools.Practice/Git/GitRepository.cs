using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RollbackTools.Practice.Git;

/// <summary>
/// One bare repository of a <see cref="GitHost"/>: where it can be reached, what the server itself may do to it, and what may go
/// wrong with it. Thread-safe.
/// </summary>
public sealed partial class GitRepository : IAsyncDisposable
{
    private readonly GitTool git;
    private readonly GitHost host;
    private readonly GitObjects objects;

    internal GitRepository(GitTool git, GitHost host, string name, string directory)
    {
        (this.git, this.host, Name, Location) = (git, host, name, directory);
        objects = new GitObjects(git, directory);
        Rules = new PushRules(directory);
    }

    /// <summary>As it is named in URLs, without <c>.git</c>: <c>tomoda/devops</c>.</summary>
    public string Name { get; }

    /// <summary>The bare repository's directory, which is also a URL that git takes.</summary>
    public string Location { get; }

    public Uri FileUrl => new(Location);

    /// <summary>Throws <see cref="InvalidOperationException"/> when the host serves no HTTP.</summary>
    public Uri HttpUrl => new(host.Http, $"{Name}.git");

    /// <summary>Throws <see cref="InvalidOperationException"/> when the host runs no git daemon.</summary>
    public Uri DaemonUrl => new(host.Daemon, $"{Name}.git");

    /// <summary>Which pushes are refused.</summary>
    public PushRules Rules { get; }

    /// <summary>Whether anybody gets through to it: over HTTP a 503, by its path or the daemon no repository at all.</summary>
    public bool Reachable
    {
        get => Directory.Exists(Location);
        set
        {
            if (value == Reachable) return;
            var aside = Location + ".unreachable";
            Directory.Move(value ? aside : Location, value ? Location : aside);
        }
    }

    /// <summary>How long every HTTP request waits before it is answered.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>
    /// The commit that a branch, tag, <c>HEAD</c>, full or short SHA stands for; null when it stands for none.
    /// </summary>
    public async Task<string?> ResolveAsync(string revision, CancellationToken cancellation)
    {
        Demand();
        if (revision is "" or "HEAD") return await CommitAsync("HEAD", cancellation);
        if (!RefName().IsMatch(revision)) return null;
        return await CommitAsync($"refs/heads/{revision}", cancellation)
            ?? await CommitAsync($"refs/tags/{revision}", cancellation)
            ?? (revision.StartsWith("refs/", StringComparison.Ordinal) || Sha().IsMatch(revision) ? await CommitAsync(revision, cancellation) : null);
    }

    /// <summary>A file of a commit; null when the commit has no such file.</summary>
    public async Task<byte[]?> ReadAsync(string commit, string path, CancellationToken cancellation)
    {
        Demand();
        return await objects.FindAsync($"{commit}:{path}", cancellation) is { Type: "blob" } file ? file.Content : null;
    }

    /// <summary>A file of a commit as text; null when the commit has no such file.</summary>
    public async Task<string?> ReadTextAsync(string commit, string path, CancellationToken cancellation) =>
        await ReadAsync(commit, path, cancellation) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>
    /// Commits on the server itself, as a merge button does: no push, so no rule against pushes. Returns the commit. Throws
    /// <see cref="GitException"/> when the branch has moved meanwhile.
    /// </summary>
    public async Task<string> CommitAsync(CommitDraft draft, CancellationToken cancellation, string branch = "main")
    {
        Demand();
        await git.RunAsync(Location, [FastImport.Command, "--quiet"], cancellation, async input =>
        {
            FastImport import = new(input);
            await import.CommitAsync($"refs/heads/{branch}", draft, from: $"refs/heads/{branch}^0");
            await import.EndAsync();
        });
        return (await ResolveAsync(branch, cancellation))!;
    }

    /// <summary>Points a tag at a commit, new or moved.</summary>
    public Task TagAsync(string tag, string commit, CancellationToken cancellation) =>
        git.RunAsync(Location, ["update-ref", $"refs/tags/{tag}", commit], cancellation);

    /// <summary>
    /// Rewrites history: the branch is at another commit from now on. <paramref name="forget"/> also deletes what nothing points
    /// to any more, so that not even its SHA finds it.
    /// </summary>
    public async Task ForceAsync(string branch, string commit, CancellationToken cancellation, bool forget = false)
    {
        Demand();
        await git.RunAsync(Location, ["update-ref", $"refs/heads/{branch}", commit], cancellation);
        if (!forget) return;
        await git.RunAsync(Location, ["reflog", "expire", "--expire=now", "--all"], cancellation);
        await git.RunAsync(Location, ["gc", "--prune=now", "--quiet"], cancellation);
        await objects.ForgetAsync(cancellation);
    }

    /// <summary>Author, date and message of a commit; null when there is none.</summary>
    public async Task<GitCommit?> DescribeAsync(string commit, CancellationToken cancellation)
    {
        Demand();
        return await objects.FindAsync($"{commit}^{{commit}}", cancellation) is { } found ? GitCommit.Parse(found) : null;
    }

    /// <summary>A branch from its beginning to its tip, without what was merged into it: commits, and when each was made.</summary>
    public async Task<IReadOnlyList<(string Commit, DateTimeOffset Date)>> MainlineAsync(string branch, CancellationToken cancellation)
    {
        var log = await git.RunAsync(Location, ["log", "--first-parent", "--reverse", "--format=%H %ct", $"refs/heads/{branch}"], cancellation);
        return [.. log.Split('\n').Select(line => line.Split(' '))
            .Select(line => (line[0], DateTimeOffset.FromUnixTimeSeconds(long.Parse(line[1], CultureInfo.InvariantCulture))))];
    }

    /// <summary>The names of all tags.</summary>
    public async Task<IReadOnlyList<string>> TagsAsync(CancellationToken cancellation)
    {
        Demand();
        var tags = await git.RunAsync(Location, ["for-each-ref", "--format=%(refname:strip=2)", "refs/tags/"], cancellation);
        return tags.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public ValueTask DisposeAsync() => objects.DisposeAsync();

    internal Task<IReadOnlyList<TreeEntry>?> ListAsync(string commit, string path, CancellationToken cancellation)
    {
        Demand();
        return objects.ListAsync(commit, path, cancellation);
    }

    internal async Task CreateAsync(RepositorySeed? seed, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Location);
        await git.RunAsync(Location, ["init", "--bare", "--quiet", $"--initial-branch={seed?.DefaultBranch ?? "main"}", "."], cancellation);
        foreach (var (name, value) in Settings) await git.RunAsync(Location, ["config", name, value], cancellation);
        Rules.Install();
        if (seed is not null) await ImportAsync(seed.WriteAsync, cancellation);
    }

    /// <summary>Adds a history written as a fast-import stream.</summary>
    internal Task ImportAsync(Func<Stream, Task> write, CancellationToken cancellation) =>
        git.RunAsync(Location, [FastImport.Command, "--quiet"], cancellation, write);

    // What GitHub's servers allow: pushes over HTTP, partial clones, and any commit by its SHA.
    private static (string Name, string Value)[] Settings { get; } =
    [
        ("http.receivepack", "true"),
        ("uploadpack.allowFilter", "true"),
        ("uploadpack.allowAnySHA1InWant", "true"),
        ("core.logAllRefUpdates", "false"),
    ];

    private async Task<string?> CommitAsync(string name, CancellationToken cancellation) =>
        (await objects.FindAsync($"{name}^{{commit}}", cancellation))?.Hash;

    private void Demand()
    {
        if (!Reachable) throw new GitException("fetch", 128, $"fatal: unable to access '{Name}': Could not connect to server");
    }

    [GeneratedRegex("^[0-9a-f]{4,40}$")]
    private static partial Regex Sha();

    // Nothing of git's revision language (^ ~ : @{ } and so on): a name is a name.
    [GeneratedRegex(@"^(?!-)(?!.*\.\.)[^\s~^:?*\[\\\x00-\x1f\x7f{}]+$")]
    private static partial Regex RefName();
}

/// <summary>What a commit says of itself.</summary>
/// <param name="Author"><c>Name &lt;address&gt;</c>.</param>
public sealed record GitCommit(string Hash, string Author, DateTimeOffset Date, string Message)
{
    internal static GitCommit Parse(GitObject commit)
    {
        var text = Encoding.UTF8.GetString(commit.Content);
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var author = text[..end].Split('\n').First(line => line.StartsWith("author ", StringComparison.Ordinal))["author ".Length..];
        var name = author[..(author.LastIndexOf('>') + 1)];
        var moment = author[(name.Length + 1)..].Split(' ');
        var zone = int.Parse(moment[1], CultureInfo.InvariantCulture);
        TimeSpan offset = new(zone / 100, zone % 100, 0);
        var date = DateTimeOffset.FromUnixTimeSeconds(long.Parse(moment[0], CultureInfo.InvariantCulture)).ToOffset(offset);
        return new GitCommit(commit.Hash, name, date, text[(end + 2)..]);
    }
}
