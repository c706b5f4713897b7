using System.Management.Automation;
using RollbackTools.Cmdlets.Git;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Cmdlets.Rollouts;

/// <summary>Takes Argo Rollouts back to known-good: the traffic at once, then what they ask for; proves it and leaves a record.</summary>
[Cmdlet(VerbsCommon.Undo, "ArgoRollout", SupportsShouldProcess = true)]
[OutputType(typeof(RollbackResult))]
public sealed class UndoArgoRolloutCommand : RolloutRunCmdlet
{
    /// <summary>A revision number from Get-ImageHistory; else the stable one while another is on its way, and then the known-good one.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RevisionCompleter))]
    [ValidateRange(1, long.MaxValue)]
    public long ToRevision { get; set; }

    /// <summary>Where the way back would go through the canary's steps again: past them, and past all analysis.</summary>
    [Parameter]
    public SwitchParameter FastTrack { get; set; }

    /// <summary>Set spec.paused to false as part of it; it stays so.</summary>
    [Parameter]
    public SwitchParameter ResumePaused { get; set; }

    /// <summary>Which way: Auto does the whole job for what Argo CD deploys, and works in the cluster alone otherwise.</summary>
    [Parameter]
    public RollbackVia Via { get; set; }

    /// <summary>How the bad version leaves Git: the image is pinned to the good one, or the commits that brought it are reverted.</summary>
    [Parameter]
    public GitRemedy GitChange { get; set; }

    /// <summary>End a sync that a person started, instead of refusing.</summary>
    [Parameter]
    public SwitchParameter Preempt { get; set; }

    private protected override OperationRequest Request(IReadOnlyList<WorkloadReference> rollouts, Connection connection) => new ImageRollbackRequest
    {
        Workloads = rollouts,
        Namespace = Given.Namespace,
        Goal = ToRevision > 0 ? new RollbackGoal { Revision = ToRevision } : RollbackGoal.KnownGood,
        FastTrack = IsOn(FastTrack),
        ResumePaused = IsOn(ResumePaused),
        Via = Via,
        GitChange = GitChange,
        Git = GitPlace.Overrides(connection.Environment, null, null, null),
        ApplicationNamespace = connection.Environment?.ArgoCd.Namespace ?? ApplicationName.DefaultNamespace,
        Preempt = IsOn(Preempt),
        Reason = Reason,
        Timeout = Timeout,
        ThrottleLimit = ThrottleLimit,
        NoWait = IsOn(NoWait),
    };
}
