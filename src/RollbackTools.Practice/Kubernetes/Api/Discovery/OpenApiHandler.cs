using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Discovery;

/// <summary>
/// OpenAPI v3, as much as kubectl asks of it: which requests of which kinds know <c>fieldValidation</c> and <c>dryRun</c>, and how
/// lists are merged. v2 is answered with 404: kubectl then goes without.
/// </summary>
internal sealed class OpenApiHandler
{
    public async Task<bool> TryHandleAsync(ApiRequest request, ResourceCatalog catalog)
    {
        if (!request.Info.Path.StartsWith("/openapi/", StringComparison.Ordinal)) return false;
        var parts = request.Info.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
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

    private static string Root(string group, string version) => group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";

    private static JsonObject Index(ResourceCatalog catalog)
    {
        JsonObject paths = [];
        foreach (var (group, version) in catalog.Types.Select(type => (type.Group, type.Version)).Distinct())
        {
            var root = Root(group, version);
            paths[root] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{root}?hash={catalog.Types.Length}" };
        }

        return new JsonObject { ["paths"] = paths };
    }

    private static JsonObject? Document(ResourceCatalog catalog, string group, string version)
    {
        var types = catalog.Types.Where(type => type.Group == group && type.Version == version).ToList();
        if (types.Count == 0) return null;

        JsonObject paths = [];
        HashSet<TypeSchema> needed = [];
        JsonObject schemas = [];
        foreach (var type in types)
        {
            var collection = $"/{Root(group, version)}" + (type.Namespaced ? "/namespaces/{namespace}" : "") + $"/{type.Plural}";
            paths[collection] = new JsonObject { ["get"] = Operation(type, "list"), ["post"] = Operation(type, "post") };
            paths[collection + "/{name}"] = new JsonObject
            {
                ["get"] = Operation(type, "get"),
                ["put"] = Operation(type, "put"),
                ["patch"] = Operation(type, "patch"),
                ["delete"] = Operation(type, "delete"),
            };
            var schema = SchemaCatalog.For(type);
            if (type.Custom) continue;
            OpenApiSchemas.Collect(schema, needed);
            schemas[OpenApiSchemas.NameOf(type, schema)] = OpenApiSchemas.Of(type, schema);
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

    private static JsonObject Operation(ResourceType type, string action)
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
            ["x-kubernetes-group-version-kind"] = OpenApiSchemas.Kind(type),
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
