using RollbackTools.Practice.Kubernetes.Controllers.DaemonSets;
using RollbackTools.Practice.Kubernetes.Controllers.Deployments;
using RollbackTools.Practice.Kubernetes.Controllers.Housekeeping;
using RollbackTools.Practice.Kubernetes.Controllers.Jobs;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;
using RollbackTools.Practice.Kubernetes.Controllers.Services;
using RollbackTools.Practice.Kubernetes.Controllers.StatefulSets;
using RollbackTools.Practice.Kubernetes.Controllers.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>What kube-controller-manager runs here.</summary>
public static class ControllerSet
{
    public static IReadOnlyList<Controller> All(ControllerContext context) =>
    [
        new DeploymentController(context),
        new ReplicaSetController(context),
        new StatefulSetController(context),
        new DaemonSetController(context),
        new JobController(context),
        new EndpointsController(context),
        new AutoscalerController(context),
        new ClaimController(context),
        new DisruptionController(context),
        new GarbageCollector(context),
        new NamespaceController(context),
        new EventExpiry(context),
    ];
}
