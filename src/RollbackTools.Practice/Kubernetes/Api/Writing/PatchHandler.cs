using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Patching;
using RollbackTools.Practice.Kubernetes.Api.Reading;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Schema.Validation;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>patch, in all four forms.</summary>
internal sealed class PatchHandler(ApiContext context, ObjectWriter writer, ReadHandler reader)
{
    private const string Json = "application/json-patch+json";
    private const string Merge = "application/merge-patch+json";
    private const string Strategic = "application/strategic-merge-patch+json";
    private const string Apply = "application/apply-patch+yaml";

    public async Task PatchAsync(ApiRequest request)
    {
        var type = request.Type;
        var media = RequestBody.MediaType(request);
        if (media is not (Json or Merge or Apply) && (media != Strategic || type.Custom))
            throw media == Strategic ? Refusals.UnsupportedMediaType(string.Join(", ", Json, Merge, Apply)) : Refusals.NoPatchType();
        if (request.Flag("force") && media != Apply)
            throw Invalid("FieldValueForbidden", "force", "Forbidden: may not be specified for non-apply patch");

        var patch = await RequestBody.ReadNodeAsync(request, yaml: media == Apply);
        var current = context.Store.Find(type, type.Namespaced ? request.Namespace : null, request.Name);
        if (media == Apply)
        {
            await ApplyAsync(request, patch, current);
            return;
        }

        if (current is null) throw Refusals.NotFound(type, request.Name);
        var conditional = patch is JsonArray || patch.Child("metadata").Text("resourceVersion") is { Length: > 0 };
        var saved = Preconditions.Retry(context, current, conditional && NamesVersion(patch), latest =>
        {
            var next = request.View is { } view
                ? view.Kept(Patch(type, media, view.Shown(latest.Copy()), patch))
                : Patch(type, media, latest.Copy(), patch);
            BodyCheck.Place(request, next);
            Preconditions.Check(latest, next);
            BodyCheck.Patched(request, next, media == Strategic ? Go.Show(patch) : next.ToJsonString(ApiJson.Relaxed), media == Strategic);
            return writer.Replace(latest, next, WriteHandler.Options(request));
        });
        await reader.SendAsync(request, saved);
    }

    /// <summary>Applies a patch to a copy of the object, which it may change.</summary>
    public static JsonObject Patch(ResourceType type, string media, JsonObject copy, JsonNode? patch)
    {
        try
        {
            switch (media)
            {
                case Json when patch is JsonArray operations:
                    return JsonPatch.Apply(copy, operations) as JsonObject ?? throw new PatchException("the result is no object");
                case Merge when patch is JsonObject merge:
                    MergePatch.Apply(copy, merge);
                    return copy;
                case Strategic when patch is JsonObject strategic:
                    return StrategicMergePatch.Apply(copy, strategic, SchemaCatalog.For(type));
                default:
                    throw Refusals.BadRequest("error decoding patch: json: cannot unmarshal " +
                        (patch is JsonArray ? "array into Go value of type map[string]interface {}" : "object into Go value of type []handlers.jsonPatchOp"));
            }
        }
        catch (PatchException wrong) when (media == Strategic)
        {
            throw Refusals.Internal(wrong.Message);
        }
        catch (PatchException)
        {
            throw new ApiException(new ApiStatus(422, "Invalid", "the server rejected our request due to an error in our request") { Kind = "" });
        }
    }

    private static bool NamesVersion(JsonNode? patch) => patch is not JsonArray operations
        || operations.Any(one => one.Text("path") == "/metadata/resourceVersion");

    private async Task ApplyAsync(ApiRequest request, JsonNode? patch, StoredObject? current)
    {
        var type = request.Type;
        if (request.Query("fieldManager") is not { Length: > 0 } manager)
            throw Invalid("FieldValueRequired", "fieldManager", "Required value: is required for apply patch");
        if (patch is not JsonObject config) throw Refusals.BadRequest("error decoding YAML: the patch is no object");
        if (config.Child("metadata")?["managedFields"] is not null) throw Refusals.BadRequest("metadata.managedFields must be nil");
        if (current is null && request.Info.Subresource is not null) throw Refusals.NotFound(type, request.Name);

        if (config.Text("apiVersion") is not { Length: > 0 } && config.Text("kind") is not { Length: > 0 }) throw Refusals.BadRequest("invalid object type: /, Kind=");
        BodyCheck.Typed(request, config);
        config.Ensure("metadata").Default("name", request.Name);
        if (type.Namespaced) config.Ensure("metadata").Default("namespace", request.Namespace!);
        BodyCheck.Identity(request, config);
        if (type.Custom) BodyCheck.Fields(request, config);
        var options = WriteHandler.Options(request) with { FieldsTracked = true };
        if (current is null)
        {
            if (config.Child("metadata").Text("uid") is { Length: > 0 } uid)
                throw Refusals.Conflict(type, request.Name, $"uid mismatch: the provided object specified uid {uid}, and no existing object was found");
            var born = Merged(request, null, config, manager);
            await reader.SendAsync(request, writer.Create(type, request.Namespace, born, options), 201);
            return;
        }

        var conditional = config.Child("metadata").Text("resourceVersion") is { Length: > 0 };
        var saved = Preconditions.Retry(context, current, conditional, latest =>
        {
            // As the server does: a field that another owns is refused before a version that is old.
            var next = Merged(request, latest.Copy(), config, manager);
            Preconditions.Check(latest, config);
            Decoder.Normalize(next, SchemaCatalog.For(type));
            return writer.Replace(latest, next, options);
        });
        await reader.SendAsync(request, saved);
    }

    private JsonObject Merged(ApiRequest request, JsonObject? live, JsonObject config, string manager) => ServerSideApply.Apply(
        request.Type, live, config, manager, request.Info.Subresource, request.Flag("force"), context.Time.GetUtcNow());

    private static ApiException Invalid(string reason, string field, string detail) =>
        new(new ApiStatus(422, "Invalid", $"PatchOptions.meta.k8s.io \"\" is invalid: {field}: {detail}")
        {
            Group = "meta.k8s.io",
            Kind = "PatchOptions",
            Causes = [new StatusCause(reason, detail, field)],
        });
}
