using System.Text.Json;
using System.Text.Json.Serialization;

namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>
/// A Deployment, StatefulSet, DaemonSet or Argo Rollout. They share their shape on the wire; fields one kind lacks stay at their default.
/// <c>spec.template</c> is kept as the server sent it, so that a field this version does not know survives a rollback.
/// </summary>
public sealed record Workload : IKubernetesObject
{
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();

    public WorkloadSpec Spec { get; init => field = value ?? new(); } = new();

    public WorkloadStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record WorkloadSpec
{
    /// <summary>Null for a DaemonSet; the API defaults it to 1 elsewhere.</summary>
    public int? Replicas { get; init; }

    public LabelSelector Selector { get; init => field = value ?? new(); } = new();

    public JsonElement Template { get; init; }

    /// <summary>Deployment and Rollout: the controller ignores template changes until resumed.</summary>
    public bool Paused { get; init; }

    /// <summary>Deployment: RollingUpdate or Recreate. Rollout: canary or blue-green.</summary>
    public UpdateStrategy? Strategy { get; init; }

    /// <summary>Rollout only: whose pod template it takes, instead of having one.</summary>
    public WorkloadReferenceFields? WorkloadRef { get; init; }

    /// <summary>Rollout only: how far back a return needs no steps.</summary>
    public RollbackWindow? RollbackWindow { get; init; }

    /// <summary>Rollout only: pods older than this are replaced.</summary>
    public DateTimeOffset? RestartAt { get; init; }

    /// <summary>StatefulSet and DaemonSet: RollingUpdate or OnDelete.</summary>
    public UpdateStrategy? UpdateStrategy { get; init; }

    public int MinReadySeconds { get; init; }

    public int? RevisionHistoryLimit { get; init; }

    /// <summary>Seconds; the API default is 600 and <see cref="int.MaxValue"/> means never.</summary>
    public int? ProgressDeadlineSeconds { get; init; }

    /// <summary>StatefulSet: OrderedReady (default) or Parallel.</summary>
    public string? PodManagementPolicy { get; init; }
}

public sealed record UpdateStrategy
{
    public string Type { get; init => field = value ?? "RollingUpdate"; } = "RollingUpdate";

    public RollingUpdate? RollingUpdate { get; init; }

    /// <summary>Rollout only, as it was sent.</summary>
    public JsonElement? Canary { get; init; }

    /// <summary>Rollout only, as it was sent.</summary>
    public JsonElement? BlueGreen { get; init; }
}

/// <summary>A Rollout's <c>spec.workloadRef</c>; in its own namespace.</summary>
public sealed record WorkloadReferenceFields
{
    public string ApiVersion { get; init => field = value ?? ""; } = "";

    public string Kind { get; init => field = value ?? ""; } = "";

    public string Name { get; init => field = value ?? ""; } = "";

    public override string ToString() => $"{Kind.ToLowerInvariant()}/{Name}";
}

/// <summary>A Rollout's <c>spec.rollbackWindow</c>.</summary>
public sealed record RollbackWindow
{
    public int Revisions { get; init; }
}

public sealed record RollingUpdate
{
    /// <summary>StatefulSet: ordinals below this keep their old revision.</summary>
    public int? Partition { get; init; }

    /// <summary>Deployment: pods that may be missing meanwhile, a number or a percentage.</summary>
    public JsonElement? MaxUnavailable { get; init; }

    /// <summary>Deployment: pods that may be too many meanwhile, a number or a percentage.</summary>
    public JsonElement? MaxSurge { get; init; }
}

public sealed record WorkloadStatus
{
    [JsonConverter(typeof(GenerationNumber))]
    public long ObservedGeneration { get; init; }

    public int Replicas { get; init; }

    public int UpdatedReplicas { get; init; }

    public int ReadyReplicas { get; init; }

    public int AvailableReplicas { get; init; }

    public int UnavailableReplicas { get; init; }

    /// <summary>StatefulSet: the revision the rollout started from.</summary>
    public string? CurrentRevision { get; init; }

    /// <summary>StatefulSet: the revision the rollout goes to.</summary>
    public string? UpdateRevision { get; init; }

    public int CurrentReplicas { get; init; }

    /// <summary>DaemonSet: nodes that should run a pod.</summary>
    public int DesiredNumberScheduled { get; init; }

    public int UpdatedNumberScheduled { get; init; }

    public int NumberAvailable { get; init; }

    public int NumberReady { get; init; }

    /// <summary>Rollout only, as the fields below: Healthy, Progressing, Paused or Degraded. True of the observed generation alone.</summary>
    public string? Phase { get; init; }

    public string? Message { get; init; }

    public bool Abort { get; init; }

    public DateTimeOffset? AbortedAt { get; init; }

    public bool PromoteFull { get; init; }

    /// <summary>Its controller paused it; with no <see cref="PauseConditions"/> somebody has ended that, and it was not seen yet.</summary>
    public bool ControllerPause { get; init; }

    public IReadOnlyList<PauseCondition> PauseConditions { get; init => field = value ?? []; } = [];

    /// <summary>The hash of the template it has; a ReplicaSet's label <c>rollouts-pod-template-hash</c>.</summary>
    public string? CurrentPodHash { get; init; }

    /// <summary>The hash of the template that was last rolled out completely.</summary>
    public string? StableRS { get; init; }

    public int? CurrentStepIndex { get; init; }

    public DateTimeOffset? RestartedAt { get; init; }

    /// <summary>The generation of the referenced workload that was seen; 0 without one.</summary>
    [JsonConverter(typeof(GenerationNumber))]
    public long WorkloadObservedGeneration { get; init; }

    public JsonElement? Canary { get; init; }

    public JsonElement? BlueGreen { get; init; }

    public IReadOnlyList<Condition> Conditions { get; init => field = value ?? []; } = [];

    public Condition? Condition(string type) => Conditions.FirstOrDefault(condition => condition.Type == type);
}

/// <summary>Why a Rollout's controller paused it: CanaryPauseStep, BlueGreenPause, InconclusiveAnalysisRun, InconclusiveExperiment.</summary>
public sealed record PauseCondition
{
    public string Reason { get; init => field = value ?? ""; } = "";

    public DateTimeOffset? StartTime { get; init; }
}

public sealed record Condition
{
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>True, False or Unknown.</summary>
    public string Status { get; init => field = value ?? ""; } = "";

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public DateTimeOffset? LastUpdateTime { get; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }
}
