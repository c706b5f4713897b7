namespace RollbackTools.Operations.Images;

/// <summary>Finds who else writes this workload, from the marks they leave on it, and says what they will do about a rollback.</summary>
internal static class Ownership
{
    public static IReadOnlyList<string> Warnings(WorkloadSnapshot workload)
    {
        var meta = workload.Object.Metadata;
        List<string> warnings = [];
        if (meta.Annotations.TryGetValue("argocd.argoproj.io/tracking-id", out var tracking))
        {
            var app = tracking.Split(':')[0];
            warnings.Add($"Argo CD application '{app}' owns {workload}: with self-heal it puts the version in Git back. Use Invoke-ArgoRollback " +
                "when your version of this module has it; until then pause automated sync first and revert Git afterwards.");
        }
        else if (meta.Labels.TryGetValue("argocd.argoproj.io/instance", out var instance))
        {
            warnings.Add($"Argo CD application '{instance}' owns {workload}: with self-heal it puts the version in Git back. Use Invoke-ArgoRollback " +
                "when your version of this module has it; until then pause automated sync first and revert Git afterwards.");
        }

        if (meta.Annotations.TryGetValue("meta.helm.sh/release-name", out var release))
        {
            warnings.Add($"Helm release '{release}' owns {workload}: the next helm upgrade brings its own image. Use Invoke-HelmRollback when your " +
                $"version of this module has it; until then: helm rollback {release}.");
        }

        if (meta.Labels.TryGetValue("kustomize.toolkit.fluxcd.io/name", out var flux))
            warnings.Add($"Flux kustomization '{flux}' owns {workload}: its next reconciliation puts the version in Git back. Suspend it first.");

        return warnings;
    }
}
