using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Argo;

/// <summary>Deploys what Git holds: has Argo CD look again, sync, and proves that the application is healthy.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "ArgoSync", SupportsShouldProcess = true)]
[OutputType(typeof(RollbackResult))]
public sealed class InvokeArgoSyncCommand : ApplicationRunCmdlet
{
    /// <summary>A commit, tag or branch instead of the one the application follows.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DeployedRevisionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Revision { get; set; }

    /// <summary>Delete what Git no longer holds.</summary>
    [Parameter]
    public SwitchParameter Prune { get; set; }

    /// <summary>Leave PreSync, Sync and PostSync hooks out.</summary>
    [Parameter]
    public SwitchParameter SkipHooks { get; set; }

    /// <summary>End an operation that is in progress, instead of refusing.</summary>
    [Parameter]
    public SwitchParameter Preempt { get; set; }

    /// <summary>Also when Git still holds a version that was rolled away from.</summary>
    [Parameter]
    public SwitchParameter AllowBadRevision { get; set; }

    /// <summary>Also what is stopped: it runs again, as Git says. Without it, what is stopped stays as it is.</summary>
    [Parameter]
    public SwitchParameter IncludeSuspended { get; set; }

    /// <summary>How long the sync may take, and then the application to become healthy: 10m each unless said otherwise.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Applications worked on at once.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; } = 8;

    /// <summary>Return once the sync is asked for, without proof.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    private protected override OperationRequest Request(IReadOnlyList<ApplicationName> applications, long? historyId) => new ApplicationSyncRequest
    {
        Applications = applications,
        Revision = Revision,
        Prune = IsOn(Prune),
        SkipHooks = IsOn(SkipHooks),
        Preempt = IsOn(Preempt),
        AllowBadRevision = IsOn(AllowBadRevision),
        IncludeSuspended = IsOn(IncludeSuspended),
        Timeout = Timeout,
        ThrottleLimit = ThrottleLimit,
        NoWait = IsOn(NoWait),
        Reason = Reason,
    };
}
