using RollbackTools.Operations.Git.Commits;

namespace RollbackTools.Operations.Estate.Git;

/// <summary>A commit to be made on top of another.</summary>
public sealed record CommitDraft
{
    public string Parent { get; init; } = "";

    /// <summary>Paths and their new content; null removes the file. The mode of a file that exists is kept.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>?> Changes { get; init; } = new Dictionary<string, ReadOnlyMemory<byte>?>();

    /// <summary>A whole tree instead of <see cref="Changes"/>: what <see cref="IGitRepository.RevertAsync"/> gave.</summary>
    public string? Tree { get; init; }

    public string Message { get; init; } = "";
}

/// <summary>Which commits to take out of <paramref name="Onto"/>. A merge needs the number (from 1) of the parent to go back to.</summary>
public sealed record RevertRequest(string Onto, IReadOnlyList<GitCommit> Commits, int? Mainline);

/// <summary>
/// The tree without the commits' changes. <see cref="Changed"/> is false when there was nothing left of them;
/// <see cref="Conflicts"/> are the paths that later commits changed too, and then there is no tree.
/// </summary>
public sealed record RevertedTree(string? Tree, bool Changed, IReadOnlyList<string> Conflicts);

/// <summary>A tag to be made; without a message it is a lightweight one.</summary>
public sealed record TagDraft(string Name, string Commit, string? Message);

/// <summary>One ref of the remote, from what it was seen to be (null: it must not exist) to an id made or fetched here.</summary>
public sealed record RefUpdate(string Ref, string? Expected, string Id)
{
    public static RefUpdate Branch(string name, string? expected, string id) => new($"refs/heads/{GitNames.Branch(name)}", expected, id);

    public static RefUpdate Tag(string name, string id) => new($"refs/tags/{GitNames.Tag(name)}", null, id);
}

public enum PushResult
{
    Pushed,

    /// <summary>Somebody else moved a ref first: read it again and plan again.</summary>
    Overtaken,

    /// <summary>The remote said no: a protected branch, a rule or a hook.</summary>
    Rejected,
}

/// <summary>
/// How a push ended. <see cref="Reason"/> is the remote's reason; <see cref="Messages"/> are the lines it printed, without secrets.
/// </summary>
public sealed record PushOutcome(PushResult Result, string Reason, IReadOnlyList<string> Messages);
