using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>Where the kinds that run pods keep their templates.</summary>
internal static class HelmTemplates
{
    /// <summary>Whether it is of a kind whose way to health is known: what a rollback is proven by.</summary>
    public static bool IsWorkload(ObjectId id) => id is { Group: "apps", Kind: "Deployment" or "StatefulSet" or "DaemonSet" } or { Group: "argoproj.io", Kind: "Rollout" };

    public static PodTemplate? Of(ManifestObject one)
    {
        var template = (one.Id.Group, one.Id.Kind) switch
        {
            ("batch", "CronJob") => one.Json.At("spec", "jobTemplate", "spec", "template"),
            ("", "Pod") => one.Json,
            ("apps", "Deployment" or "StatefulSet" or "DaemonSet" or "ReplicaSet") or ("batch", "Job") or ("argoproj.io", "Rollout") => one.Json.At("spec", "template"),
            _ => null,
        };
        return template is { ValueKind: System.Text.Json.JsonValueKind.Object } found ? new PodTemplate(found) : null;
    }
}
