using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.StatefulSets;

/// <summary>A StatefulSet's spec as the controller reads it, with the API's defaults for what is absent.</summary>
internal sealed class StatefulSetView(StoredObject stored)
{
    public StoredObject Stored { get; } = stored;

    public string Name => Stored.Name;

    public int Replicas => Stored.Read.Number("spec", "replicas") ?? 1;

    /// <summary>The number of the first pod.</summary>
    public int Start => Stored.Read.Number("spec", "ordinals", "start") ?? 0;

    /// <summary>OrderedReady: one pod at a time, each ready before the next.</summary>
    public bool Ordered => Stored.Read.Text("spec", "podManagementPolicy") != "Parallel";

    public bool OnDelete => Stored.Read.Text("spec", "updateStrategy", "type") == "OnDelete";

    /// <summary>Ordinals below it keep the current revision.</summary>
    public int Partition => Stored.Read.Number("spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;

    public bool HasRollingUpdate => Stored.Read.Object("spec", "updateStrategy", "rollingUpdate") is not null;

    public int MinReadySeconds => Stored.Read.Number("spec", "minReadySeconds") ?? 0;

    public string ServiceName => Stored.Read.Text("spec", "serviceName") ?? "";

    public JsonObject Template => Stored.Read.Object("spec", "template") ?? [];

    public IEnumerable<JsonObject> Claims => Stored.Read.Items("spec", "volumeClaimTemplates");

    public string? CurrentRevision => Stored.Read.Text("status", "currentRevision");

    /// <summary>The number in a pod's name; -1 when the name is not this set's.</summary>
    public int Ordinal(StoredObject pod) =>
        pod.Name.StartsWith(Name + "-", StringComparison.Ordinal) && int.TryParse(pod.Name[(Name.Length + 1)..], out var ordinal) ? ordinal : -1;
}
