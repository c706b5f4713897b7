using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Reading;

/// <summary>A kind served under a second group or version: the same objects, other field names.</summary>
internal sealed record ObjectView(string Group, string Version, ResourceType Stored, Action<JsonObject> Convert)
{
    public string ApiVersion => $"{Group}/{Version}";

    /// <summary>Turns the fields back, for kinds that may be written under this version as well; read only when null.</summary>
    public Action<JsonObject>? Back { get; init; }

    /// <summary>events.k8s.io/v1, which newer clients read core events through.</summary>
    public static ObjectView Events { get; } = new("events.k8s.io", "v1", Resources.Events, static item =>
    {
        Rename(item, "involvedObject", "regarding");
        Rename(item, "message", "note");
        Rename(item, "source", "deprecatedSource");
        Rename(item, "firstTimestamp", "deprecatedFirstTimestamp");
        Rename(item, "lastTimestamp", "deprecatedLastTimestamp");
        Rename(item, "count", "deprecatedCount");
        Rename(item, "reportingComponent", "reportingController");
    });

    public byte[] Render(StoredObject item)
    {
        var copy = Shown(item.Copy());
        return ApiResponse.Render(json => copy.WriteTo(json));
    }

    /// <summary>The object as this version has it; changes it.</summary>
    public JsonObject Shown(JsonObject stored)
    {
        stored["apiVersion"] = ApiVersion;
        Convert(stored);
        return stored;
    }

    /// <summary>The object as it is stored; changes it.</summary>
    public JsonObject Kept(JsonObject shown)
    {
        shown["apiVersion"] = Stored.ApiVersion;
        Back?.Invoke(shown);
        return shown;
    }

    private static void Rename(JsonObject item, string from, string to)
    {
        if (!item.Remove(from, out var value)) return;
        item[to] = value;
    }
}
