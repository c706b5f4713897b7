using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Commits;

/// <summary>What happened in Git: a result with where it was pushed.</summary>
public sealed record GitChange : RollbackResult
{
    public override string Estate { get; init; } = "";

    public override string Namespace { get; init; } = "";

    public override string Kind { get; init; } = "";

    public override string Name { get; init; } = "";

    public override string From { get; init; } = "";

    public override string To { get; init; } = "";

    public override RollbackOutcome Outcome { get; init; }

    public override DateTimeOffset StartedAt { get; init; }

    public override TimeSpan Duration { get; init; }

    public override string RunId { get; init; } = "";

    /// <summary>The remote's URL, without credentials; the file's path when there is no Git in it.</summary>
    public string Repository { get; init; } = "";

    /// <summary>The branch it is for.</summary>
    public string Branch { get; init; } = "";

    /// <summary>The commit that was pushed; empty when none was.</summary>
    public string Commit { get; init; } = "";

    /// <summary>The branch to open a pull request from, when the one it is for could not be pushed to.</summary>
    public string? PullRequestBranch { get; init; }

    /// <summary>Where the host said a pull request can be opened.</summary>
    public string? PullRequestUrl { get; init; }

    /// <summary>The tag that was pushed along.</summary>
    public string? Tag { get; init; }

    /// <summary>What changes in which file, as git diff shows it.</summary>
    public string Diff { get; init; } = "";
}
