using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Helm.Actions;

/// <summary>
/// What a release that was applied by the client owns is handed to the applier of the same name before the server applies for the first
/// time: otherwise the two of them would be in each other's way.
/// </summary>
internal static class FieldOwnership
{
    /// <summary>The JSON patch that hands over; null when there is nothing to hand.</summary>
    public static JsonArray? HandOver(JsonObject live, string manager)
    {
        var entries = live.Items("metadata", "managedFields").Select(entry => entry.DeepClone().AsObject()).ToList();
        var written = entries.Where(entry => Is(entry, "Update")).ToList();
        if (written.Count == 0) return null;

        var applied = entries.FirstOrDefault(entry => Is(entry, "Apply"));
        if (applied is null) (applied = written[0])["operation"] = "Apply";
        foreach (var entry in written.Where(entry => entry != applied))
        {
            Unite(applied.Child("fieldsV1"), entry.Child("fieldsV1"));
            entries.Remove(entry);
        }

        return new JsonArray(
            Replace("/metadata/managedFields", new JsonArray([.. entries])),
            Replace("/metadata/resourceVersion", live.Text("metadata", "resourceVersion")));

        bool Is(JsonObject entry, string operation) =>
            entry.Text("manager") == manager && entry.Text("operation") == operation && entry.Text("subresource") is null;
    }

    private static JsonObject Replace(string path, JsonNode? value) => new() { ["op"] = "replace", ["path"] = path, ["value"] = value };

    private static void Unite(JsonObject into, JsonObject more)
    {
        foreach (var (step, child) in more)
        {
            if (into[step] is JsonObject have && child is JsonObject fields) Unite(have, fields);
            else if (!into.ContainsKey(step)) into[step] = child?.DeepClone();
        }
    }
}
