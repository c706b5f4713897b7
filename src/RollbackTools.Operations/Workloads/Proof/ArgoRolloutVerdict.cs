using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Workloads.Proof;

/// <summary>
/// What only a Rollout can come to: Degraded, by an analysis or a deadline; standing at a pause, which the plugin's status waits at for
/// ever; and not taken up at all, when its controller is not there.
/// </summary>
internal sealed class ArgoRolloutVerdict(ICluster cluster, TimeProvider time, WorkloadSnapshot planned)
{
    /// <summary>A controller that runs has seen a change in seconds.</summary>
    internal static readonly TimeSpan Unseen = TimeSpan.FromMinutes(1);

    private DateTimeOffset? unseenSince;

    public DateTimeOffset? LookAgainAt => unseenSince + Unseen;

    public async Task<Verdict?> JudgeAsync(Workload live, long? referenced, DateTimeOffset? staleDeadline, CancellationToken cancellation)
    {
        var state = RolloutState.Of(live, referenced);
        if (!state.Observed)
        {
            unseenSince ??= time.GetUtcNow();
            return time.GetUtcNow() - unseenSince < Unseen ? null : NotTakenUp(planned, state);
        }

        unseenSince = null;
        if (state.Phase is not (RolloutPhase.Degraded or RolloutPhase.Paused)) return null;

        // What is watched may lie behind a step of this run that went past the pause, or out of the abort.
        live = await cluster.GetAsync(WorkloadSnapshot.ResourceOf(WorkloadKind.Rollout), planned.Namespace, planned.Name, cancellation);
        state = RolloutState.Of(live, referenced);
        if (state.Phase == RolloutPhase.Degraded)
        {
            var progressing = live.Status.Condition("Progressing");
            if (!live.Status.Abort && progressing is { Reason: "ProgressDeadlineExceeded" } && progressing.LastUpdateTime == staleDeadline) return null;
            return Verdict.Lost("RolloutDegraded", $"{planned} in {planned.Namespace} is degraded: {state.Message}.") with
            {
                Evidence = await RolloutFailure.EvidenceAsync(cluster, planned, live, cancellation),
            };
        }

        return state.Phase == RolloutPhase.Paused && RolloutState.WaitsFor(live) is { } what ? Paused(planned, what, live) : null;
    }

    /// <summary>On its way, and waiting for somebody: neither done nor failed.</summary>
    public static Verdict Paused(WorkloadSnapshot rollout, string what, Workload live) => Verdict.Good($"{rollout} is on its way and paused: {what}{Words(live)}") with
    {
        NextStep = $"Resume-ArgoRollout {rollout.Name} -Namespace {rollout.Namespace}",
        Complete = result => result with { Outcome = RollbackOutcome.Paused },
    };

    public static Verdict NotTakenUp(WorkloadSnapshot rollout, RolloutState state) =>
        Verdict.Lost("NotTakenUp", $"{state.Message[..1].ToUpperInvariant()}{state.Message[1..]}, a minute after it was made: does the Argo Rollouts controller run?") with
        {
            NextStep = "kubectl get deployments -A -l app.kubernetes.io/part-of=argo-rollouts",
        };

    private static string Words(Workload live) => CanaryStep.DesiredWeight(live) is { } weight and < 100 ? $"; {weight}% goes to the new version" : "";
}
