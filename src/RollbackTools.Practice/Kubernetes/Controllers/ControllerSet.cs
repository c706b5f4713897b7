using RollbackTools.Practice.Kubernetes.Controllers.Deployments;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>What kube-controller-manager runs here.</summary>
public static class ControllerSet
{
    public static IReadOnlyList<Controller> All(ControllerContext context) =>
    [
        new DeploymentController(context),
        new ReplicaSetController(context),
    ];
}
