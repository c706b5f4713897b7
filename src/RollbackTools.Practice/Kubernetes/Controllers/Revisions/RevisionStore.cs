using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Revisions;

/// <summary>
/// The ControllerRevisions of a StatefulSet or DaemonSet. <c>.data</c> is a strategic merge patch that puts the template back:
/// <c>{"spec":{"template":{…,"$patch":"replace"}}}</c>.
/// </summary>
internal sealed class RevisionStore(ControllerContext context, string hashLabel)
{
    /// <summary>All revisions this owner controls, by number, then age.</summary>
    public List<StoredObject> List(StoredObject owner)
    {
        var revisions = context.Cache.Controlled(Resources.ControllerRevisions, owner.Uid());
        revisions.Sort((a, b) => Number(a) != Number(b) ? Number(a).CompareTo(Number(b)) : ClusterCache.OldestFirst(a, b));
        return revisions;
    }

    public static int Number(StoredObject revision) => revision.Read.Number("revision") ?? 0;

    public static JsonNode? Template(StoredObject revision) => revision.Read.At("data", "spec", "template");

    /// <summary>
    /// The revision of the owner's present template: the newest equal one, raised to the highest number when it is not the
    /// newest of all, or a new one. Annotations (change-cause) are copied only at creation, so they are not renewed by going back.
    /// </summary>
    public StoredObject Current(StoredObject owner, List<StoredObject> revisions, Action<int> collided)
    {
        var template = Patch(owner);
        var next = revisions.Count == 0 ? 1 : Number(revisions[^1]) + 1;
        if (revisions.LastOrDefault(revision => Templates.Same(Template(revision), template)) is not { } equal)
            return Create(owner, template, next, collided);
        if (equal == revisions[^1]) return equal;
        return context.Store.Update(equal.Type, equal.Namespace, equal.Name, body =>
        {
            body["revision"] = next;
            return true;
        }) ?? equal;
    }

    /// <summary>Deletes the oldest revisions beyond the owner's revisionHistoryLimit that nothing uses.</summary>
    public void Truncate(StoredObject owner, List<StoredObject> revisions, Func<StoredObject, bool> live)
    {
        var limit = owner.Read.Number("spec", "revisionHistoryLimit") ?? 10;
        var history = revisions.Where(revision => !live(revision)).ToList();
        foreach (var revision in history.Take(Math.Max(0, history.Count - limit)))
            context.Store.Delete(revision.Type, revision.Namespace, revision.Name, ifUid: revision.Uid());
    }

    private StoredObject Create(StoredObject owner, JsonObject template, int number, Action<int> collided)
    {
        var collisions = owner.Read.Number("status", "collisionCount") ?? 0;
        while (true)
        {
            var hash = Templates.Hash(template, collisions);
            var name = $"{owner.Name}-{hash}";
            if (context.Store.Find(Resources.ControllerRevisions, owner.Namespace, name) is null)
                return context.Store.Create(Resources.ControllerRevisions, Body(owner, template, number, name, hash));
            collided(++collisions);
        }
    }

    private JsonObject Body(StoredObject owner, JsonObject template, int number, string name, string hash)
    {
        var labels = template.Object("metadata", "labels")?.DeepClone().AsObject() ?? [];
        labels[hashLabel] = hash;
        JsonObject metadata = new()
        {
            ["name"] = name,
            ["namespace"] = owner.Namespace,
            ["labels"] = labels,
            ["ownerReferences"] = new JsonArray(owner.OwnerReference()),
        };
        if (owner.Read.Object("metadata", "annotations") is { Count: > 0 } annotations) metadata["annotations"] = annotations.DeepClone();
        return new JsonObject
        {
            ["metadata"] = metadata,
            ["data"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = template } },
            ["revision"] = number,
        };
    }

    private static JsonObject Patch(StoredObject owner)
    {
        var template = owner.Read.Object("spec", "template")?.DeepClone().AsObject() ?? [];
        template["$patch"] = "replace";
        return template;
    }

    /// <summary>A count as annotation and label values hold it.</summary>
    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
