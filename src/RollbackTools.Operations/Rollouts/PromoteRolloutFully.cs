using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Rollouts;

/// <summary>
/// Has a version become stable at once, past its pauses, steps and analysis. After a change of ours it waits first until the controller
/// has seen that, or the version before would be promoted.
/// </summary>
public sealed record PromoteRolloutFully : RolloutStep
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(250);

    /// <summary>Argo Rollouts' hash of the version this is about; null when the controller has to make it first.</summary>
    public string? PodHash { get; init; }

    /// <summary>Steps that are passed over, with their analysis.</summary>
    public int Steps { get; init; }

    [JsonIgnore]
    public override string Description =>
        $"{Patch("/status")}: promoteFull → true, past {(Steps == 0 ? "every pause and analysis" : Steps == 1 ? "its step and all analysis" : $"its {Steps} steps and all analysis")}";

    public override Step? Invert() => null;

    private protected override RolloutWrite Decide(Workload live)
    {
        if (!RolloutState.IsUnfinished(live)) return RolloutWrite.Nothing("it is stable already");
        if (PodHash is not null && live.Status.CurrentPodHash != PodHash) throw Refuse("ChangedMeanwhile", "has another version on its way. That is not promoted");
        return live.Status.PromoteFull ? RolloutWrite.Nothing("is being promoted") : new RolloutWrite("promoted fully") { Status = new JsonObject { ["promoteFull"] = true } };
    }

    private protected override async Task<Workload> ReadAsync(StepContext context, CancellationToken cancellation)
    {
        WorkloadReader reader = new(context.Estate.Cluster);
        var since = context.Time.GetTimestamp();
        while (true)
        {
            var now = await reader.ReadHolderAsync(WorkloadKind.Rollout, Namespace, Name, cancellation);
            var state = RolloutState.Of(now.Object, now.Reference?.Object.Metadata.Generation);
            if (state.Observed) return now.Object;
            if (context.Time.GetElapsedTime(since) >= ArgoRolloutVerdict.Unseen)
            {
                var verdict = ArgoRolloutVerdict.NotTakenUp(now, state);
                throw new RollbackException(verdict.ErrorId!, verdict.Message) { Target = Where, NextStep = verdict.NextStep };
            }

            await Task.Delay(Moment, context.Time, cancellation);
        }
    }
}
