using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>Makes the ReplicaSet of a Rollout's template, numbers the revisions, and deletes what is beyond the history's limit.</summary>
internal sealed class ReplicaSetKeeper(ControllerContext context, ObjectWriter writer, RolloutStatusWriter statuses)
{
    private static readonly WriteOptions AsController = new("rollouts-controller") { User = "system:serviceaccount:argo-rollouts:argo-rollouts" };

    private static readonly HashSet<string> NotCopied =
    [
        "kubectl.kubernetes.io/last-applied-configuration", RolloutNames.Revision, RolloutNames.History, RolloutNames.DesiredReplicas,
        "notified.notifications.argoproj.io",
    ];

    /// <summary>Creates the ReplicaSet of the Rollout's template, with no pods yet.</summary>
    public void Create(RolloutRun run)
    {
        var rollout = run.Rollout;
        var hash = TemplateMatch.Hash(rollout);
        var name = $"{rollout.Name}-{hash}";
        if (context.Store.Find(Resources.ReplicaSets, rollout.Namespace, name) is not null) Collide(rollout, name);

        var revision = NextRevision(run);
        var body = NewReplicaSet(run, name, hash);
        Annotate(rollout, body.Child("metadata").Child("annotations"), revision);
        body["metadata"]!["annotations"]![RolloutNames.DesiredReplicas] = Numbers.Text(rollout.Replicas);
        run.Assign(new ReplicaSetView(Store(rollout, name, body)));
        WriteRevision(rollout, Numbers.Text(revision));
        context.Events.Normal(rollout.Stored, RolloutNames.Component, "NewReplicaSetCreated", $"Created ReplicaSet {name} (revision {revision})");
        statuses.WriteProgressing(rollout, "NewReplicaSetCreated", $"Created new replica set \"{name}\"");
    }

    /// <summary>Brings the new ReplicaSet's annotations and the Rollout's revision up to date.</summary>
    public void SyncRevision(RolloutRun run)
    {
        if (run.New is not { } set) return;
        var rollout = run.Rollout;
        var annotations = set.Stored.Read.Object("metadata", "annotations")?.DeepClone().AsObject() ?? [];
        if (Annotate(rollout, annotations, NextRevision(run)) || set.MinReadySeconds != rollout.MinReadySeconds)
        {
            set.Stored = context.Store.Update(set.Stored.Type, set.Stored.Namespace, set.Name, body =>
            {
                body.Child("metadata")["annotations"] = annotations;
                body.Child("spec").Count("minReadySeconds", rollout.MinReadySeconds);
                return true;
            }, set.Stored.Version) ?? set.Stored;
            return;
        }

        WriteRevision(rollout, set.Stored.Annotation(RolloutNames.Revision) ?? "");
        if (rollout.Progressing is null)
            statuses.WriteProgressing(rollout, "FoundNewReplicaSet", $"Found new replica set \"{set.Name}\"");
    }

    /// <summary>Deletes the oldest of the ReplicaSets without a part to play.</summary>
    public void CleanUp(RolloutRun run)
    {
        var old = run.Others.Where(set => !set.Stored.Deleting()).OrderBy(set => set.Stored.Created(), StringComparer.Ordinal).ToList();
        foreach (var set in old.Take(Math.Max(0, old.Count - run.Rollout.RevisionHistoryLimit)))
        {
            if (set.Replicas != 0 || set.Desired != 0 || set.Stored.Generation() > set.ObservedGeneration) continue;
            context.Store.Delete(set.Stored.Type, set.Stored.Namespace, set.Name, ifUid: set.Stored.Uid());
            run.Analyses.Forget(context, set.Hash());
        }
    }

    private static long NextRevision(RolloutRun run) => run.Older.Select(set => set.Revision()).DefaultIfEmpty(0).Max() + 1;

