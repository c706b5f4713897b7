namespace RollbackTools.Practice.Rollouts;

/// <summary>The labels and annotations Argo Rollouts reads and writes.</summary>
internal static class RolloutNames
{
    public const string HashLabel = "rollouts-pod-template-hash";
    public const string Revision = "rollout.argoproj.io/revision";
    public const string History = "rollout.argoproj.io/revision-history";
    public const string DesiredReplicas = "rollout.argoproj.io/desired-replicas";
    public const string WorkloadGeneration = "rollout.argoproj.io/workload-generation";
    public const string EphemeralMetadata = "rollout.argoproj.io/ephemeral-metadata";
    public const string ScaleDownDeadline = "scale-down-deadline";
    public const string ManagedBy = "argo-rollouts.argoproj.io/managed-by-rollouts";
    public const string Component = "rollouts-controller";
}
