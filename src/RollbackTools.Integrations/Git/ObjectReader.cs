using System.Globalization;
using System.Text;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Integrations.Git;

/// <summary>Reads objects through one git process however many there are; what the cache lacks, git fetches on the way.</summary>
internal sealed class ObjectReader(GitProgram git, string what)
{
    /// <summary>Names are ids or <c>commit:path</c>; answers come in the same order, null where there is no such object.</summary>
    public async Task<IReadOnlyList<GitObject?>> ReadAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        if (names.Count == 0) return [];
        GitCall call = new("cat-file", "--batch") { Input = Encoding.UTF8.GetBytes(string.Join('\n', names) + "\n"), Timeout = GitCall.Network, What = what };
        var answer = await git.RunAsync(call, cancellation).ConfigureAwait(false);
        return Parse(answer.Output.Span, names.Count);
    }

    /// <summary>What each id is the id of: commit, tree, blob or tag; null where there is no such object.</summary>
    public async Task<IReadOnlyList<string?>> ReadTypesAsync(IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        if (ids.Count == 0) return [];
        GitCall call = new("cat-file", "--batch-check=%(objecttype)") { Input = Encoding.UTF8.GetBytes(string.Join('\n', ids) + "\n"), Timeout = GitCall.Network, What = what };
        var lines = (await git.RunAsync(call, cancellation).ConfigureAwait(false)).Lines;
        return [.. lines.Select(line => line.Contains(' ', StringComparison.Ordinal) ? null : line)];
    }

    public async Task<IReadOnlyList<GitCommit>> ReadCommitsAsync(IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        var objects = await ReadAsync(ids, cancellation).ConfigureAwait(false);
        return [.. objects.Select((found, i) => found is { Type: "commit" }
            ? CommitParser.Parse(ids[i], found.Content)
            : throw new EstateException(EstateErrorKind.NotFound, $"{ids[i]} is not a commit of this repository.") { Request = what })];
    }

    // "<id> <type> <size>\n<content>\n", or "<name> missing\n" (also ambiguous).
    private List<GitObject?> Parse(ReadOnlySpan<byte> output, int count)
    {
        List<GitObject?> objects = [];
        while (objects.Count < count)
        {
            var end = output.IndexOf((byte)'\n');
            if (end < 0) throw new EstateException(EstateErrorKind.Server, $"{what} ended before everything was read.") { Request = what };
            var fields = Encoding.UTF8.GetString(output[..end]).Split(' ');
            output = output[(end + 1)..];
            if (fields.Length != 3 || !GitNames.IsId(fields[0]) || !int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            {
                objects.Add(null);
                continue;
            }

            objects.Add(new GitObject(fields[0], fields[1], output[..size].ToArray()));
            output = output[(size + 1)..];
        }

        return objects;
    }
}

internal sealed record GitObject(string Id, string Type, byte[] Content)
{
    public RawTree AsTree() => RawTree.Parse(Content, Id.Length / 2);
}