    /// <summary>Copies the Rollout's annotations and raises the revision, remembering the number there was; false when nothing changed.</summary>
    private static bool Annotate(RolloutView rollout, JsonObject annotations, long revision)
    {
        var changed = false;
        foreach (var (name, value) in rollout.Stored.Read.Map("metadata", "annotations"))
        {
            if (NotCopied.Contains(name) || annotations.Text(name) == value) continue;
            annotations[name] = value;
            changed = true;
        }

        var former = annotations.Text(RolloutNames.Revision);
        if ((Numbers.Long(former) ?? 0) < revision)
        {
            annotations[RolloutNames.Revision] = Numbers.Text(revision);
            changed = true;
        }

        // The real controller also remembers the number when only another annotation changed.
        if (former is null || !changed) return changed;
        annotations[RolloutNames.History] = annotations.Text(RolloutNames.History) is { Length: > 0 } history ? $"{history},{former}" : former;
        return true;
    }

    private static JsonObject NewReplicaSet(RolloutRun run, string name, string hash)
    {
        var rollout = run.Rollout;
        var template = rollout.Template.DeepClone().AsObject();
        AntiAffinity.Inject(rollout, template, hash);
        template.Child("metadata").Child("labels")[RolloutNames.HashLabel] = hash;
        var selector = rollout.Selector?.DeepClone().AsObject() ?? [];
        selector.Child("matchLabels")[RolloutNames.HashLabel] = hash;
        JsonObject spec = new() { ["replicas"] = 0 };
        if (rollout.MinReadySeconds > 0) spec["minReadySeconds"] = rollout.MinReadySeconds;
        spec["selector"] = selector;
        spec["template"] = template;
        JsonObject body = new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = rollout.Namespace,
                ["labels"] = template["metadata"]!["labels"]!.DeepClone(),
                ["annotations"] = new JsonObject(),
                ["ownerReferences"] = new JsonArray(rollout.Stored.OwnerReference()),
            },
            ["spec"] = spec,
        };
        EphemeralMetadata.Sync(body, run.Stable is null ? EphemeralMetadata.OfStable(rollout) : EphemeralMetadata.OfNew(rollout));
        return body;
    }

    private StoredObject Store(RolloutView rollout, string name, JsonObject body)
    {
        try
        {
            return writer.Create(Resources.ReplicaSets, rollout.Namespace, body, AsController);
        }
        catch (ApiException refused)
        {
            var message = $"Failed to create new replica set \"{name}\": {refused.Message}";
            context.Events.Warning(rollout.Stored, RolloutNames.Component, "ReplicaSetCreateError", message);
            statuses.WriteConditions(rollout, status =>
                Conditions.Set(status, "Progressing", "False", "ReplicaSetCreateError", message, context.Timestamp));
            throw new PodRefusedException(message);
        }
    }

    /// <summary>Another template with the same hash, or another owner's ReplicaSet: counts the collision and tries the next name.</summary>
    private void Collide(RolloutView rollout, string name)
    {
        var count = rollout.Status.Number("collisionCount") ?? 0;
        context.Store.Update(rollout.Stored.Type, rollout.Namespace, rollout.Name, body =>
        {
            body.Child("status")["collisionCount"] = count + 1;
            return true;
        }, rollout.Stored.Version);
        throw new StoreConflictException(StoreConflict.AlreadyExists, $"replicasets.apps \"{name}\" already exists");
    }

    // The real controller sends the whole Rollout as its types print it: what the types always print becomes the controller's.
    private void WriteRevision(RolloutView rollout, string revision)
    {
        if (rollout.Stored.Annotation(RolloutNames.Revision) == revision) return;
        var body = rollout.Stored.Read.DeepClone().AsObject();
        body.Child("metadata").Child("annotations")[RolloutNames.Revision] = revision;
        foreach (var list in (string[])["containers", "initContainers"])
            foreach (var container in body.Items("spec", "template", "spec", list).OfType<JsonObject>()) container["resources"] ??= new JsonObject();
        rollout.Stored = writer.Replace(rollout.Stored, body, AsController);
        context.Events.Normal(rollout.Stored, RolloutNames.Component, "RolloutUpdated", $"Rollout updated to revision {revision}");
    }
}
