using System.Security.Cryptography;
using System.Text;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Integrations.Git;

/// <summary>
/// Makes commits from objects alone: only the trees on the way to a changed path are read and written, however large the
/// repository is.
/// </summary>
internal sealed class CommitWriter(GitProgram git, ObjectReader objects)
{
    public async Task<string> WriteAsync(CommitDraft draft, CancellationToken cancellation)
    {
        var tree = draft.Tree ?? await WriteTreeAsync(draft.Parent, draft.Changes, cancellation).ConfigureAwait(false);
        return await WriteCommitAsync(tree, [draft.Parent], draft.Message, await IsSignedAsync("commit.gpgsign", cancellation).ConfigureAwait(false), cancellation)
            .ConfigureAwait(false);
    }

    public async Task<string> WriteCommitAsync(
        string tree, IReadOnlyList<string> parents, string message, bool signed, CancellationToken cancellation)
    {
        GitCall call = new([
            "commit-tree", .. signed ? (string[])["-S"] : [], .. parents.SelectMany(parent => (string[])["-p", GitNames.Id(parent)]), "-F", "-", GitNames.Id(tree)])
        {
            Input = Encoding.UTF8.GetBytes(message.ReplaceLineEndings("\n").TrimEnd('\n') + "\n"),
            What = "git commit-tree",
        };
        return (await git.RunAsync(call, cancellation).ConfigureAwait(false)).Line;
    }

    /// <summary>commit-tree and mktag do not look at this by themselves.</summary>
    public async Task<bool> IsSignedAsync(string setting, CancellationToken cancellation) =>
        (await git.RunAsync(new GitCall("config", "--type=bool", "--get", setting) { Answers = [1] }, cancellation).ConfigureAwait(false)).Line == "true";

    private async Task<string> WriteTreeAsync(
        string parent, IReadOnlyDictionary<string, ReadOnlyMemory<byte>?> changes, CancellationToken cancellation)
    {
        var directories = changes.Keys.SelectMany(path => Above(GitNames.Path(path))).Distinct().OrderBy(Depth).ToList();
        var found = await objects.ReadAsync([.. directories.Select(directory => $"{GitNames.Id(parent)}:{directory}")], cancellation).ConfigureAwait(false);
        Dictionary<string, RawTree> trees = [];
        for (var i = 0; i < directories.Count; i++)
        {
            if (found[i] is not null and not { Type: "tree" }) throw NotADirectory(directories[i]);
            trees[directories[i]] = found[i]?.AsTree() ?? new RawTree([]);
        }

        foreach (var (path, content) in changes) await ChangeAsync(trees, GitNames.Path(path), content, cancellation).ConfigureAwait(false);
        return await WriteTreesAsync(directories, trees, parent.Length, cancellation).ConfigureAwait(false);
    }

    private async Task ChangeAsync(Dictionary<string, RawTree> trees, string path, ReadOnlyMemory<byte>? content, CancellationToken cancellation)
    {
        var (directory, name) = Split(path);
        var tree = trees[directory];
        if (content is not { } bytes)
        {
            tree.Remove(name);
            return;
        }

        var mode = tree.Find(name)?.Mode ?? RawTree.File;
        if (mode is RawTree.Directory or RawTree.Submodule or RawTree.SymbolicLink)
            throw new EstateException(EstateErrorKind.Rejected, $"{path} is no file but a {(mode == RawTree.SymbolicLink ? "symbolic link" : mode == RawTree.Submodule ? "submodule" : "directory")}.");
        GitCall call = new("hash-object", "-w", "--no-filters", "--stdin") { Input = bytes };
        tree.Set(name, mode, (await git.RunAsync(call, cancellation).ConfigureAwait(false)).Line);
    }

    // Deepest first, so that each knows its children's ids; those are computed here, so that one process writes them all.
    private async Task<string> WriteTreesAsync(List<string> directories, Dictionary<string, RawTree> trees, int idLength, CancellationToken cancellation)
    {
        using MemoryStream input = new();
        var id = "";
        foreach (var directory in Enumerable.Reverse(directories))
        {
            var tree = trees[directory];
            id = IdOf(tree.ToBytes(), idLength);
            if (directory.Length > 0)
            {
                var (above, name) = Split(directory);
                if (tree.IsEmpty) trees[above].Remove(name);
                else if (trees[above].Find(name) is { Mode: not RawTree.Directory }) throw NotADirectory(directory);
                else trees[above].Set(name, RawTree.Directory, id);
                if (tree.IsEmpty) continue;
            }

            tree.WriteTo(input);
            input.WriteByte(0);
        }

        GitCall call = new("mktree", "--batch", "--missing", "-z") { Input = input.ToArray() };
        var written = (await git.RunAsync(call, cancellation).ConfigureAwait(false)).Lines.LastOrDefault();
        return written == id ? id : throw new EstateException(EstateErrorKind.Server, "git mktree wrote another tree than was asked for.");
    }

    private static string IdOf(byte[] tree, int idLength)
    {
        byte[] content = [.. Encoding.ASCII.GetBytes($"tree {tree.Length}\0"), .. tree];
        return Convert.ToHexString(idLength == 64 ? SHA256.HashData(content) : SHA1.HashData(content)).ToLowerInvariant();
    }

    private static IEnumerable<string> Above(string path)
    {
        for (var directory = Split(path).Directory; ; directory = Split(directory).Directory)
        {
            yield return directory;
            if (directory.Length == 0) yield break;
        }
    }

    private static int Depth(string directory) => directory.Length == 0 ? 0 : directory.Count(c => c == '/') + 1;

    private static (string Directory, string Name) Split(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 ? ("", path) : (path[..slash], path[(slash + 1)..]);
    }

    private static EstateException NotADirectory(string path) =>
        new(EstateErrorKind.Rejected, $"{path} is no directory of this repository (a file, a link or a submodule).");
}
