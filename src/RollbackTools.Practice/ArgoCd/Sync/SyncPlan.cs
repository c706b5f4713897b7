using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Applications;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.Sync;

/// <summary>The tasks of a sync in the order they run: by phase, wave and kind, the way objects depend on each other.</summary>
internal sealed class SyncPlan(ControllerContext context, SyncRequest request)
{
    private static readonly string[] KindsInOrder =
    [
        "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodDisruptionBudget", "ServiceAccount", "Secret", "ConfigMap",
        "StorageClass", "PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "Role",
        "RoleBinding", "Service", "DaemonSet", "Pod", "ReplicaSet", "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob",
        "Ingress",
    ];

    public List<SyncTask> Tasks(ApplicationView application, Comparison comparison, string revision, DateTimeOffset started)
    {
        var ignored = request.RespectsIgnoredDifferences ? IgnoredDifferences.Of(application) : new IgnoredDifferences([]);
        List<SyncTask> tasks = [.. comparison.Resources.Where(one => request.Includes(one.Id)).Select(one => new SyncTask(
            SyncPhase.Sync, one.Type, one.Id, Target(one, ignored), one.Live, hook: false) { InSync = one.InSync })];
        if (!request.SkipsHooks)
            foreach (var hook in comparison.Hooks)
                tasks.AddRange(Phases(hook).Select(phase => Hook(hook, phase, revision, started)));
        PruneInReverse(tasks);
        return [.. tasks.OrderBy(task => task.Phase).ThenBy(task => task.Wave).ThenBy(KindOrder).ThenBy(task => task.Id.Kind, StringComparer.Ordinal).ThenBy(task => task.Id.Name, StringComparer.Ordinal)];
    }

    private static JsonObject? Target(ManagedResource one, IgnoredDifferences ignored)
    {
        if (one.Target is null || one.Live is null || ignored.For(one.Id) is not { Count: > 0 } pointers) return one.Target;
        var target = one.Target.DeepClone().AsObject();
        foreach (var steps in pointers.Where(steps => steps[0] != "status")) IgnoredDifferences.Copy(one.Live.Read, target, steps);
        return target;
    }

    private static IEnumerable<SyncPhase> Phases(JsonObject hook) =>
        (hook.Text("metadata", "annotations", ArgoNames.Hook) ?? "").Split(',', StringSplitOptions.TrimEntries)
            .Where(name => Enum.IsDefined(typeof(SyncPhase), name)).Select(Enum.Parse<SyncPhase>);

    /// <summary>A hook without a name of its own is named for the sync it runs in.</summary>
    private SyncTask Hook(JsonObject hook, SyncPhase phase, string revision, DateTimeOffset started)
    {
        var target = hook.DeepClone().AsObject();
        var metadata = target.Child("metadata");
        if (metadata.Text("name") is not { Length: > 0 })
        {
            var commit = revision.Length >= 8 ? revision[..7] : revision;
            metadata["name"] = $"{metadata.Text("generateName")}{commit}-{phase}-{started.ToUnixTimeSeconds()}".ToLowerInvariant();
        }

        var type = context.Catalog.FindKind(target.Text("apiVersion") ?? "v1", target.Text("kind") ?? "");
        var id = ResourceId.Of(target, metadata.Text("namespace"));
        var live = type is null ? null : context.Store.Find(type, id.Namespace, id.Name);
        return new SyncTask(phase, type, id, target, live, hook: true);
    }

    /// <summary>What was created last goes first; or everything goes after all else has come.</summary>
    private void PruneInReverse(List<SyncTask> tasks)
    {
        var prunes = tasks.Where(task => task.Prunes).ToList();
        var waves = prunes.Select(task => task.Wave).Distinct().Order().ToList();
        foreach (var task in prunes) task.Wave = waves[waves.Count - 1 - waves.IndexOf(task.Wave)];
        var last = tasks.Where(task => task.Phase == SyncPhase.Sync).Select(task => task.Wave).Append(0).Max() + 1;
        foreach (var task in prunes.Where(task => request.PrunesLast || Option(task, "PruneLast=true"))) task.Wave = last;
    }

    private static bool Option(SyncTask task, string option) =>
        ArgoNames.HasOption(task.Live?.Annotation(ArgoNames.SyncOptions), option);

    private static int KindOrder(SyncTask task) => Array.IndexOf(KindsInOrder, task.Id.Kind) is >= 0 and var at ? at : KindsInOrder.Length;
}
