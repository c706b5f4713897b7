namespace RollbackTools.Operations.Estate.Git;

/// <summary>A branch and the commit it was seen to point to.</summary>
public sealed record GitBranch(string Name, string Tip);

/// <summary>Who, and when.</summary>
public sealed record GitSignature(string Name, string Email, DateTimeOffset At);

/// <summary>A commit. <see cref="Body"/> is the message without its first paragraph.</summary>
public sealed record GitCommit
{
    public string Id { get; init; } = "";

    public IReadOnlyList<string> Parents { get; init; } = [];

    public GitSignature Author { get; init; } = new("", "", default);

    public GitSignature Committer { get; init; } = new("", "", default);

    public string Subject { get; init; } = "";

    public string Body { get; init; } = "";

    /// <summary>Short enough to read, long enough to be one commit.</summary>
    public string ShortId => Short(Id);

    public static string Short(string id) => id.Length > 10 ? id[..10] : id;
}

/// <summary>Commits, newest first. <see cref="Complete"/> is false when older ones exist that were not looked at or not asked for.</summary>
public sealed record GitLog(IReadOnlyList<GitCommit> Commits, bool Complete);

public enum GitEntryKind
{
    File,
    Directory,
    SymbolicLink,
    Submodule,
}

/// <summary>An entry of a directory; the id is that of its content.</summary>
public sealed record GitEntry(string Name, GitEntryKind Kind, string Id);

/// <summary>A file's bytes as they are stored: a Git LFS pointer stays a pointer, a symbolic link is its target's path.</summary>
public sealed record GitFile(string Id, GitEntryKind Kind, ReadOnlyMemory<byte> Content);

/// <summary>A tag: what it names, a commit as a rule, and its own id when it is annotated (else the commit's).</summary>
public sealed record GitTag(string Name, string Commit, string Id)
{
    public bool Annotated => Id != Commit;
}

/// <summary>A tag and the commit that it names.</summary>
public sealed record TaggedCommit(GitTag Tag, GitCommit Commit);
