using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Deployments;

/// <summary>A Deployment's spec as the controller reads it, with the API's defaults for what is absent.</summary>
internal sealed class DeploymentView(StoredObject stored)
{
    /// <summary>Newer after a write within the same reconciliation.</summary>
    public StoredObject Stored { get; set; } = stored;

    public string Name => Stored.Name;

    public string? Namespace => Stored.Namespace;

    public JsonNode? Template => Stored.Read.At("spec", "template");

    public int Replicas => Stored.Read.Number("spec", "replicas") ?? 1;

    public bool Paused => Stored.Read.Flag("spec", "paused");

    public int MinReadySeconds => Stored.Read.Number("spec", "minReadySeconds") ?? 0;

    public bool Recreate => Stored.Read.Text("spec", "strategy", "type") == "Recreate";

    /// <summary>Seconds; null when there is no deadline (absent is the default 600, MaxInt32 means none).</summary>
    public int? ProgressDeadline =>
        (Stored.Read.Number("spec", "progressDeadlineSeconds") ?? 600) is var seconds && seconds != int.MaxValue ? seconds : null;

    /// <summary>Null when every old ReplicaSet is kept.</summary>
    public int? RevisionHistoryLimit =>
        (Stored.Read.Number("spec", "revisionHistoryLimit") ?? 10) is var limit && limit != int.MaxValue ? limit : null;

    public int MaxSurge => Recreate ? 0 : Resolve("maxSurge", roundUp: true);

    public int MaxUnavailable
    {
        get
        {
            if (Recreate || Replicas == 0) return 0;
            var unavailable = Resolve("maxUnavailable", roundUp: false);

            // Nothing more and nothing less would never move.
            if (unavailable == 0 && MaxSurge == 0) unavailable = 1;
            return Math.Min(unavailable, Replicas);
        }
    }

    public JsonObject? Progressing => Stored.Condition(DeploymentStatus.Progressing);

    private int Resolve(string field, bool roundUp)
    {
        var otherwise = IntOrPercent.Resolve(JsonValue.Create("25%"), Replicas, roundUp, 0);
        return IntOrPercent.Resolve(Stored.Read.At("spec", "strategy", "rollingUpdate", field), Replicas, roundUp, otherwise);
    }
}
