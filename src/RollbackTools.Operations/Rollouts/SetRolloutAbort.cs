using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Rollouts;

/// <summary>
/// Aborts the version that is on its way, or lets an aborted one try again from the start. Aborting gives its traffic back to the stable
/// version; what the Rollout asks for stays as it is, so it is no rollback.
/// </summary>
public sealed record SetRolloutAbort : RolloutStep
{
    /// <summary>False takes an abort back.</summary>
    public bool Abort { get; init; }

    /// <summary>Argo Rollouts' hash of the version this is about; another one is left alone.</summary>
    public string PodHash { get; init; } = "";

    [JsonIgnore]
    public override string Description => $"{Patch("/status")}: abort {(Abort ? "false → true, traffic goes back to the stable version" : "true → false, it starts again from its first step")}";

    public override Step Invert() => this with { Abort = !Abort };

    private protected override RolloutWrite Decide(Workload live)
    {
        if (live.Status.Abort == Abort) return RolloutWrite.Nothing(Abort ? "aborted" : "not aborted");
        if (!RolloutState.IsUnfinished(live)) return RolloutWrite.Nothing("no version is on its way any more");
        if (live.Status.CurrentPodHash != PodHash)
        {
            // What was to be aborted is not on its way any more; another version is for whoever shipped it.
            if (Abort) return RolloutWrite.Nothing("that version is no longer on its way");
            throw Refuse("ChangedMeanwhile", "has another version aborted since this was planned. It was left alone");
        }

        return new RolloutWrite(Abort ? "aborted" : "tries again") { Status = new JsonObject { ["abort"] = Abort } };
    }
}
