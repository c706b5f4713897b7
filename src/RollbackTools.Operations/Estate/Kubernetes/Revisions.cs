using System.Text.Json;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>One revision of a Deployment.</summary>
public sealed record ReplicaSet : IKubernetesObject
{
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();

    public ReplicaSetSpec Spec { get; init => field = value ?? new(); } = new();

    public ReplicaSetStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record ReplicaSetSpec
{
    public int? Replicas { get; init; }

    public JsonElement Template { get; init; }
}

public sealed record ReplicaSetStatus
{
    public int Replicas { get; init; }

    public int ReadyReplicas { get; init; }

    public int AvailableReplicas { get; init; }
}

/// <summary>One revision of a StatefulSet or DaemonSet. <see cref="Data"/> is a strategic merge patch that replaces the template.</summary>
public sealed record ControllerRevision : IKubernetesObject
{
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();

    public long Revision { get; init; }

    public JsonElement Data { get; init; }
}
