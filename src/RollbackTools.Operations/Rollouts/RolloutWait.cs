using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Rollouts;

/// <summary>What is waited for after a Rollout was told something: that its controller took it up, and then what came of it.</summary>
internal sealed record RolloutExpectation
{
    /// <summary>Whether the controller has reacted; one that runs does so in seconds.</summary>
    public required Func<WorkloadSnapshot, bool> TakenUp { get; init; }

    /// <summary>The end, good or bad; null while it is still to come.</summary>
    public required Func<WorkloadSnapshot, Verdict?> Judge { get; init; }

    /// <summary>What is missing, for progress and for a timeout.</summary>
    public required Func<WorkloadSnapshot, string> Missing { get; init; }
}

/// <summary>Looks at a Rollout with its pods, again and again, until the end.</summary>
internal sealed class RolloutWait(ICluster cluster, IOperationReporter reporter, TimeProvider time)
{
    private const int ProgressId = 7301;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(400);

    private readonly WorkloadReader reader = new(cluster);

    public async Task<Verdict> UntilAsync(WorkloadSnapshot planned, RolloutExpectation expected, TimeSpan timeout, string activity, CancellationToken cancellation)
    {
        var since = time.GetTimestamp();
        try
        {
            while (true)
            {
                var answer = (await reader.ReadAsync([new WorkloadReference { Kind = WorkloadKind.Rollout, Namespace = planned.Namespace, Name = planned.Name }], cancellation))[0];
                if (answer.Snapshot is not { } now || now.Object.Metadata.Uid != planned.Object.Metadata.Uid) return Gone(planned, answer.Refusal);
                var takenUp = expected.TakenUp(now);
                if (takenUp && expected.Judge(now) is { } verdict) return verdict.Healthy ? verdict : await WithEvidenceAsync(verdict, now, cancellation);
                var passed = time.GetElapsedTime(since);
                if (!takenUp && passed >= ArgoRolloutVerdict.Unseen) return ArgoRolloutVerdict.NotTakenUp(planned, new RolloutState(RolloutPhase.Unknown, "the controller has not taken this up"));
                if (passed >= timeout)
                {
                    return await WithEvidenceAsync(
                        Verdict.Lost("Timeout", $"{planned} in {planned.Namespace} was not there within {Words.Duration(timeout)}: {expected.Missing(now)}."), now, cancellation);
                }

                reporter.Progress(new ProgressReport(ProgressId, activity, expected.Missing(now), null));
                await Task.Delay(Moment, time, cancellation);
            }
        }
        finally
        {
            reporter.Progress(new ProgressReport(ProgressId, activity, "done", 100) { Completed = true });
        }
    }

    private async Task<Verdict> WithEvidenceAsync(Verdict verdict, WorkloadSnapshot now, CancellationToken cancellation) =>
        verdict with { Evidence = await RolloutFailure.EvidenceAsync(cluster, now, now.Object, cancellation) };

    private static Verdict Gone(WorkloadSnapshot planned, Exception? refusal) =>
        Verdict.Lost("DeletedMeanwhile", refusal is EstateException ? $"{planned} can no longer be read: {refusal.Message}" : $"{planned} was deleted meanwhile.");
}
