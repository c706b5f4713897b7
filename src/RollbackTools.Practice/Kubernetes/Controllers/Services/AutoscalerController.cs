using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Services;

/// <summary>
/// An HPA that keeps its target within minReplicas and maxReplicas and otherwise only reports: there is no load to follow, but a
/// Deployment's size is its, not the manifest's.
/// </summary>
public sealed class AutoscalerController(ControllerContext context) : Controller(context)
{
    public override IReadOnlyList<ResourceType> Watches { get; } = [Resources.HorizontalPodAutoscalers, Resources.Deployments];

    public override void Observe(StoreEvent change)
    {
        if (change.Type == StoreEventType.Deleted) return;
        if (change.Object.Type == Resources.HorizontalPodAutoscalers)
        {
            Enqueue(change.Object.Key());
            return;
        }

        foreach (var scaler in Store.List(Resources.HorizontalPodAutoscalers, change.Object.Namespace).Items)
        {
            if (scaler.Read.Text("spec", "scaleTargetRef", "name") == change.Object.Name) Enqueue(scaler.Key());
        }
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Store.Find(Resources.HorizontalPodAutoscalers, key.Namespace, key.Name) is not { } scaler) return;
        if (scaler.Read.Text("spec", "scaleTargetRef", "kind") != "Deployment") return;
        var target = scaler.Read.Text("spec", "scaleTargetRef", "name") ?? "";
        if (Store.Find(Resources.Deployments, key.Namespace, target) is not { } deployment) return;
        var size = deployment.Read.Number("spec", "replicas") ?? 1;
        var wanted = size == 0 ? 0 : Math.Clamp(
            size, scaler.Read.Number("spec", "minReplicas") ?? 1, scaler.Read.Number("spec", "maxReplicas") ?? int.MaxValue);
        if (wanted != size)
        {
            Store.Update(deployment.Type, key.Namespace, target, body =>
            {
                body.Child("spec")["replicas"] = wanted;
                return true;
            });
            Events.Normal(scaler, "horizontal-pod-autoscaler", "SuccessfulRescale",
                $"New size: {wanted}; reason: Current number of replicas {(wanted > size ? "below Spec.MinReplicas" : "above Spec.MaxReplicas")}");
        }

        var status = scaler.CopyStatus();
        status["currentReplicas"] = deployment.Read.Number("status", "replicas") ?? 0;
        status["desiredReplicas"] = wanted;
        Set(status, "AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size");
        if (size == 0)
            Set(status, "ScalingActive", "False", "ScalingDisabled", "scaling is disabled since the replica count of the target is zero");
        else
            Set(status, "ScalingActive", "True", "ValidMetricFound",
                "the HPA was able to successfully calculate a replica count from cpu resource utilization");
        Store.WriteStatus(scaler, status);
    }

    private void Set(JsonObject status, string type, string value, string reason, string message) =>
        Conditions.Set(status, type, value, reason, message, Context.Timestamp, updateTime: false);
}
