using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary><c>status.history</c>: what was synced with success, the oldest first.</summary>
internal static class RevisionHistory
{
    private const int DefaultLimit = 10;

    public static void Append(JsonObject application, SourcePins pins, JsonObject operationState, string now)
    {
        var status = application.Child("status");
        var entries = status.Items("history").Select(entry => entry.DeepClone()).ToList();
        JsonObject entry = new() { ["id"] = entries.Count == 0 ? 0 : (entries[^1].Number("id") ?? 0) + 1 };
        pins.WriteRevisions(entry);
        pins.WriteSources(entry);
        entry["deployedAt"] = now;
        entry["deployStartedAt"] = operationState["startedAt"]?.DeepClone();
        entry["initiatedBy"] = operationState["operation"]?["initiatedBy"]?.DeepClone() ?? new JsonObject();
        entries.Add(entry);
        var limit = application.Number("spec", "revisionHistoryLimit") ?? DefaultLimit;
        status["history"] = new JsonArray([.. entries.TakeLast(limit)]);
    }
}
