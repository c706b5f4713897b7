using RollbackTools.Integrations.Hosting;

namespace RollbackTools.Integrations.Git;

/// <summary>What a local working copy says about its remote. Only its configuration is read.</summary>
internal sealed record WorkingCopy(string Directory, string RemoteUrl, IReadOnlyList<(string Key, string Value)> Settings)
{
    // Who commits, how it is signed and how the remote is reached: what git itself would take from this repository.
    private static readonly string[] Passed = ["user.", "author.", "committer.", "gpg.", "credential.", "http.", "https.", "url.", "ssh.", "i18n."];

    private static readonly string[] PassedKeys = ["commit.gpgsign", "tag.gpgsign", "core.sshcommand", "core.askpass", "core.gitproxy"];

    /// <summary>Null when the path is not inside a working copy (it may be a bare repository).</summary>
    public static async Task<WorkingCopy?> ReadAsync(string path, HostEnvironment host, CancellationToken cancellation)
    {
        GitProgram git = new(host, null, ChildSettings.None);
        var top = await git.RunAsync(new GitCall("-C", path, "rev-parse", "--show-toplevel") { Answers = [128], What = $"git rev-parse in {path}" }, cancellation)
            .ConfigureAwait(false);
        if (top.ExitCode != 0)
        {
            if (top.Errors.FirstOrDefault(line => line.Contains("dubious ownership", StringComparison.Ordinal)) is not null) throw GitFailure.Of($"git in {path}", top.Errors);
            return null;
        }

        var local = await git.RunAsync(new GitCall("-C", path, "config", "--local", "--includes", "--list", "-z"), cancellation).ConfigureAwait(false);
        var settings = local.Text.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('\n', 2))
            .Select(pair => (Key: pair[0], Value: pair.Length > 1 ? pair[1] : "true")).ToList();
        var branch = await git.RunAsync(new GitCall("-C", path, "symbolic-ref", "--quiet", "--short", "HEAD") { Answers = [1] }, cancellation).ConfigureAwait(false);
        var remote = Last(settings, $"branch.{branch.Line}.pushremote") ?? Last(settings, "remote.pushdefault") ?? Last(settings, $"branch.{branch.Line}.remote");
        if (remote is null or ".") remote = "origin";
        var url = Last(settings, $"remote.{remote}.url")
            ?? throw Configuration.Error($"The repository {top.Line} has no remote '{remote}' to push to.", "git remote -v");
        if (IsRelative(url)) url = Path.GetFullPath(url, top.Line);
        return new WorkingCopy(top.Line, url, [.. settings.Where(entry => IsPassed(entry.Key))]);
    }

    private static bool IsRelative(string url) => url.StartsWith("./", StringComparison.Ordinal) || url.StartsWith("../", StringComparison.Ordinal);

    private static string? Last(List<(string Key, string Value)> settings, string key) => settings.LastOrDefault(entry => entry.Key == key).Value;

    private static bool IsPassed(string key) =>
        PassedKeys.Contains(key) || Passed.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal));
}
