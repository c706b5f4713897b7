using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>Writing what a comparison found into <c>status</c>.</summary>
internal static class ApplicationStatus
{
    public static void WriteComparison(JsonObject status, ApplicationView application, Comparison comparison, bool unknown, string now)
    {
        JsonObject comparedTo = [];
        comparison.Pins.WriteSources(comparedTo);
        comparedTo["destination"] = application.Json["spec"]?["destination"]?.DeepClone() ?? new JsonObject();
        if (application.Json["spec"]?["ignoreDifferences"] is { } ignored) comparedTo["ignoreDifferences"] = ignored.DeepClone();
        JsonObject sync = new() { ["status"] = unknown ? "Unknown" : comparison.InSync ? "Synced" : "OutOfSync", ["comparedTo"] = comparedTo };
        if (!unknown) comparison.Pins.WriteRevisions(sync);
        status["sync"] = sync;
        status["resources"] = new JsonArray([.. comparison.Resources.Select(one => Resource(one, unknown))]);
        WriteHealth(status, comparison.Health.Status, now);

        // Since 3.0 the health of single objects is no longer kept here.
        status["resourceHealthSource"] = "appTree";
    }

    public static void WriteHealth(JsonObject status, string health, string now)
    {
        var since = status.Text("health", "status") == health ? status.Text("health", "lastTransitionTime") : null;
        status["health"] = new JsonObject { ["status"] = health, ["lastTransitionTime"] = since ?? now };
    }

    /// <summary>Sets a condition, or takes it away when there is no message.</summary>
    public static void SetCondition(JsonObject status, string type, string? message, string now)
    {
        var conditions = status["conditions"] as JsonArray ?? [];
        var current = conditions.OfType<JsonObject>().FirstOrDefault(condition => condition.Text("type") == type);
        if (current.Text("message") == message) return;
        if (current is not null) conditions.Remove(current);
        if (message is not null) conditions.Add((JsonNode)new JsonObject { ["type"] = type, ["message"] = message, ["lastTransitionTime"] = now });
        if (conditions.Count == 0) status.Remove("conditions");
        else if (status["conditions"] is null) status["conditions"] = conditions;
    }

    private static JsonObject Resource(ManagedResource one, bool unknown)
    {
        var json = one.Id.ToJson();
        json["status"] = unknown ? "Unknown" : one.InSync ? "Synced" : "OutOfSync";
        if (one.RequiresPruning) json["requiresPruning"] = true;
        if (int.TryParse(one.Target.Text("metadata", "annotations", ArgoNames.SyncWave), out var wave) && wave != 0) json["syncWave"] = wave;
        return json;
    }
}
