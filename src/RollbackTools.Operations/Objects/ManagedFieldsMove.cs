using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Objects;

/// <summary>
/// Makes fields that a manager wrote by updates his by server-side apply, before he applies for the first time: else what he leaves out later
/// stays, because the update owns it too (kubernetes' csaupgrade; Helm 4 does it as well).
/// </summary>
internal static class ManagedFieldsMove
{
    /// <summary>Null when there is nothing to move.</summary>
    public static Patch? ToApply(JsonObject live, string manager)
    {
        if (live["metadata"]?["managedFields"] is not JsonArray entries) return null;
        var mine = entries.OfType<JsonObject>().Where(entry => (string?)entry["manager"] == manager && entry["subresource"] is null).ToList();
        var updates = mine.Where(entry => (string?)entry["operation"] == "Update").ToList();
        if (updates.Count == 0) return null;
        var all = (JsonArray)entries.DeepClone();
        var keep = mine.Find(entry => (string?)entry["operation"] == "Apply") ?? updates[0];
        var fields = mine.Select(entry => entry["fieldsV1"] as JsonObject ?? []).Aggregate(new JsonObject(), Union);
        for (var index = entries.Count - 1; index >= 0; index--)
        {
            if (ReferenceEquals(entries[index], keep))
            {
                all[index]!["operation"] = "Apply";
                all[index]!["fieldsV1"] = fields;
            }
            else if (updates.Contains(entries[index]))
            {
                all.RemoveAt(index);
            }
        }

        JsonArray operations =
        [
            // Replaced and not tested: a test that fails makes the patch invalid, where one that comes too late is a conflict.
            new JsonObject { ["op"] = "replace", ["path"] = "/metadata/resourceVersion", ["value"] = (string?)live["metadata"]!["resourceVersion"] },
            new JsonObject { ["op"] = "replace", ["path"] = "/metadata/managedFields", ["value"] = all },
        ];
        return new Patch(PatchType.Json, Encoding.UTF8.GetBytes(operations.ToJsonString()));
    }

    private static JsonObject Union(JsonObject one, JsonObject other)
    {
        foreach (var (name, value) in other)
        {
            if (one[name] is JsonObject there && value is JsonObject more) Union(there, more);
            else one[name] = value?.DeepClone();
        }

        return one;
    }
}
