using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>How one object is doing, as <c>status.health</c> says it.</summary>
internal sealed record Health(string Status, string? Message = null)
{
    public const string Healthy = "Healthy";
    public const string Suspended = "Suspended";
    public const string Progressing = "Progressing";
    public const string Missing = "Missing";
    public const string Degraded = "Degraded";
    public const string Unknown = "Unknown";

    private static readonly string[] BestFirst = [Healthy, Suspended, Progressing, Missing, Degraded, Unknown];

    public bool IsWorseThan(string other) => Array.IndexOf(BestFirst, Status) > Array.IndexOf(BestFirst, other);
}

/// <summary>Argo CD's health checks (<c>gitops-engine/pkg/health</c>): kubectl's rollout rules, word for word. Most kinds have none.</summary>
internal static class ResourceHealth
{
    public static bool HasCheck(ResourceType? type) =>
        type == Resources.Deployments || type == Resources.StatefulSets || type == Resources.DaemonSets || type == Resources.ReplicaSets
        || type == Resources.Jobs || type == Resources.Pods || type == Resources.PersistentVolumeClaims || type == Resources.Services
        || RolloutHealth.HasCheck(type);

    public static Health? Of(StoredObject live)
    {
        if (!HasCheck(live.Type) && !live.Deleting()) return null;
        if (live.Deleting()) return new Health(Health.Progressing, "Pending deletion");
        if (live.Type == Resources.Deployments) return Deployment(live);
        if (live.Type == Resources.StatefulSets) return StatefulSet(live);
        if (live.Type == Resources.DaemonSets) return DaemonSet(live);
        if (live.Type == Resources.ReplicaSets) return ReplicaSet(live);
        if (live.Type == Resources.Jobs) return Job(live);
        if (live.Type == Resources.Pods) return Pod(live);
        if (live.Type == Resources.PersistentVolumeClaims) return Claim(live);
        return RolloutHealth.HasCheck(live.Type) ? RolloutHealth.Of(live) : new Health(Health.Healthy);
    }

    private static Health Deployment(StoredObject live)
    {
        if (live.Read.Flag("spec", "paused")) return new Health(Health.Suspended, "Deployment is paused");
        if (live.Generation() > Status(live, "observedGeneration"))
            return Waiting("observed deployment generation less than desired generation");

        var (wanted, updated) = (live.Read.Number("spec", "replicas"), Status(live, "updatedReplicas"));
        var (all, available) = (Status(live, "replicas"), Status(live, "availableReplicas"));
        var progressing = live.Read.Items("status", "conditions").FirstOrDefault(condition => condition.Text("type") == "Progressing");
        if (progressing.Text("reason") == "ProgressDeadlineExceeded")
            return new Health(Health.Degraded, $"Deployment \"{live.Name}\" exceeded its progress deadline");
        if (updated < wanted) return Waiting($"{updated} out of {wanted} new replicas have been updated...");
        if (all > updated) return Waiting($"{all - updated} old replicas are pending termination...");
        return available < updated ? Waiting($"{available} of {updated} updated replicas are available...") : new Health(Health.Healthy);
    }

    private static Health StatefulSet(StoredObject live)
    {
        var (observed, ready, updated) = (Status(live, "observedGeneration"), Status(live, "readyReplicas"), Status(live, "updatedReplicas"));
        if (observed == 0 || live.Generation() > observed)
            return new Health(Health.Progressing, "Waiting for statefulset spec update to be observed...");
        var wanted = live.Read.Number("spec", "replicas");
        if (ready < wanted) return new Health(Health.Progressing, $"Waiting for {wanted - ready} pods to be ready...");

        var strategy = live.Read.Object("spec", "updateStrategy");
        if (strategy.Text("type") == "RollingUpdate" && strategy.Object("rollingUpdate") is { } rolling)
        {
            return rolling.Number("partition") is { } partition && updated < wanted - partition
                ? new Health(Health.Progressing, $"Waiting for partitioned roll out to finish: {updated} out of {wanted - partition} new pods have been updated...")
                : new Health(Health.Healthy, $"partitioned roll out complete: {updated} new pods have been updated...");
        }

        if (strategy.Text("type") == "OnDelete") return new Health(Health.Healthy, $"statefulset has {ready} ready pods");
        var (update, current) = (live.Read.Text("status", "updateRevision"), live.Read.Text("status", "currentRevision"));
        return update != current
            ? new Health(Health.Progressing, $"waiting for statefulset rolling update to complete {updated} pods at revision {update}...")
            : new Health(Health.Healthy, $"statefulset rolling update complete {Status(live, "currentReplicas")} pods at revision {current}...");
    }

    private static Health DaemonSet(StoredObject live)
    {
        if (live.Generation() > Status(live, "observedGeneration"))
            return Waiting("observed daemon set generation less than desired generation");
        var (updated, wanted) = (Status(live, "updatedNumberScheduled"), Status(live, "desiredNumberScheduled"));
        if (live.Read.Text("spec", "updateStrategy", "type") == "OnDelete")
            return new Health(Health.Healthy, $"daemon set {updated} out of {wanted} new pods have been updated");
        var prefix = $"Waiting for daemon set \"{live.Name}\" rollout to finish: ";
        if (updated < wanted) return new Health(Health.Progressing, $"{prefix}{updated} out of {wanted} new pods have been updated...");
        var available = Status(live, "numberAvailable");
        return available < wanted
            ? new Health(Health.Progressing, $"{prefix}{available} of {wanted} updated pods are available...")
            : new Health(Health.Healthy);
    }

    private static Health ReplicaSet(StoredObject live)
    {
        var (wanted, available) = (live.Read.Number("spec", "replicas"), Status(live, "availableReplicas"));
        if (live.Generation() > Status(live, "observedGeneration"))
            return Waiting("observed replica set generation less than desired generation");
        return available < wanted ? Waiting($"{available} out of {wanted} new replicas are available...") : new Health(Health.Healthy);
    }

    private static Health Job(StoredObject live)
    {
        foreach (var condition in live.Read.Items("status", "conditions").Where(condition => condition.Text("status") == "True"))
        {
            switch (condition.Text("type"))
            {
                case "Failed":
                    return new Health(Health.Degraded, condition.Text("message"));
                case "Suspended":
                    return new Health(Health.Suspended, condition.Text("message"));
                case "Complete":
                    return new Health(Health.Healthy, condition.Text("message"));
            }
        }

        return new Health(Health.Progressing);
    }

    private static Health Pod(StoredObject live) => live.Phase() switch
    {
        "Succeeded" => new Health(Health.Healthy),
        "Running" when live.PodReady() => new Health(Health.Healthy),
        "Failed" => new Health(Health.Degraded, live.Read.Text("status", "message")),
        _ => new Health(Health.Progressing),
    };

    private static Health Claim(StoredObject live) => live.Read.Text("status", "phase") switch
    {
        "Lost" => new Health(Health.Degraded),
        "Pending" or null => new Health(Health.Progressing),
        _ => new Health(Health.Healthy),
    };

    private static Health Waiting(string forWhat) => new(Health.Progressing, "Waiting for rollout to finish: " + forWhat);

    private static int Status(StoredObject live, string count) => live.Read.Number("status", count) ?? 0;
}
