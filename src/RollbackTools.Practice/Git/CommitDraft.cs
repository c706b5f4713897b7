namespace RollbackTools.Practice.Git;

/// <summary>Who commits.</summary>
public sealed record GitAuthor(string Name, string Address)
{
    public override string ToString() => $"{Name} <{Address}>";
}

/// <summary>What becomes of one file; no content deletes it.</summary>
public sealed record FileChange(string Path, string? Content);

/// <summary>A commit to be made. The same draft on the same parent always gets the same SHA.</summary>
public sealed record CommitDraft(GitAuthor Author, DateTimeOffset Date, string Message, IReadOnlyList<FileChange> Changes);
