using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Restart;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Cmdlets.Restart;

/// <summary>Replaces the pods of workloads, so that they read their configuration again, and proves that the new ones work.</summary>
[Cmdlet(VerbsLifecycle.Restart, "Workload", SupportsShouldProcess = true)]
[OutputType(typeof(RollbackResult))]
public sealed class RestartWorkloadCommand : WorkloadRunCmdlet
{
    private protected override string Command => "Restart-Workload";

    private protected override OperationRequest Request(IReadOnlyList<WorkloadReference> workloads, Connection connection) => new RestartRequest
    {
        Workloads = workloads,
        LabelSelector = Selector,
        Namespace = Given.Namespace,
        Reason = Reason,
        Timeout = Timeout,
        ThrottleLimit = ThrottleLimit,
        NoWait = IsOn(NoWait),
    };
}
