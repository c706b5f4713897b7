using System.Text.Json;

namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>
/// A Deployment, StatefulSet or DaemonSet. The three share their shape on the wire; fields one kind lacks stay at their default.
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

    /// <summary>Deployment only: the controller ignores template changes until resumed.</summary>
    public bool Paused { get; init; }

    /// <summary>Deployment: RollingUpdate or Recreate.</summary>
    public UpdateStrategy? Strategy { get; init; }

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
}

public sealed record RollingUpdate
{
    /// <summary>StatefulSet: ordinals below this keep their old revision.</summary>
    public int? Partition { get; init; }
}

public sealed record WorkloadStatus
{
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

    public IReadOnlyList<Condition> Conditions { get; init => field = value ?? []; } = [];

    public Condition? Condition(string type) => Conditions.FirstOrDefault(condition => condition.Type == type);
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
