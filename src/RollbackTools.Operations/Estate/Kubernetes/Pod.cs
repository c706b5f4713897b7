namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>A pod, as far as its health goes.</summary>
public sealed record Pod : IKubernetesObject
{
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();

    public PodSpec Spec { get; init => field = value ?? new(); } = new();

    public PodStatus Status { get; init => field = value ?? new(); } = new();

    /// <summary>Every container that should run, init containers first.</summary>
    public IEnumerable<ContainerStatus> Containers() => Status.InitContainerStatuses.Concat(Status.ContainerStatuses);

    /// <summary>The containers that run for as long as the pod does: native sidecars (init containers with restartPolicy Always), then the others.</summary>
    public IEnumerable<ContainerStatus> LastingContainers() =>
        Status.InitContainerStatuses.Where(status => Spec.InitContainers.Any(container => container.Name == status.Name && container.RestartPolicy == "Always"))
            .Concat(Status.ContainerStatuses);

    public bool IsReady => Metadata.DeletionTimestamp is null && !HasEnded && Status.Conditions.Any(c => c is { Type: "Ready", Status: "True" });

    /// <summary>It was deleted and still says that it is ready, as a pod does that drains.</summary>
    public bool IsReadyThoughTerminating =>
        Metadata.DeletionTimestamp is not null && !HasEnded && Status.Conditions.Any(c => c is { Type: "Ready", Status: "True" });

    /// <summary>Since when it has been ready, whole seconds; null while it is not.</summary>
    public DateTimeOffset? ReadySince => IsReady ? Status.Conditions.First(c => c is { Type: "Ready", Status: "True" }).LastTransitionTime : null;

    /// <summary>
    /// Failed or Succeeded: it never runs again (evicted, its node shut down), and its controller has replaced it or is about to. It
    /// stays listed until somebody cleans up.
    /// </summary>
    public bool HasEnded => Status.Phase is "Failed" or "Succeeded";

    public int Restarts => LastingContainers().Sum(container => container.RestartCount);
}

public sealed record PodSpec
{
    public string? NodeName { get; init; }

    public IReadOnlyList<PodContainer> InitContainers { get; init => field = value ?? []; } = [];

    public IReadOnlyList<PodContainer> Containers { get; init => field = value ?? []; } = [];
}

public sealed record PodContainer
{
    public string Name { get; init => field = value ?? ""; } = "";

    public string Image { get; init => field = value ?? ""; } = "";

    /// <summary>Always makes an init container a native sidecar.</summary>
    public string? RestartPolicy { get; init; }
}

public sealed record PodStatus
{
    /// <summary>Pending, Running, Succeeded, Failed or Unknown.</summary>
    public string? Phase { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public IReadOnlyList<Condition> Conditions { get; init => field = value ?? []; } = [];

    public IReadOnlyList<ContainerStatus> InitContainerStatuses { get; init => field = value ?? []; } = [];

    public IReadOnlyList<ContainerStatus> ContainerStatuses { get; init => field = value ?? []; } = [];
}

public sealed record ContainerStatus
{
    public string Name { get; init => field = value ?? ""; } = "";

    public string Image { get; init => field = value ?? ""; } = "";

    /// <summary>What really runs, usually <c>repository@sha256:…</c>; empty until pulled.</summary>
    public string ImageID { get; init => field = value ?? ""; } = "";

    public bool Ready { get; init; }

    public int RestartCount { get; init; }

    public ContainerState State { get; init => field = value ?? new(); } = new();

    public ContainerState LastState { get; init => field = value ?? new(); } = new();
}

public sealed record ContainerState
{
    public ContainerWaiting? Waiting { get; init; }

    public ContainerRunning? Running { get; init; }

    public ContainerTerminated? Terminated { get; init; }
}

public sealed record ContainerWaiting
{
    public string? Reason { get; init; }

    public string? Message { get; init; }
}

public sealed record ContainerRunning
{
    public DateTimeOffset? StartedAt { get; init; }
}

public sealed record ContainerTerminated
{
    public int ExitCode { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}
