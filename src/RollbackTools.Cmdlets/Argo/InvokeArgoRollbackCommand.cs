using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Argo;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Argo;

/// <summary>Takes Argo CD applications back to known-good, or to the deployment named, keeps them there, proves it and leaves a record.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "ArgoRollback", SupportsShouldProcess = true, DefaultParameterSetName = "KnownGood")]
[OutputType(typeof(RollbackResult))]
public sealed class InvokeArgoRollbackCommand : ApplicationRunCmdlet
{
    /// <summary>A history entry from Get-ArgoHistory.</summary>
    [Parameter(ParameterSetName = "Id", Mandatory = true)]
    [ArgumentCompleter(typeof(HistoryCompleter))]
    [ValidateRange(0, long.MaxValue)]
    public long Id { get; set; }

    /// <summary>A commit, also one that the history no longer holds.</summary>
    [Parameter(ParameterSetName = "Revision", Mandatory = true)]
    [ArgumentCompleter(typeof(DeployedRevisionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ToRevision { get; set; }

    /// <summary>Delete what the target does not have.</summary>
    [Parameter]
    public SwitchParameter Prune { get; set; }

    /// <summary>Leave the target's PreSync, Sync and PostSync hooks out.</summary>
    [Parameter]
    public SwitchParameter SkipHooks { get; set; }

    /// <summary>End an operation that is in progress, instead of refusing.</summary>
    [Parameter]
    public SwitchParameter Preempt { get; set; }

    /// <summary>Automated sync stays off afterwards, which is the default; -KeepPaused:$false switches it on again if Git holds the same by then.</summary>
    [Parameter]
    public SwitchParameter KeepPaused { get; set; } = true;

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

    private protected override OperationRequest Request(IReadOnlyList<ApplicationName> applications, long? historyId) => new ApplicationRollbackRequest
    {
        Applications = applications,
        Goal = Engine.ParameterSetName switch
        {
            "Id" => new ApplicationGoal { Id = Id },
            "Revision" => new ApplicationGoal { Revision = ToRevision },
            _ => new ApplicationGoal { Id = historyId },
        },
        Prune = IsOn(Prune),
        SkipHooks = IsOn(SkipHooks),
        Preempt = IsOn(Preempt),
        KeepPaused = !Engine.IsBound(nameof(KeepPaused)) || IsOn(KeepPaused),
        Timeout = Timeout,
        ThrottleLimit = ThrottleLimit,
        NoWait = IsOn(NoWait),
        Reason = Reason,
    };
}
