using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Deployments;

/// <summary>
/// Brings a Deployment's ReplicaSets to its template and size. The order of its steps is the real controller's (v1.36), because
/// what clients may see between two of them follows from it.
/// </summary>
public sealed class DeploymentController : Controller
{
    internal const string Component = "deployment-controller";

    private readonly ReplicaSetScaler scaler;
    private readonly RollingUpdate rolling;

    public DeploymentController(ControllerContext context) : base(context)
    {
        scaler = new ReplicaSetScaler(Store, Events);
        rolling = new RollingUpdate(scaler);
    }

    public override IReadOnlyList<ResourceType> Watches { get; } = [Resources.Deployments, Resources.ReplicaSets, Resources.Pods];

    public override void Observe(StoreEvent change)
    {
        if (change.Object.Type == Resources.Deployments)
        {
            if (change.Type != StoreEventType.Deleted) Enqueue(change.Object.Key());
        }
        else if (change.Object.Type == Resources.ReplicaSets)
        {
            EnqueueOwner(change.Object, Resources.Deployments);
        }
        else if (change.Type == StoreEventType.Deleted && change.Object.Controller() is { } owner
            && Store.Find(Resources.ReplicaSets, change.Object.Namespace, owner.Text("name") ?? "") is { } set
            && set.Controller().Text("name") is { } name
            && Store.Find(Resources.Deployments, set.Namespace, name) is { } deployment && new DeploymentView(deployment).Recreate)
        {
            // Recreate waits for the last old pod to be gone, not only marked.
            Enqueue(deployment.Key());
        }
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Store.Find(Resources.Deployments, key.Namespace, key.Name) is not { } stored) return;
        DeploymentView deployment = new(stored);
        Rollout rollout = new(deployment, Claim(stored, Resources.ReplicaSets).ConvertAll(set => new ReplicaSetView(set)));
        rollout.FindNew();
        if (stored.Deleting())
        {
            WriteCounts(rollout);
            return;
        }

