using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>Finds who else writes this workload, from the marks they leave on it, and says what they will do about a rollback.</summary>
internal static class Ownership
{
    public static IReadOnlyList<string> Warnings(WorkloadSnapshot workload)
    {
        var meta = workload.Object.Metadata;
        List<string> warnings = [];
        if (ApplicationOf(meta) is { } name)
        {
            warnings.Add($"Argo CD application '{name}' owns {workload}: with self-heal it puts the version in Git back. Without -Via Cluster, "
                + "the rollback pauses that and puts Git right as well, where you may see the application and it does deploy this. These go back through Argo CD, or pause it alone: "
                + $"Invoke-ArgoRollback {name}; Set-ArgoSyncPolicy {name} -Policy None");
        }

        if (meta.Annotations.TryGetValue("meta.helm.sh/release-name", out var release))
        {
            warnings.Add($"Helm release '{release}' owns {workload}: the next helm upgrade brings its own image. To take the whole release back: Invoke-HelmRollback {release} -Namespace {workload.Namespace}");
        }

        if (meta.Labels.TryGetValue("kustomize.toolkit.fluxcd.io/name", out var flux))
            warnings.Add($"Flux kustomization '{flux}' owns {workload}: its next reconciliation puts the version in Git back. Suspend it first.");

        return warnings;
    }

    /// <summary>The Argo CD application that deploys an object, <c>name</c> or <c>namespace/name</c>, by the marks it leaves; null when none does.</summary>
    public static string? ApplicationOf(ObjectMeta meta) =>
        (meta.Annotations.GetValueOrDefault("argocd.argoproj.io/tracking-id")?.Split(':')[0] ?? meta.Labels.GetValueOrDefault("argocd.argoproj.io/instance")) switch
        {
            null or "" => null,
            // `namespace_name` where applications lie outside Argo CD's own namespace.
            var mark => mark.Replace('_', '/'),
        };
}
