using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;

/// <summary>A ReplicaSet as the controllers read it; <see cref="Desired"/> follows scaling within one reconciliation.</summary>
internal sealed class ReplicaSetView(StoredObject stored)
{
    public StoredObject Stored { get; set; } = stored;

    public string Name => Stored.Name;

    public int Desired => Stored.Read.Number("spec", "replicas") ?? 1;

    public int Replicas => Stored.Read.Number("status", "replicas") ?? 0;

    public int Ready => Stored.Read.Number("status", "readyReplicas") ?? 0;

    public int Available => Stored.Read.Number("status", "availableReplicas") ?? 0;

    public int ObservedGeneration => Stored.Read.Number("status", "observedGeneration") ?? 0;

    public int MinReadySeconds => Stored.Read.Number("spec", "minReadySeconds") ?? 0;

    public JsonNode? Template => Stored.Read.At("spec", "template");
}
