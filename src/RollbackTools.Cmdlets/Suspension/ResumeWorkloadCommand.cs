using System.Management.Automation;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Suspension;

/// <summary>Lets workloads that were stopped run again exactly as before, and proves it.</summary>
[Cmdlet(VerbsLifecycle.Resume, "Workload", SupportsShouldProcess = true)]
[OutputType(typeof(RollbackResult))]
public sealed class ResumeWorkloadCommand : SuspensionCmdlet
{
    private protected override string Command => "Resume-Workload";

    private protected override bool Resume => true;
}
