using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Objects;

/// <summary>The JSON merge patch (RFC 7386) that makes one object into another, and holds only while it is as it was read.</summary>
public static class ObjectPatch
{
    /// <summary>Null when they are the same, whatever the server keeps for itself.</summary>
    public static Patch? Between(JsonObject live, JsonObject wanted)
    {
        if (Difference(live, wanted) is not { } body) return null;
        if (body["metadata"] is not JsonObject metadata) body["metadata"] = metadata = [];
        metadata["resourceVersion"] = (string?)live["metadata"]?["resourceVersion"];
        return new Patch(PatchType.Merge, Encoding.UTF8.GetBytes(body.ToJsonString()));
    }

    /// <summary>The fields that differ, null for what goes; null when nothing does.</summary>
    public static JsonObject? Difference(JsonObject live, JsonObject wanted)
    {
        JsonObject difference = [];
        foreach (var (name, _) in live)
            if (!wanted.ContainsKey(name)) difference[name] = null;
        foreach (var (name, value) in wanted)
        {
            var there = live[name];
            if (value is JsonObject to && there is JsonObject from)
            {
                if (Difference(from, to) is { } inner) difference[name] = inner;
            }
            else if (!JsonNode.DeepEquals(value, there))
            {
                difference[name] = value?.DeepClone();
            }
        }

        return difference.Count == 0 ? null : difference;
    }
}
