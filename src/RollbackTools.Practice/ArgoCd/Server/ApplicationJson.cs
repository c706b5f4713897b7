using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Applications;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Server;

/// <summary>Objects as Argo CD's API shows them: without kind and version, with the health of every resource filled in.</summary>
internal sealed class ApplicationJson(ObjectStore store, ResourceCatalog catalog)
{
    private const string Mask = "++++++++";

    public JsonObject Show(StoredObject application)
    {
        var json = application.Copy();
        json.Remove("apiVersion");
        json.Remove("kind");
        foreach (var resource in json.Items("status", "resources"))
        {
            var version = resource.Text("group") is { Length: > 0 } group ? $"{group}/{resource.Text("version")}" : resource.Text("version");
            var live = catalog.FindKind(version, resource.Text("kind") ?? "") is { } type
                ? store.Find(type, type.Namespaced ? resource.Text("namespace") : null, resource.Text("name") ?? "")
                : null;
            var health = live is null ? new Health(Health.Missing, "Resource has not been created") : ResourceHealth.Of(live);
            if (health is not null) resource["health"] = Show(health);
        }

        return json;
    }

    public static JsonObject Show(Health health)
    {
        JsonObject json = new() { ["status"] = health.Status };
        if (health.Message is { Length: > 0 } message) json["message"] = message;
        return json;
    }

    /// <summary>An object as text, a Secret's values masked.</summary>
    public static string Text(JsonObject? item)
    {
        if (item is null) return "null";
        if (item.Text("kind") != "Secret") return item.ToJsonString(ApiJson.Relaxed);
        var masked = item.DeepClone().AsObject();
        foreach (var map in (string[])["data", "stringData"])
        {
            if (masked.Object(map) is not { } values) continue;
            foreach (var name in values.Select(pair => pair.Key).ToList()) values[name] = Mask;
        }

        masked.Object("metadata", "annotations")?.Remove(ClientSideApply.LastApplied);
        return masked.ToJsonString(ApiJson.Relaxed);
    }
}
