using System.Text;

namespace RollbackTools.Practice.Git;

/// <summary>
/// Somebody's clone of a repository: a developer's, a pipeline's, a controller's. It fetches, commits and pushes over the wire, so
/// that protected branches, refused pushes and an unreachable server are what they are to anybody else.
/// </summary>
public sealed class GitClone : IDisposable
{
    private readonly GitTool git;
    private readonly string url;
    private readonly string directory = Directory.CreateTempSubdirectory("rollback-clone-").FullName;
    private readonly Dictionary<string, string> environment = [];

    private GitClone(GitTool? git, string url) => (this.git, this.url) = (git ?? GitTool.In(Path.Combine(directory, "home")), url);

    /// <summary>With a git of its own: for whoever knows nothing of the server but its address. Throws <see cref="GitMissingException"/>.</summary>
    public static async Task<GitClone> OpenAsync(string url, CancellationToken cancellation)
    {
        GitClone clone = new(null, url);
        await clone.GitAsync(["init", "--bare", "--quiet", "."], cancellation);
        return clone;
    }

    /// <param name="host">Whose git and clean environment are used.</param>
    /// <param name="url">Where it fetches from and pushes to.</param>
    /// <param name="user">Name and token for HTTP; they travel in the environment, never in arguments.</param>
    public static async Task<GitClone> OpenAsync(
        GitHost host, string url, CancellationToken cancellation, (string Name, string Token)? user = null)
    {
        GitClone clone = new(host.Git, url);
        if (user is { } known)
        {
            clone.environment["GIT_CONFIG_COUNT"] = "1";
            clone.environment["GIT_CONFIG_KEY_0"] = "http.extraHeader";
            clone.environment["GIT_CONFIG_VALUE_0"] =
                "Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{known.Name}:{known.Token}"));
        }

        await clone.GitAsync(["init", "--bare", "--quiet", "."], cancellation);
        return clone;
    }

    /// <summary>The branch that the server's HEAD points to. Throws <see cref="GitException"/>.</summary>
    public async Task<string> DefaultBranchAsync(CancellationToken cancellation)
    {
        const string prefix = "ref: refs/heads/";
        var answer = await GitAsync(["ls-remote", "--symref", "--", url, "HEAD"], cancellation);
        return answer.StartsWith(prefix, StringComparison.Ordinal)
            ? answer[prefix.Length..answer.IndexOf('\t', StringComparison.Ordinal)]
            : throw new GitException("ls-remote", 0, $"{url} has no default branch");
    }

    /// <summary>
    /// Takes the branch's newest commit and returns its SHA; only that commit, as a pipeline does. Throws <see cref="GitException"/>.
    /// </summary>
    public async Task<string> FetchAsync(string branch, CancellationToken cancellation)
    {
        await GitAsync(["fetch", "--quiet", "--depth=1", "--no-tags", "--", url, $"+refs/heads/{branch}:refs/practice/{branch}"], cancellation);
        return await GitAsync(["rev-parse", "--verify", $"refs/practice/{branch}"], cancellation);
    }

    /// <summary>A file as it was fetched; null when there is none.</summary>
    public async Task<string?> ReadAsync(string branch, string path, CancellationToken cancellation)
    {
        var name = $"refs/practice/{branch}:{path}";
        if ((await GitAsync(["ls-tree", "--name-only", "-z", $"refs/practice/{branch}", "--", path], cancellation)).Length == 0) return null;

        // Not through RunAsync, which trims.
        using var process = git.Start(directory, ["cat-file", "blob", name]);
        process.StandardInput.Close();
        var text = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 ? text : null;
    }

    /// <summary>
    /// Commits on what was fetched and pushes it to the branch; returns the commit. Throws <see cref="GitException"/> with git's words
    /// when the push is refused.
    /// </summary>
    public async Task<string> PushAsync(string branch, CommitDraft draft, CancellationToken cancellation, params string[] tags)
    {
        await GitAsync([FastImport.Command, "--quiet"], cancellation, async input =>
        {
            FastImport import = new(input);
            await import.CommitAsync("refs/practice/next", draft, from: $"refs/practice/{branch}");
            await import.EndAsync();
        });
        var commit = await GitAsync(["rev-parse", "--verify", "refs/practice/next"], cancellation);
        await GitAsync(["update-ref", "-d", "refs/practice/next"], cancellation);
        await GitAsync(
            ["push", "--quiet", "--", url, $"{commit}:refs/heads/{branch}", .. tags.Select(tag => $"{commit}:refs/tags/{tag}")], cancellation);
        return commit;
    }

    /// <summary>A branch's newest commits, newest first: short id and the line that says who did what.</summary>
    public async Task<IReadOnlyList<(string Commit, string Line)>> LogAsync(string branch, int count, CancellationToken cancellation)
    {
        await GitAsync(["fetch", "--quiet", $"--depth={count}", "--no-tags", "--", url, $"+refs/heads/{branch}:refs/practice/{branch}"], cancellation);
        var log = await GitAsync(["log", "--first-parent", $"--max-count={count}", "--format=%h %an: %s", $"refs/practice/{branch}"], cancellation);
        return [.. log.Split('\n').Select(line => (line[..line.IndexOf(' ', StringComparison.Ordinal)], line))];
    }

    public void Dispose()
    {
        if (OperatingSystem.IsWindows())
            foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)) File.SetAttributes(file, FileAttributes.Normal);
        Directory.Delete(directory, recursive: true);
    }

    private Task<string> GitAsync(IReadOnlyList<string> arguments, CancellationToken cancellation, Func<Stream, Task>? input = null) =>
        git.RunAsync(directory, arguments, cancellation, input, environment);
}
