using System.Text.Json;

namespace RollbackTools.Operations.Workloads.Templates;

/// <summary>A field of a pod template by its steps in <c>fieldsV1</c>: <c>f:containers</c>, <c>k:{"name":"app"}</c>, <c>f:image</c>.</summary>
internal static class TemplateField
{
    /// <summary>Whether the field says more than the API server would fill in; true for one that cannot be found.</summary>
    public static bool IsDeclared(JsonElement template, IEnumerable<string> steps)
    {
        var (node, place) = (template, TemplatePlace.Template);
        foreach (var step in steps)
        {
            if (step.StartsWith("f:", StringComparison.Ordinal) && node.ValueKind == JsonValueKind.Object)
            {
                var field = node.EnumerateObject().FirstOrDefault(one => one.NameEquals(step[2..]));
                if (field.Value.ValueKind == JsonValueKind.Undefined) return true;
                if (TemplateDefaults.IsDefault(place, field, node)) return false;
                (node, place) = (field.Value, TemplateDefaults.Below(place, step[2..]));
            }
            else if (step.StartsWith("k:", StringComparison.Ordinal) && node.ValueKind == JsonValueKind.Array)
            {
                node = Item(node, step[2..]);
            }
            else
            {
                return true;
            }
        }

        return true;
    }

    private static JsonElement Item(JsonElement list, string keys)
    {
        using var key = JsonDocument.Parse(keys);
        return list.EnumerateArray().FirstOrDefault(item => item.ValueKind == JsonValueKind.Object && key.RootElement.EnumerateObject().All(one =>
            item.TryGetProperty(one.Name, out var value) ? value.ToString() == one.Value.ToString() : one is { Name: "protocol", Value.ValueKind: JsonValueKind.String }));
    }
}
