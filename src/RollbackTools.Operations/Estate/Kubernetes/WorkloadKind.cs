namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>The kinds that run pods until told otherwise, and keep their earlier versions.</summary>
public enum WorkloadKind
{
    Deployment,
    StatefulSet,
    DaemonSet,

    /// <summary>Argo Rollouts' custom kind, in argoproj.io.</summary>
    Rollout,
}
