using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>A Rollout as its controller reads it, with the defaults for what is absent.</summary>
/// <param name="stored">The object as it is stored.</param>
/// <param name="template">Its pod template: its own, or that of the workload it refers to.</param>
/// <param name="selector">Its selector, its own or the workload's.</param>
internal sealed class RolloutView(StoredObject stored, JsonObject template, JsonObject? selector)
{
    /// <summary>Newer after a write within the same reconciliation; what was observed before it stays in <see cref="Status"/>.</summary>
    public StoredObject Stored { get; set; } = stored;

    public string Name => Stored.Name;

    public string? Namespace => Stored.Namespace;

    public JsonObject Template { get; } = template;

    public JsonObject? Selector { get; } = selector;

    public JsonNode? Spec { get; } = stored.Read["spec"];

    /// <summary>As it was when this reconciliation began.</summary>
    public JsonNode? Status { get; } = stored.Read["status"];

    public JsonObject? Canary => Spec.Object("strategy", "canary");

    public JsonObject? BlueGreen => Spec.Object("strategy", "blueGreen");

    /// <summary>Whether weights are set on a traffic router instead of following from how many pods there are.</summary>
    public bool TrafficRouted => Canary.Object("trafficRouting") is not null;

    public bool DynamicStableScale => Canary.Flag("dynamicStableScale");

    public int MaxWeight => Canary.Number("trafficRouting", "maxTrafficWeight") ?? 100;

    public int Replicas => Spec.Number("replicas") ?? 1;

    public bool Paused => Spec.Flag("paused");

    public bool HasWorkloadRef => Spec.Object("workloadRef") is not null;

    public int MinReadySeconds => Spec.Number("minReadySeconds") ?? 0;

    public int ProgressDeadline => Spec.Number("progressDeadlineSeconds") ?? 600;

    public int RevisionHistoryLimit => Spec.Number("revisionHistoryLimit") ?? 10;

    public IReadOnlyList<CanaryStep> Steps { get; } = [.. stored.Read.Items("spec", "strategy", "canary", "steps").Select(step => new CanaryStep(step))];

    public int MaxSurge => Canary is null ? 0 : Fences.Surge;

    public int MaxUnavailable => Replicas == 0 ? 0 : Math.Min(Replicas, Canary is null ? BlueGreenUnavailable : Fences.Unavailable);

    public string StableHash => Status.Text("stableRS") ?? "";

    public string CurrentHash => Status.Text("currentPodHash") ?? "";

    public bool FullyPromoted => StableHash == CurrentHash;

    public bool Abort => Status.Flag("abort");

    public bool PromoteFull => Status.Flag("promoteFull");

    public bool ControllerPause => Status.Flag("controllerPause");

    public IEnumerable<JsonObject> PauseConditions => Status.Items("pauseConditions");

    public bool IsPaused => Paused || PauseConditions.Any();

    /// <summary>Which step is next; null when there are no steps.</summary>
    public int? StepIndex => Steps.Count == 0 ? null : Status.Number("currentStepIndex") ?? 0;

    /// <summary>The step it is at; null when there is none or all are done.</summary>
    public CanaryStep? Step => StepIndex is { } index && index < Steps.Count ? Steps[index] : null;

    public JsonObject? Progressing => Condition("Progressing");

    public long Revision => Numbers.Long(Stored.Annotation(RolloutNames.Revision)) ?? 0;

    public JsonObject? Condition(string type) => Status.Items("conditions").FirstOrDefault(one => one.Text("type") == type);

    public JsonObject? PauseCondition(string reason) => PauseConditions.FirstOrDefault(one => one.Text("reason") == reason);

    /// <summary>The weight of the last setWeight up to where it is; all of it when the steps are done.</summary>
    public int SetWeight()
    {
        if (Abort) return 0;
        if (Step is null) return MaxWeight;
        return Steps.Take(StepIndex!.Value + 1).LastOrDefault(step => step.SetWeight is not null)?.SetWeight ?? 0;
    }

    /// <summary>An explicit size of the canary that still holds.</summary>
    public JsonObject? CanaryScale()
    {
        if (!TrafficRouted || Step is null || (Abort && AbortScaleDownDelay is not null)) return null;
        var scale = Steps.Take(StepIndex!.Value + 1).LastOrDefault(step => step.CanaryScale is not null)?.CanaryScale;
        return scale.Flag("matchTrafficWeight") ? null : scale;
    }

    /// <summary>Seconds a canary or preview outlives its abort; null when it stays for good.</summary>
    public int? AbortScaleDownDelay
    {
        get
        {
            var seconds = (BlueGreen ?? (TrafficRouted ? Canary : null)) is { } strategy ? strategy.Number("abortScaleDownDelaySeconds") ?? 30 : 0;
            var explicitZero = seconds == 0 && (BlueGreen is not null || TrafficRouted);
            return explicitZero ? null : seconds;
        }
    }

    /// <summary>Seconds an old ReplicaSet outlives the switch away from it.</summary>
    public int ScaleDownDelay => (BlueGreen ?? (TrafficRouted ? Canary : null)) is { } strategy ? strategy.Number("scaleDownDelaySeconds") ?? 30 : 0;

    private (int Surge, int Unavailable) Fences
    {
        get
        {
            var surge = IntOrPercent.Resolve(Canary.At("maxSurge"), Replicas, roundUp: true, Quarter(roundUp: true));
            var unavailable = IntOrPercent.Resolve(Canary.At("maxUnavailable"), Replicas, roundUp: false, Quarter(roundUp: false));

            // Nothing more and nothing less would never move.
            return (surge, surge == 0 && unavailable == 0 ? 1 : unavailable);
        }
    }

    private int BlueGreenUnavailable => IntOrPercent.Resolve(BlueGreen.At("maxUnavailable"), Replicas, roundUp: false, Quarter(roundUp: false));

    private int Quarter(bool roundUp) => IntOrPercent.Resolve(JsonValue.Create("25%"), Replicas, roundUp, 0);
}
