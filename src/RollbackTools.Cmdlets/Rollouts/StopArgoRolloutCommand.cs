using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Rollouts;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Cmdlets.Rollouts;

/// <summary>Aborts the version that is on its way and waits until the stable one has all traffic again. That is no rollback.</summary>
[Cmdlet(VerbsLifecycle.Stop, "ArgoRollout", SupportsShouldProcess = true)]
[OutputType(typeof(RollbackResult))]
public sealed class StopArgoRolloutCommand : RolloutRunCmdlet
{
    private protected override OperationRequest Request(IReadOnlyList<WorkloadReference> rollouts, Connection connection) => new RolloutRequest
    {
        Order = RolloutOrder.Abort,
        Rollouts = rollouts,
        Reason = Reason,
        Timeout = Timeout,
        ThrottleLimit = ThrottleLimit,
        NoWait = IsOn(NoWait),
    };
}
