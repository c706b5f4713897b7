using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>metav1.DeleteOptions, from the body or the query.</summary>
internal sealed record DeleteOptions(int? GraceSeconds, string? Propagation, string? Uid, string? Version, bool DryRun)
{
    public static DeleteOptions From(ApiRequest request, JsonNode? body)
    {
        if (body is not (null or JsonObject)) throw Refusals.BadRequest("DeleteOptions must be an object");
        var grace = body.Number("gracePeriodSeconds")
            ?? (long.TryParse(request.Query("gracePeriodSeconds"), out var seconds) ? seconds : null);
        var propagation = body.Text("propagationPolicy") ?? request.Query("propagationPolicy");
        if (propagation is null && body is JsonObject options && options["orphanDependents"] is not null)
            propagation = body.True("orphanDependents") ? "Orphan" : "Background";
        if (grace < 0) throw Invalid("gracePeriodSeconds", $"Invalid value: {grace}: must be greater than or equal to 0");
        if (propagation is not (null or "" or "Foreground" or "Background" or "Orphan"))
            throw Invalid("propagationPolicy",
                $"Unsupported value: \"{propagation}\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"", "FieldValueNotSupported");
        if (propagation is { Length: > 0 } && body is JsonObject both && both["orphanDependents"] is not null && both["propagationPolicy"] is not null)
            throw Invalid("propagationPolicy", $"Invalid value: \"{propagation}\": orphanDependents and deletionPropagation cannot be both set");

        var dryRun = request.DryRun || (body.List("dryRun")?.Any(one => (string?)one == "All") ?? false);
        var conditions = body.Child("preconditions");
        return new DeleteOptions((int?)grace, propagation, conditions.Text("uid"), conditions.Text("resourceVersion"), dryRun);
    }

    private static ApiException Invalid(string field, string detail, string reason = "FieldValueInvalid") =>
        new(new ApiStatus(422, "Invalid", $"DeleteOptions.meta.k8s.io \"\" is invalid: {field}: {detail}")
        {
            Group = "meta.k8s.io",
            Kind = "DeleteOptions",
            Causes = [new StatusCause(reason, detail, field)],
        });
}
