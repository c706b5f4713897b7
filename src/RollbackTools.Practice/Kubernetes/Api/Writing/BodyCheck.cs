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
        var expected = request.View?.ApiVersion ?? type.ApiVersion;
        if (!type.Custom)
        {
            // A typed kind is what the path says it is.
            if (body.Text("kind") is not { Length: > 0 }) body["kind"] = type.Kind;
            if (body.Text("apiVersion") is not { Length: > 0 }) body["apiVersion"] = expected;
        }

        var (version, kind) = (body.Text("apiVersion"), body.Text("kind"));
        if (kind is not { Length: > 0 }) throw Refusals.BadRequest("Object 'Kind' is missing in '" + Shorten(body) + "'");
        if (version is not { Length: > 0 }) throw Refusals.BadRequest("Object 'apiVersion' is missing in '" + Shorten(body) + "'");
        if (version != expected)
            throw Refusals.BadRequest(type.Custom
                ? $"the API version in the data ({version}) does not match the expected API version ({expected})"
                : $"{kind} in version \"{Last(version)}\" cannot be handled as a {type.Kind}: no kind \"{kind}\" is registered for version " +
                  $"\"{version}\" in scheme \"pkg/runtime/scheme.go:100\"");
        if (kind != type.Kind)
            throw Refusals.BadRequest($"{kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: converting ({type.Version}.{kind}) to " +
                $"({(type.Group.Length == 0 ? "core" : type.Group.Split('.')[0])}.{type.Kind}): unknown conversion");
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
        Fields(request, body, (why, _) =>
            Refusals.BadRequest($"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: {why}"));
    }

    /// <summary>The same of what a patch made of an object.</summary>
    public static void Patched(ApiRequest request, JsonObject body, string quoted, bool strategic) => Fields(request, body, (why, bad) =>
        Refusals.InvalidPatch(quoted, strategic && bad is not null ? $"unrecognized type: {bad.Wanted}" : why));

    /// <summary>
    /// An applied configuration is held to the types as it stands, and nothing of it falls away: an empty map is a wish, too.
    /// </summary>
    public static void Typed(ApiRequest request, JsonObject config)
    {
        var type = request.Type;
        if (type.Custom) return;
        var where = $"failed to create typed patch object ({config.Child("metadata").Text("namespace")}/{config.Child("metadata").Text("name")}; " +
            $"{type.Group}/{type.Version}, Kind={config.Text("kind")})";
        try
        {
            if (Decoder.Normalize((JsonObject)config.DeepClone(), SchemaCatalog.For(type)) is [var unknown, ..])
                throw Refusals.Internal($"{where}: .{unknown}: field not declared in schema");
        }
        catch (DecodeException bad)
        {
            throw Refusals.Internal($"{where}: {bad.Path}: expected {bad.Wanted}, got &value.valueUnstructured{{Value:{bad.Found}}}");
        }
    }

    private static void Fields(ApiRequest request, JsonObject body, Func<string, DecodeException?, ApiException> refuse)
    {
        var type = request.Type;
        IReadOnlyList<string> unknown;
        try
        {
            unknown = Decoder.Normalize(body, SchemaCatalog.For(type));
            if (type.Definition is { } definition)
                unknown = [.. unknown, .. StructuralPruning.Prune(body, definition.SchemaOf(request.View?.Version ?? type.Version))];
            Values.Check(type, body);
        }
        catch (DecodeException bad)
        {
            throw refuse(bad.Message, bad);
        }

        if (unknown.Count == 0) return;
        switch (request.Query("fieldValidation"))
        {
            case "Strict":
                throw refuse($"strict decoding error: {string.Join(", ", unknown.Select(field => $"unknown field \"{field}\""))}", null);
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

    private static string Last(string apiVersion) => apiVersion[(apiVersion.LastIndexOf('/') + 1)..];

    private static string Shorten(JsonObject body)
    {
        var text = body.ToJsonString(ApiJson.Relaxed);
        return text.Length > 200 ? text[..200] + "..." : text;
    }
}
