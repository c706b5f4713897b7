using System.Management.Automation;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Runs;

/// <summary>Finishes a run that was interrupted. Steps that are already true fall away.</summary>
[Cmdlet(VerbsLifecycle.Resume, "RollbackRun", SupportsShouldProcess = true)]
[OutputType(typeof(RollbackResult))]
public sealed class ResumeRollbackRunCommand : RunRecoveryCmdlet
{
    private protected override IAsyncEnumerable<RollbackResult> Recover(RunRecovery recovery, string runId, CancellationToken cancellation) =>
        recovery.ResumeAsync(runId, cancellation);
}