        MarkPaused(deployment);
        if (!SyncRevision(rollout)) return;
        if (deployment.Paused || Resized(rollout))
        {
            scaler.ScaleProportionally(rollout);
            if (deployment.Paused) CleanUp(rollout);
            WriteCounts(rollout);
        }
        else if (deployment.Recreate)
        {
            Recreate(rollout);
        }
        else
        {
            Roll(rollout);
        }
    }

    private static bool Resized(Rollout rollout) => rollout.Active.Any(set =>
        RevisionAnnotations.Size(set.Stored, RevisionAnnotations.DesiredReplicas) is { } size && size != rollout.Deployment.Replicas);

    private void Roll(Rollout rollout)
    {
        if (rollout.New is null) CreateNew(rollout);
        if (!rolling.ScaleNew(rollout) && !rolling.ScaleOld(rollout)
            && DeploymentStatus.Complete(rollout.Deployment, rollout.Deployment.Stored.Read.At("status")))
            CleanUp(rollout);
        WriteProgress(rollout);
    }

    private void Recreate(Rollout rollout)
    {
        var deployment = rollout.Deployment;
        var scaledDown = false;
        foreach (var old in rollout.Old.Where(set => set.Desired > 0)) scaledDown |= scaler.Scale(deployment, old, 0);
        if (!scaledDown && !OldPodsRun(rollout))
        {
            if (rollout.New is null) CreateNew(rollout);
            scaler.Scale(deployment, rollout.New!, deployment.Replicas);
            if (DeploymentStatus.Complete(deployment, deployment.Stored.Read.At("status"))) CleanUp(rollout);
        }

        WriteProgress(rollout);
    }

    private bool OldPodsRun(Rollout rollout) => rollout.Old.Any(old => old.Replicas > 0
        || Cache.Controlled(Resources.Pods, old.Stored.Uid()).Any(pod => pod.Phase() is not ("Succeeded" or "Failed")));

    /// <summary>
    /// Brings the annotations of the template's ReplicaSet, then the Deployment's revision, up to date. False when the ReplicaSet
    /// was written: the rest waits for the watch to show it, so that observedGeneration never runs ahead of the revision.
    /// </summary>
    private bool SyncRevision(Rollout rollout)
    {
        if (rollout.New is not { } set) return true;

        var deployment = rollout.Deployment;
        var annotations = set.Stored.Read.Object("metadata", "annotations")?.DeepClone().AsObject() ?? [];
        var changed = RevisionAnnotations.Apply(deployment, annotations, NextRevision(rollout));
        if (changed || set.MinReadySeconds != deployment.MinReadySeconds)
        {
            Store.Update(set.Stored.Type, set.Stored.Namespace, set.Name, body =>
            {
                body.Child("metadata")["annotations"] = annotations;
                body.Child("spec").Count("minReadySeconds", deployment.MinReadySeconds);
                return true;
            }, set.Stored.Version);
            return false;
        }

        var condition = deployment.ProgressDeadline is not null && deployment.Progressing is null
            ? ("FoundNewReplicaSet", $"Found new replica set \"{set.Name}\"") : default;
        WriteRevision(deployment, set, condition);
        return true;
    }

    private void CreateNew(Rollout rollout)
    {
        var deployment = rollout.Deployment;
        var collisions = deployment.Stored.Read.Number("status", "collisionCount");
        var hash = Templates.Hash(deployment.Template, collisions);
        var size = RollingUpdate.NewSize(deployment, 0, rollout.Desired);
        var body = NewReplicaSet(deployment, hash, size);
        RevisionAnnotations.Apply(deployment, body.Child("metadata").Child("annotations"), NextRevision(rollout));
        RevisionAnnotations.SetSizes(body, deployment.Replicas, deployment.Replicas + deployment.MaxSurge);

        var name = $"{deployment.Name}-{hash}";
        if (Store.Find(Resources.ReplicaSets, deployment.Namespace, name) is not null)
        {
            // Another owner's, or another template with the same hash: count the collision and try the next name.
            Store.Update(Resources.Deployments, deployment.Namespace, deployment.Name, current =>
            {
                current.Child("status")["collisionCount"] = (collisions ?? 0) + 1;
                return true;
            }, deployment.Stored.Version);
            throw new StoreConflictException(StoreConflict.AlreadyExists, $"replicasets.apps \"{name}\" already exists");
        }

        ReplicaSetView created = new(Store.Create(Resources.ReplicaSets, body));
        rollout.New = created;
        if (size > 0)
            Events.Normal(deployment.Stored, Component, "ScalingReplicaSet", $"Scaled up replica set {name} from 0 to {size}");
        WriteRevision(deployment, created,
            deployment.ProgressDeadline is null ? default : ("NewReplicaSetCreated", $"Created new replica set \"{name}\""));
    }

    private static JsonObject NewReplicaSet(DeploymentView deployment, string hash, int size)
    {
        var template = deployment.Template?.DeepClone().AsObject() ?? [];
        template.Child("metadata").Child("labels")[Templates.HashLabel] = hash;
        var selector = deployment.Stored.Read.Object("spec", "selector")?.DeepClone().AsObject() ?? [];
        selector.Child("matchLabels")[Templates.HashLabel] = hash;
        JsonObject spec = new() { ["replicas"] = size };
        if (deployment.MinReadySeconds > 0) spec["minReadySeconds"] = deployment.MinReadySeconds;
        spec["selector"] = selector;
        spec["template"] = template;
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{deployment.Name}-{hash}",
                ["namespace"] = deployment.Namespace,
                ["labels"] = template["metadata"]!["labels"]!.DeepClone(),
                ["annotations"] = new JsonObject(),
                ["ownerReferences"] = new JsonArray(deployment.Stored.OwnerReference()),
            },
            ["spec"] = spec,
            ["status"] = new JsonObject { ["replicas"] = 0 },
        };
    }

    private static long NextRevision(Rollout rollout) =>
        rollout.Old.Select(set => RevisionAnnotations.Number(set.Stored) ?? 0).DefaultIfEmpty(0).Max() + 1;

    private void WriteRevision(DeploymentView deployment, ReplicaSetView set, (string Reason, string Message) progressing)
    {
        var revision = set.Stored.Annotation(RevisionAnnotations.Revision) ?? "";
        deployment.Stored = Store.Update(deployment.Stored.Type, deployment.Namespace, deployment.Name, body =>
        {
            var annotations = body.Child("metadata").Child("annotations");
            if (annotations.Text(RevisionAnnotations.Revision) == revision && progressing.Reason is null) return false;
            annotations[RevisionAnnotations.Revision] = revision;
            if (progressing.Reason is { } reason)
                Conditions.Set(body.Child("status"), DeploymentStatus.Progressing, "True", reason, progressing.Message, Context.Timestamp);
            return true;
        }, deployment.Stored.Version) ?? deployment.Stored;
    }

    private void MarkPaused(DeploymentView deployment)
    {
        var reason = deployment.Progressing.Text("reason");
        if (deployment.ProgressDeadline is null || reason == DeploymentStatus.TimedOut) return;
        if (deployment.Paused == (reason == "DeploymentPaused")) return;
        var status = deployment.Stored.CopyStatus();
        if (deployment.Paused)
            Conditions.Set(status, DeploymentStatus.Progressing, "Unknown", "DeploymentPaused", "Deployment is paused", Context.Timestamp);
        else
            Conditions.Set(status, DeploymentStatus.Progressing, "Unknown", "DeploymentResumed", "Deployment is resumed", Context.Timestamp);
        Store.WriteStatus(deployment.Stored, status);
        deployment.Stored = Store.Find(deployment.Stored.Type, deployment.Namespace, deployment.Name) ?? deployment.Stored;
    }

    private void CleanUp(Rollout rollout)
    {
        if (rollout.Deployment.RevisionHistoryLimit is not { } limit) return;
        var kept = rollout.Old.Where(set => !set.Stored.Deleting()).OrderBy(set => RevisionAnnotations.Number(set.Stored) ?? 0).ToList();
        foreach (var set in kept.Take(Math.Max(0, kept.Count - limit)))
        {
            if (set.Replicas == 0 && set.Desired == 0 && set.Stored.Generation() <= set.ObservedGeneration)
                Store.Delete(set.Stored.Type, set.Stored.Namespace, set.Name, ifUid: set.Stored.Uid());
        }
    }

    private void WriteCounts(Rollout rollout) =>
        Store.WriteStatus(rollout.Deployment.Stored, DeploymentStatus.Calculate(rollout, Context.Timestamp));

    private void WriteProgress(Rollout rollout)
    {
        var deployment = rollout.Deployment;
        var status = DeploymentStatus.Calculate(rollout, Context.Timestamp);
        DeploymentStatus.Judge(rollout, status, Context.Now, Context.Timestamp, Context.Tempo);
        if (!JsonNode.DeepEquals(status, deployment.Stored.Read.At("status")))
            Store.WriteStatus(deployment.Stored, status);
        else if (DeploymentStatus.UntilDeadline(deployment, status, Context.Now, Context.Tempo) is { } left)
            EnqueueAfter(deployment.Stored.Key(), (left > TimeSpan.Zero ? left : TimeSpan.Zero) + Context.Tempo.Scaled(1));
    }
}
