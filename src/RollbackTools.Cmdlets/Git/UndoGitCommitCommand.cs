using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Git.Commits;

namespace RollbackTools.Cmdlets.Git;

/// <summary>Reverts commits on a branch, without a working copy and without ever forcing anything.</summary>
[Cmdlet(VerbsCommon.Undo, "GitCommit", SupportsShouldProcess = true)]
[OutputType(typeof(GitChange))]
public sealed class UndoGitCommitCommand : GitCmdlet
{
    private readonly List<string> commits = [];

    /// <summary>Ids or their beginnings, tags, or ~n below the tip (~0 is the newest). Reverted in this order, by one commit.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Sha")]
    [ArgumentCompleter(typeof(CommitCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Commit { get; set; } = [];

    /// <summary>For a merge: the number of the parent to go back to. 1 is the branch it was merged into.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int Mainline { get; set; }

    /// <summary>Tag the revert with the next patch version, and push both together.</summary>
    [Parameter]
    public SwitchParameter PatchTag { get; set; }

    /// <summary>Which tags the next patch version is counted from: v* unless said otherwise.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string TagPattern { get; set; } = "v*";

    /// <summary>Tag the revert with this name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Tag { get; set; }

    /// <summary>Push to this new branch, for a pull request, instead of the branch itself.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PullRequestBranch { get; set; }

    /// <summary>Why, for the commit and the record.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    /// <summary>Only collects: all of them go by one commit, at the end.</summary>
    protected override void ProcessRecord() => Collect(() => commits.AddRange(Commit));

    protected override Task EndAsync(CommandPipeline pipeline, CancellationToken cancellation) =>
        commits.Count == 0 ? Task.CompletedTask : RunAsync(pipeline, new GitRevertRequest
        {
            Repository = Place.Repository,
            Branch = Place.Branch,
            Commits = [.. commits],
            Mainline = Mainline == 0 ? null : Mainline,
            Tag = Tag,
            PatchTagOf = IsOn(PatchTag) ? TagPattern : null,
            PullRequestBranch = PullRequestBranch,
            Reason = Reason,
        }, cancellation);
}
