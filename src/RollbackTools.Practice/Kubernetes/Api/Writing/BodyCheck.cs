using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.CustomResources;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>What must hold of a body before anything is done with it: its kind, its place, its fields.</summary>
internal static class BodyCheck
{
    public static void Identity(ApiRequest request, JsonObject body)
    {
        var type = request.Type;
        var (version, kind) = (body.Text("apiVersion"), body.Text("kind"));
        if (kind is not { Length: > 0 }) throw Refusals.BadRequest("Object 'Kind' is missing in '" + Shorten(body) + "'");
        if (version is not { Length: > 0 }) throw Refusals.BadRequest("Object 'apiVersion' is missing in '" + Shorten(body) + "'");
        var expected = request.View?.ApiVersion ?? type.ApiVersion;
        if (version != expected)
            throw Refusals.BadRequest($"the API version in the data ({version}) does not match the expected API version ({expected})");
        if (kind != type.Kind)
            throw Refusals.BadRequest($"{kind} in version \"{version}\" cannot be handled as a {type.Kind}: no kind \"{kind}\" is registered for this resource");
        if (body["metadata"] is not (null or JsonObject))
            throw Refusals.BadRequest($"{kind} in version \"{type.Version}\" cannot be handled as a {kind}: json: cannot unmarshal into Go struct field .metadata of type v1.ObjectMeta");

        Place(request, body);
        request.View?.Kept(body);
    }

    /// <summary>The namespace and name in the body, where given, are those of the request.</summary>
    public static void Place(ApiRequest request, JsonObject body)
    {
        if (request.Type.Namespaced && body.Child("metadata").Text("namespace") is { Length: > 0 } ns && ns != request.Namespace)
            throw Refusals.BadRequest(
                "the namespace of the provided object does not match the namespace sent on the request");
        if (request.Info.Name is not null && request.Info.Verb is "update" or "patch"
            && body.Child("metadata").Text("name") is { Length: > 0 } name && name != request.Info.Name)
            throw Refusals.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Info.Name})");
    }

    /// <summary>Decodes: drops what the kind does not have, and tells or refuses by the query's fieldValidation.</summary>
    public static void Fields(ApiRequest request, JsonObject body)
    {
        var type = request.Type;
        IReadOnlyList<string> unknown;
        try
        {
            unknown = Decoder.Normalize(body, SchemaCatalog.For(type));
            if (type.Definition is { } definition)
                unknown = [.. unknown, .. StructuralPruning.Prune(body, definition.SchemaOf(request.View?.Version ?? type.Version))];
        }
        catch (DecodeException bad)
        {
            throw Refusals.BadRequest($"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: {bad.Message}");
        }

        if (unknown.Count == 0) return;
        switch (request.Query("fieldValidation"))
        {
            case "Strict":
                throw Refusals.BadRequest(
                    $"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: strict decoding error: " +
                    string.Join(", ", unknown.Select(field => $"unknown field \"{field}\"")));
            case null or "" or "Warn":
                foreach (var field in unknown) request.Warn($"unknown field \"{field}\"");
                break;
            case "Ignore":
                break;
            case var other:
                throw new ApiException(new ApiStatus(422, "Invalid",
                    $"CreateOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: \"{other}\": supported values: \"Ignore\", \"Strict\", \"Warn\""));
        }
    }

    private static string Shorten(JsonObject body)
    {
        var text = body.ToJsonString(ApiJson.Relaxed);
        return text.Length > 200 ? text[..200] + "..." : text;
    }
}
