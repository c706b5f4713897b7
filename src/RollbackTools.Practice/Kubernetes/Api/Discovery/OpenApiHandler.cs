using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Discovery;

/// <summary>
/// OpenAPI v3, as much as kubectl asks of it: which requests of which kinds know <c>fieldValidation</c> and <c>dryRun</c>, and how
/// lists are merged. v2 is an empty document: of a kind that is not in v3 kubectl learns there that nothing is known, and goes on.
/// </summary>
internal sealed class OpenApiHandler
{
    private const string Protobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    // A Document whose field 1, swagger, says 2.0.
    private static readonly byte[] EmptyProtobuf = [0x0a, 0x03, (byte)'2', (byte)'.', (byte)'0'];
    private static readonly byte[] EmptyJson = [.. """{"swagger":"2.0","info":{"title":"Kubernetes","version":"v1.32.4"},"paths":{}}"""u8];

    public async Task<bool> TryHandleAsync(ApiRequest request, ResourceCatalog catalog)
    {
        if (!request.Info.Path.StartsWith("/openapi/", StringComparison.Ordinal)) return false;
        var parts = request.Info.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["openapi", "v2"])
        {
            var binary = request.Http.Request.Headers.Accept.ToString().Contains("protobuf", StringComparison.Ordinal);
            await ApiResponse.WriteAsync(request.Http, binary ? EmptyProtobuf : EmptyJson, contentType: binary ? Protobuf : ApiResponse.Json);
            return true;
        }

        var document = parts switch
        {
            ["openapi", "v3"] => Index(catalog),
            ["openapi", "v3", "api", "v1"] => Document(catalog, "", "v1"),
            ["openapi", "v3", "apis", var group, var version] => Document(catalog, group, version),
            _ => null,
        };
        if (document is null) throw Refusals.NoSuchResource();
        await ApiResponse.WriteAsync(request.Http, json => document.WriteTo(json));
        return true;
    }

    /// <summary>Every kind under every version it may be written in.</summary>
    private static IEnumerable<(string Group, string Version, ResourceType Type)> Served(ResourceCatalog catalog) =>
        catalog.Types.Select(type => (type.Group, type.Version, type))
            .Concat(catalog.Views.Where(view => view.Back is not null).Select(view => (view.Group, view.Version, view.Stored)));

    private static string Root(string group, string version) => group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";

    private static JsonObject Index(ResourceCatalog catalog)
    {
        JsonObject paths = [];
        foreach (var (group, version) in Served(catalog).Select(one => (one.Group, one.Version)).Distinct())
        {
            var root = Root(group, version);
            paths[root] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{root}?hash={catalog.Types.Length}-{catalog.Views.Length}" };
        }

        return new JsonObject { ["paths"] = paths };
    }

    private static JsonObject? Document(ResourceCatalog catalog, string group, string version)
    {
        var types = Served(catalog).Where(one => one.Group == group && one.Version == version).Select(one => one.Type).ToList();
        if (types.Count == 0) return null;

        JsonObject paths = [];
        HashSet<TypeSchema> needed = [];
        JsonObject schemas = [];
        foreach (var type in types)
        {
            var collection = $"/{Root(group, version)}" + (type.Namespaced ? "/namespaces/{namespace}" : "") + $"/{type.Plural}";
            paths[collection] = new JsonObject { ["get"] = Operation(type, version, "list"), ["post"] = Operation(type, version, "post") };
            paths[collection + "/{name}"] = new JsonObject
            {
                ["get"] = Operation(type, version, "get"),
                ["put"] = Operation(type, version, "put"),
                ["patch"] = Operation(type, version, "patch"),
                ["delete"] = Operation(type, version, "delete"),
            };
            var schema = SchemaCatalog.For(type);
            if (type.Custom) continue;
            OpenApiSchemas.Collect(schema, needed);
            schemas[OpenApiSchemas.NameOf(type, schema)] = OpenApiSchemas.Of(type, schema, version);
        }

        foreach (var schema in needed) schemas.TryAdd(OpenApiSchemas.NameOf(null, schema), OpenApiSchemas.Of(null, schema));
        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.32.4" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    private static JsonObject Operation(ResourceType type, string version, string action)
    {
        JsonArray parameters = [];
        if (action is "post" or "put" or "patch" or "delete") parameters.Add(Parameter("dryRun"));
        if (action is "post" or "put" or "patch")
        {
            parameters.Add(Parameter("fieldManager"));
            parameters.Add(Parameter("fieldValidation"));
        }

        JsonObject operation = new()
        {
            ["operationId"] = $"{action}{type.Kind}",
            ["parameters"] = parameters,
            ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = OpenApiSchemas.Kind(type, version),
        };
        return operation;
    }

    private static JsonObject Parameter(string name) => new()
    {
        ["name"] = name,
        ["in"] = "query",
        ["schema"] = new JsonObject { ["type"] = "string", ["uniqueItems"] = true },
    };
}
