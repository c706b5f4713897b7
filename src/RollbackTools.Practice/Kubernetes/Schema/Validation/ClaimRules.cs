using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.Schema.Validation;

/// <summary>A claim on a disk is made once; only the size of one that is bound may change, and only grow.</summary>
internal static class ClaimRules
{
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

    private static decimal Size(JsonObject claim) => Quantity.Of(claim.Child("spec").Child("resources").Child("requests")?["storage"]);
}
