using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.Schema.Validation;

/// <summary>A claim on a disk is made once; only the size of one that is bound may change, and only grow.</summary>
internal static class ClaimRules
{
    private static readonly (string Suffix, decimal Factor)[] Units =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("Pi", 1L << 50),
        ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m), ("m", 1e-3m),
    ];

    public static void CheckUpdate(JsonObject now, JsonObject before, List<FieldError> errors)
    {
        var bound = before.Child("status").Text("phase") == "Bound";
        var (spec, old) = (Frozen(now, before, bound), Frozen(before, before, bound));
        if (!JsonNode.DeepEquals(spec, old))
            errors.Add(FieldError.Forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"));
        else if (Size(now) < Size(before))
            errors.Add(FieldError.Forbidden("spec.resources.requests.storage", "field can not be less than status.capacity"));
    }

    /// <summary>The spec without what may change.</summary>
    private static JsonObject Frozen(JsonObject claim, JsonObject before, bool bound)
    {
        var spec = (claim.Child("spec") ?? []).DeepClone().AsObject();
        if (before.Child("spec").Text("volumeName") is null) spec.Remove("volumeName");
        if (!bound) return spec;
        spec.Remove("volumeAttributesClassName");
        spec.Child("resources")?.Remove("requests");
        return spec;
    }

    private static decimal Size(JsonObject claim)
    {
        var text = claim.Child("spec").Child("resources").Child("requests")?["storage"]?.ToString() ?? "0";
        var (suffix, factor) = Units.FirstOrDefault(unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal), ("", 1));
        return decimal.TryParse(text[..^suffix.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number * factor : 0;
    }
}
