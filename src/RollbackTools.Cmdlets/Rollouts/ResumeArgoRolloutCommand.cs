using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Rollouts;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Cmdlets.Rollouts;

/// <summary>Lets a Rollout go on: ends its pause or leaves its step, tries an aborted version again, or promotes it past everything.</summary>
[Cmdlet(VerbsLifecycle.Resume, "ArgoRollout", SupportsShouldProcess = true, DefaultParameterSetName = "Promote")]
[OutputType(typeof(RollbackResult))]
public sealed class ResumeArgoRolloutCommand : RolloutRunCmdlet
{
    /// <summary>Try the aborted version again, from its first step.</summary>
    [Parameter(ParameterSetName = "Retry", Mandatory = true)]
    public SwitchParameter Retry { get; set; }

    /// <summary>Past all pauses, steps and analysis, until it is stable.</summary>
    [Parameter(ParameterSetName = "Full", Mandatory = true)]
    public SwitchParameter Full { get; set; }

    private protected override OperationRequest Request(IReadOnlyList<WorkloadReference> rollouts, Connection connection) => new RolloutRequest
    {
        Order = IsOn(Retry) ? RolloutOrder.Retry : IsOn(Full) ? RolloutOrder.PromoteFully : RolloutOrder.Promote,
        Rollouts = rollouts,
        Reason = Reason,
        Timeout = Timeout,
        ThrottleLimit = ThrottleLimit,
        NoWait = IsOn(NoWait),
    };
}
