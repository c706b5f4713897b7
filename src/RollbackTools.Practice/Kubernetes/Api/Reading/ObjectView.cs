using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Reading;

/// <summary>A kind served under a second group or version: the same objects, other field names. Read only.</summary>
internal sealed record ObjectView(string Group, string Version, ResourceType Stored, Action<JsonObject> Convert)
{
    public string ApiVersion => $"{Group}/{Version}";

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

    public static IReadOnlyList<ObjectView> All { get; } = [Events];

    public byte[] Render(StoredObject item)
    {
        var copy = item.Copy();
        copy["apiVersion"] = ApiVersion;
        Convert(copy);
        return ApiResponse.Render(json => copy.WriteTo(json));
    }

    private static void Rename(JsonObject item, string from, string to)
    {
        if (!item.Remove(from, out var value)) return;
        item[to] = value;
    }
}
