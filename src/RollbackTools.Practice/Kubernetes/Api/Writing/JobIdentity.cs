using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>A job selects its pods by its own uid, so it needs one before it is stored.</summary>
internal static class JobIdentity
{
    public static void Assign(JsonObject job)
    {
        var meta = job.Ensure("metadata");
        var spec = job.Ensure("spec");
        if (spec.True("manualSelector") || meta.Text("name") is not { } name) return;
        var uid = meta.Text("uid") ?? Guid.NewGuid().ToString();
        meta["uid"] = uid;
        spec["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["batch.kubernetes.io/controller-uid"] = uid } };
        var labels = spec.Ensure("template").Ensure("metadata").Ensure("labels");
        labels["batch.kubernetes.io/controller-uid"] = uid;
        labels["batch.kubernetes.io/job-name"] = name;
        labels["controller-uid"] = uid;
        labels["job-name"] = name;
    }
}
