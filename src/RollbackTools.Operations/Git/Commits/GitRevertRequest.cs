using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Commits;

/// <summary>A request to revert commits on a branch.</summary>
public sealed record GitRevertRequest : OperationRequest
{
    [JsonIgnore]
    public override string Operation => "GitRevert";

    [JsonIgnore]
    public override string Noun => "commit revert";

    /// <summary>A URL, or a working copy's path.</summary>
    public string Repository { get; init; } = "";

    /// <summary>Null: the remote's default branch.</summary>
    public string? Branch { get; init; }

    /// <summary>Ids, their beginnings, tags, or ~n below the tip; taken out in this order.</summary>
    public IReadOnlyList<string> Commits { get; init; } = [];

    /// <summary>Which parent of a merge to go back to, from 1.</summary>
    public int? Mainline { get; init; }

    /// <summary>A tag for the revert.</summary>
    public string? Tag { get; init; }

    /// <summary>Tag it with the patch version after the newest tag of this pattern, such as <c>v*</c>.</summary>
    public string? PatchTagOf { get; init; }

    public string? PullRequestBranch { get; init; }

    internal override IOperation Open(IEstate estate, IOperationReporter reporter, TimeProvider time) => new GitRevert(this, estate, time);
}
