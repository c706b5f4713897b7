using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>Writes that a revision failed, whatever became of the token: the one thing that must not be left out. Best effort, and bounded.</summary>
internal sealed class HelmFailure(IOperationReporter reporter, TimeProvider time, ApplyStep apply)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Helm's words for what ended it.</summary>
    public static string Reason(Exception failure) => failure switch
    {
        OperationCanceledException => "context canceled",
        EstateException or RollbackException => failure.Message,
        // Others' words may quote what they stumbled over.
        _ => failure.GetType().Name,
    };

    public async Task WriteAsync(HelmMove move, string says)
    {
        using CancellationTokenSource bounded = new(Patience, time);
        try
        {
            await apply(new CloseHelmRevision { Move = move, Status = HelmStatus.Failed, Says = says }, bounded.Token);
        }
        catch (Exception refusal) when (refusal is EstateException or RollbackException or OperationCanceledException)
        {
            reporter.Warning($"Revision {move.Revision} of {move} may still be {HelmStatus.PendingRollback}: {Reason(refusal)} To put that right: Repair-HelmRelease {move.Release} -Namespace {move.Namespace}");
        }
    }
}
