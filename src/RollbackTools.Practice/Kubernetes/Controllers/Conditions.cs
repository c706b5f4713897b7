using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>Status conditions as the workload controllers set them.</summary>
internal static class Conditions
{
    public static JsonObject? Find(JsonObject status, string type) =>
        status.Items("conditions").FirstOrDefault(condition => condition.Text("type") == type);

    /// <summary>
    /// Sets a condition unless its status and reason are already so; then its message and times stay as they are, and a
    /// stale one keeps its lastUpdateTime. lastTransitionTime moves only with the status.
    /// </summary>
    public static void Set(JsonObject status, string type, string value, string reason, string message, string now, bool updateTime = true)
    {
        var current = Find(status, type);
        if (current.Text("status") == value && current.Text("reason") == reason) return;
        var since = current.Text("status") == value ? current.Text("lastTransitionTime") ?? now : now;
        Remove(status, type);
        Add(status, Make(type, value, reason, message, since, updateTime ? now : null));
    }

    /// <summary>Sets a condition even when its status and reason are already so: lastUpdateTime moves.</summary>
    public static void Renew(JsonObject status, string type, string value, string reason, string message, string now)
    {
        var current = Find(status, type);
        var since = current.Text("status") == value ? current.Text("lastTransitionTime") ?? now : now;
        Remove(status, type);
        Add(status, Make(type, value, reason, message, since, now));
    }

    public static void Remove(JsonObject status, string type)
    {
        if (status["conditions"] is not JsonArray conditions) return;
        if (Find(status, type) is { } condition) conditions.Remove(condition);
        if (conditions.Count == 0) status.Remove("conditions");
    }

    private static void Add(JsonObject status, JsonObject condition)
    {
        if (status["conditions"] is JsonArray conditions) conditions.Add((JsonNode)condition);
        else status["conditions"] = new JsonArray(condition);
    }

    private static JsonObject Make(string type, string value, string reason, string message, string since, string? updated)
    {
        JsonObject condition = new() { ["type"] = type, ["status"] = value };
        if (updated is not null) condition["lastUpdateTime"] = updated;
        condition["lastTransitionTime"] = since;
        condition["reason"] = reason;
        condition["message"] = message;
        return condition;
    }
}
