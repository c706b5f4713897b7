using System.Management.Automation;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Suspension;

/// <summary>Stops workloads so that nothing starts them again, and remembers on them how they were.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "Workload", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RollbackResult))]
public sealed class SuspendWorkloadCommand : SuspensionCmdlet
{
    private protected override string Command => "Suspend-Workload";

    private protected override bool Resume => false;
}
