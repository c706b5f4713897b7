using System.Management.Automation;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Runs;

/// <summary>Takes back what a run changed, last change first. What somebody changed since is left alone and reported.</summary>
[Cmdlet(VerbsCommon.Undo, "RollbackRun", SupportsShouldProcess = true)]
[OutputType(typeof(RollbackResult))]
public sealed class UndoRollbackRunCommand : RunRecoveryCmdlet
{
    private protected override IAsyncEnumerable<RollbackResult> Recover(RunRecovery recovery, string runId, CancellationToken cancellation) =>
        recovery.UndoAsync(runId, cancellation);
}
