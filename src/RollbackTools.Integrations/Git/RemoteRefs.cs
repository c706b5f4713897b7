using System.IO.Enumeration;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Integrations.Git;

/// <summary>What the remote says its refs are: one question, no objects.</summary>
internal sealed class RemoteRefs(GitProgram git, string url)
{
    private const string Heads = "refs/heads/";
    private const string Tags = "refs/tags/";

    public async Task<string> DefaultBranchAsync(CancellationToken cancellation)
    {
        var lines = await ListAsync(["--symref"], "HEAD", cancellation).ConfigureAwait(false);
        var head = lines.FirstOrDefault(line => line.StartsWith("ref: " + Heads, StringComparison.Ordinal));
        return head?.Split('\t')[0]["ref: refs/heads/".Length..] is { } name
            ? GitNames.Branch(name)
            : throw new EstateException(EstateErrorKind.NotFound, $"{url} has no default branch: it is empty, or its HEAD points nowhere.")
            {
                Request = $"git ls-remote {url}",
                Recommendation = "Name the branch with -Branch.",
            };
    }

    /// <summary>Names that Git would not allow us to use, the server's fault or somebody's trap, are left out.</summary>
    public async Task<IReadOnlyList<GitTag>> TagsAsync(string pattern, CancellationToken cancellation)
    {
        Dictionary<string, (string? Id, string? Commit)> found = [];
        foreach (var line in await ListAsync(["--tags"], Tags + pattern, cancellation).ConfigureAwait(false))
        {
            if (line.Split('\t') is not [var id, var name] || !GitNames.IsId(id) || !name.StartsWith(Tags, StringComparison.Ordinal)) continue;
            var peeled = name.EndsWith("^{}", StringComparison.Ordinal);
            name = name[Tags.Length..^(peeled ? 3 : 0)];
            if (!FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false) || !IsUsable(name)) continue;
            var known = found.GetValueOrDefault(name);
            found[name] = peeled ? (known.Id, id) : (id, known.Commit);
        }

        return [.. found.Where(pair => pair.Value.Id is not null)
            .Select(pair => new GitTag(pair.Key, pair.Value.Commit ?? pair.Value.Id!, pair.Value.Id!))
            .OrderByDescending(tag => tag.Name, VersionOrder.Instance)];
    }

    // A pattern also matches at the end of a longer name, and an annotated tag's commit is a line of its own that needs its own pattern.
    private async Task<IEnumerable<string>> ListAsync(string[] options, string pattern, CancellationToken cancellation)
    {
        string[] patterns = options.Contains("--tags") ? [pattern, pattern + "^{}"] : [pattern];
        GitCall call = new(["ls-remote", "--quiet", .. options, GitCache.Remote, .. patterns]) { Timeout = GitCall.Network, What = $"git ls-remote {url}" };
        return (await git.RunAsync(call, cancellation).ConfigureAwait(false)).Lines;
    }

    private static bool IsUsable(string name)
    {
        try
        {
            return GitNames.Tag(name) == name;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
