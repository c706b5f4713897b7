using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>
/// Writes core/v1 Events as client-go's recorder does: the same event about the same object again raises its count and
/// lastTimestamp. <see cref="Forget"/> is the API server's event TTL.
/// </summary>
public sealed class EventRecorder(ObjectStore store, TimeProvider time, Random random)
{
    /// <summary>How long events are kept: kube-apiserver's default --event-ttl.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromHours(1);

    private readonly Dictionary<(string Uid, string Reason, string Message, string? Field), (ObjectKey Event, DateTimeOffset Last)> recent = [];

    public void Normal(StoredObject about, string component, string reason, string message, string? field = null, string? host = null) =>
        Record(about, "Normal", component, reason, message, field, host);

    public void Warning(StoredObject about, string component, string reason, string message, string? field = null, string? host = null) =>
        Record(about, "Warning", component, reason, message, field, host);

    /// <summary>Deletes the events whose time is over.</summary>
    public void Forget()
    {
        var horizon = time.GetUtcNow() - TimeToLive;
        foreach (var (what, (key, _)) in recent.Where(entry => entry.Value.Last <= horizon).ToList())
        {
            recent.Remove(what);
            store.Delete(Resources.Events, key.Namespace, key.Name);
        }
    }

    private void Record(StoredObject about, string type, string component, string reason, string message, string? field, string? host)
    {
        var now = time.GetUtcNow();
        var what = (about.Uid(), reason, message, field);
        if (recent.TryGetValue(what, out var known) && Repeat(known.Event, now))
        {
            recent[what] = (known.Event, now);
            return;
        }

        var ns = about.Namespace ?? "default";
        var created = store.Create(Resources.Events, Body(about, type, component, reason, message, field, host, ns, ObjectStore.Timestamp(now)));
        recent[what] = (created.Key(), now);
    }

    private bool Repeat(ObjectKey key, DateTimeOffset now) => store.Update(Resources.Events, key.Namespace, key.Name, body =>
    {
        body["count"] = (body.Number("count") ?? 1) + 1;
        body["lastTimestamp"] = ObjectStore.Timestamp(now);
        return true;
    }) is not null;

    private JsonObject Body(
        StoredObject about, string type, string component, string reason, string message, string? field, string? host, string ns, string now)
    {
        JsonObject involved = new()
        {
            ["kind"] = about.Type.Kind,
            ["namespace"] = about.Namespace,
            ["name"] = about.Name,
            ["uid"] = about.Uid(),
            ["apiVersion"] = about.Type.ApiVersion,
            ["resourceVersion"] = about.Version.ToString(),
        };
        if (about.Namespace is null) involved.Remove("namespace");
        if (field is not null) involved["fieldPath"] = field;
        JsonObject source = new() { ["component"] = component };
        if (host is not null) source["host"] = host;
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = $"{about.Name}.{random.NextInt64():x16}", ["namespace"] = ns },
            ["involvedObject"] = involved,
            ["reason"] = reason,
            ["message"] = message,
            ["source"] = source,
            ["firstTimestamp"] = now,
            ["lastTimestamp"] = now,
            ["count"] = 1,
            ["type"] = type,
            ["eventTime"] = null,
            ["reportingComponent"] = component,
            ["reportingInstance"] = host ?? "",
        };
    }
}
