using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>Points Services at ReplicaSets by their hash.</summary>
internal sealed class ServiceSelectors(ControllerContext context)
{
    public StoredObject? Find(RolloutView rollout, string? name) =>
        name is { Length: > 0 } ? context.Store.Find(Resources.Services, rollout.Namespace, name) : null;

    /// <summary>The hash a Service selects; empty when it selects none.</summary>
    public static string Selected(StoredObject? service) => service?.Read.Text("spec", "selector", RolloutNames.HashLabel) ?? "";

    /// <summary>
    /// Points a canary's or stable Service at a ReplicaSet that has a pod available; one that was not the controller's before, only once
    /// all of them are.
    /// </summary>
    public void Ensure(RolloutView rollout, string? name, ReplicaSetView? set)
    {
        if (set is null || Find(rollout, name) is not { } service || Selected(service) == set.Hash()) return;
        var adopting = service.Annotation(RolloutNames.ManagedBy) is null;
        if (adopting && (set.Desired == 0 || set.Available < set.Desired)) return;
        if (set.Available > 0) Switch(rollout, service, set.Hash());
    }

    public void Switch(RolloutView rollout, StoredObject? service, string hash)
    {
        if (service is null) return;
        var former = Selected(service);
        if (former == hash && service.Annotation(RolloutNames.ManagedBy) is not null) return;
        context.Store.Update(service.Type, service.Namespace, service.Name, body =>
        {
            body.Child("spec").Child("selector")[RolloutNames.HashLabel] = hash;
            var annotations = body.Child("metadata").Child("annotations");
            annotations[RolloutNames.ManagedBy] ??= rollout.Name;
            return true;
        }, service.Version);
        context.Events.Normal(rollout.Stored, RolloutNames.Component, "SwitchService",
            $"Switched selector for service '{service.Name}' from '{former}' to '{hash}'");
    }
}
