namespace RollbackTools.Operations.Releases;

/// <summary>A release as its tag names it.</summary>
public sealed record ReleaseTag
{
    public string Estate { get; init; } = "";

    public string Repository { get; init; } = "";

    /// <summary>The tag: <c>release/v1.4.0</c>.</summary>
    public string Name { get; init; } = "";

    public string Commit { get; init; } = "";

    /// <summary>When the commit was made.</summary>
    public DateTimeOffset Date { get; init; }

    public string Author { get; init; } = "";

    public string Subject { get; init; } = "";

    public bool Annotated { get; init; }

    /// <summary>The overlay looks on the branch as it does at this tag. The newest such tag only.</summary>
    public bool Current { get; init; }

    /// <summary>
    /// Where a rollback of the whole release goes: the newest older tag at which the overlay looks different, and, where the Argo CD application is
    /// known, that was not rolled away from and is not known not to have worked.
    /// </summary>
    public bool Previous { get; init; }
}
