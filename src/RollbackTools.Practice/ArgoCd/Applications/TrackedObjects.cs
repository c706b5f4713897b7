using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>
/// Which live objects belong to which application, by their tracking ids (<c>application:group/Kind:namespace/name</c>). An id that
/// names another object than the one it is on was copied there and means nothing. Used by the control loop only.
/// </summary>
internal sealed class TrackedObjects
{
    private readonly Dictionary<(ResourceType, ObjectKey), string> applicationOf = [];
    private readonly Dictionary<string, HashSet<(ResourceType Type, ObjectKey Key)>> objectsOf = new(StringComparer.Ordinal);

    public static string Id(string application, string group, string kind, string? ns, string name) => $"{application}:{group}/{kind}:{ns}/{name}";

    /// <summary>The application an object belongs to.</summary>
    public static string? ApplicationOf(StoredObject item)
    {
        if (item.Annotation(ArgoNames.TrackingId)?.Split(':', 3) is not [var application, var kind, var name]) return null;
        var slash = name.IndexOf('/');
        if (slash < 0 || kind != $"{item.Type.Group}/{item.Type.Kind}" || name[(slash + 1)..] != item.Name) return null;
        return item.Namespace is null || name[..slash] == item.Namespace ? application : null;
    }

    public IReadOnlyList<(ResourceType Type, ObjectKey Key)> Of(string application) =>
        objectsOf.TryGetValue(application, out var objects) ? [.. objects] : [];

    /// <summary>Follows one change; returns the applications it concerns.</summary>
    public IEnumerable<string> Observe(StoreEvent change)
    {
        var item = change.Object;
        var where = (item.Type, item.Key());
        var before = applicationOf.GetValueOrDefault(where);
        var now = change.Type == StoreEventType.Deleted ? null : ApplicationOf(item);
        if (before is not null && before != now)
        {
            objectsOf[before].Remove(where);
            applicationOf.Remove(where);
        }

        if (now is not null && now != before)
        {
            applicationOf[where] = now;
            if (!objectsOf.TryGetValue(now, out var objects)) objectsOf[now] = objects = [];
            objects.Add(where);
        }

        return before == now ? Some(now) : [.. Some(before), .. Some(now)];

        static string[] Some(string? application) => application is null ? [] : [application];
    }
}
