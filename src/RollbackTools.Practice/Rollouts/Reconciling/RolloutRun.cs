using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;
using RollbackTools.Practice.Rollouts.Analysis;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>One reconciliation's picture: the Rollout, its ReplicaSets by their part, and what its status will be.</summary>
internal sealed class RolloutRun(RolloutView rollout, IReadOnlyList<ReplicaSetView> sets, PauseBook pauses)
{
    private List<ReplicaSetView> all = [.. sets];

    public RolloutView Rollout { get; } = rollout;

    public PauseBook Pauses { get; } = pauses;

    /// <summary>The ReplicaSet of the wanted template.</summary>
    public ReplicaSetView? New { get; private set; }

    /// <summary>The one that serves after an abort; the new one once it is fully promoted.</summary>
    public ReplicaSetView? Stable { get; private set; }

    public IReadOnlyList<ReplicaSetView> All => all;

    /// <summary>Everything but the new one.</summary>
    public IEnumerable<ReplicaSetView> Older => All.Where(set => set != New);

    /// <summary>Neither new nor stable.</summary>
    public IEnumerable<ReplicaSetView> Others => All.Where(set => set != New && set != Stable);

    /// <summary>Its AnalysisRuns.</summary>
    public RolloutAnalyses Analyses { get; set; } = RolloutAnalyses.None;

    /// <summary>The status to be, built up along the way.</summary>
    public JsonObject Status { get; } = new() { ["canary"] = new JsonObject(), ["blueGreen"] = new JsonObject() };

    /// <summary>Whether the new ReplicaSet was still within its scale-down delay when this reconciliation began.</summary>
    public bool NewWithinDelay { get; set; }

    public bool Aborted => Pauses.Aborted;

    /// <summary>Whether a stable ReplicaSet beside the new one exists.</summary>
    public bool HasOtherStable => Stable is not null && Stable != New;

    /// <summary>Whether the wanted template or the steps are others than those the status speaks of.</summary>
    public bool TemplateOrStepsChanged => StepHash.Of(Rollout) != (Rollout.Status.Text("currentStepHash") ?? "") || TemplateChanged;

    public bool TemplateChanged => Rollout.CurrentHash.Length > 0 && New is not null && New.Hash() != Rollout.CurrentHash;

    /// <summary>Whether nothing may move: somebody paused it, or an analysis came to no conclusion.</summary>
    public bool Halted => Rollout.Paused || Rollout.PauseCondition(PauseBook.Inconclusive) is not null;

    public void Assign(ReplicaSetView? found)
    {
        New = found;
        if (found is not null && !all.Contains(found)) all = [.. all, found];
        Stable = Rollout.StableHash.Length == 0 ? null
            : New?.Hash() == Rollout.StableHash ? New
            : All.FirstOrDefault(set => set.Hash() == Rollout.StableHash);
    }

    /// <summary>Whether a ReplicaSet with this hash exists.</summary>
    public ReplicaSetView? WithHash(string? hash) => hash is { Length: > 0 } ? All.FirstOrDefault(set => set.Hash() == hash) : null;
}

/// <summary>What the Rollouts controller asks of a ReplicaSet beyond what all ask.</summary>
internal static class RolloutReplicaSets
{
    public static string Hash(this ReplicaSetView set) => set.Stored.Labels.GetValueOrDefault(RolloutNames.HashLabel, "");

    public static long Revision(this ReplicaSetView set) => Numbers.Long(set.Stored.Annotation(RolloutNames.Revision)) ?? 0;

    public static DateTimeOffset? ScaleDownDeadline(this ReplicaSetView set) =>
        set.Stored.Annotation(RolloutNames.ScaleDownDeadline) is { Length: > 0 } text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    /// <summary>Whether all the Rollout's pods run in it: by its size, by what it was told, and by how many are available.</summary>
    public static bool Saturated(this ReplicaSetView set, RolloutView rollout) =>
        Numbers.Long(set.Stored.Annotation(RolloutNames.DesiredReplicas)) == rollout.Replicas && set.Desired == rollout.Replicas && set.Available == rollout.Replicas;

    public static bool OlderThan(this ReplicaSetView set, ReplicaSetView other) =>
        string.CompareOrdinal(set.Stored.Created(), other.Stored.Created()) < 0;
}
