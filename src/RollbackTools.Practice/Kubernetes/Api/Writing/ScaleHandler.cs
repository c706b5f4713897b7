using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>The scale subresource: autoscaling/v1 Scale as a window on <c>spec.replicas</c>.</summary>
internal sealed class ScaleHandler(ApiContext context, ObjectWriter writer)
{
    public async Task HandleAsync(ApiRequest request)
    {
        var current = context.Store.Find(request.Type, request.Namespace, request.Name) ?? throw Refusals.NoScale(request.Type, request.Name);
        switch (request.Info.Verb)
        {
            case "get":
                break;
            case "update":
                var body = await RequestBody.ReadObjectAsync(request);
                if (body.Text("kind") != "Scale")
                    throw Refusals.BadRequest($"{body.Text("kind")} in version \"{body.Text("apiVersion")}\" cannot be handled as a Scale");
                current = Save(request, current, _ => body);
                break;
            case "patch":
                var media = RequestBody.MediaType(request);
                var patch = await RequestBody.ReadNodeAsync(request);
                if (media is not ("application/json-patch+json" or "application/merge-patch+json" or "application/strategic-merge-patch+json"))
                    throw Refusals.UnsupportedMediaType("application/json-patch+json, application/merge-patch+json");
                current = Save(request, current, latest => PatchHandler.Patch(request.Type, media, Scale(latest), patch));
                break;
            default:
                throw Refusals.MethodNotAllowed();
        }

        await ApiResponse.WriteAsync(request.Http, json => Scale(current).WriteTo(json));
    }

    private StoredObject Save(ApiRequest request, StoredObject current, Func<StoredObject, JsonObject> wanted) =>
        Preconditions.Retry(context, current, conditional: false, latest =>
        {
            var scale = wanted(latest);
            Preconditions.Check(latest, scale);
            var replicas = scale.Child("spec").Number("replicas") ?? 0;
            if (replicas < 0)
                throw new ApiException(new ApiStatus(422, "Invalid",
                    $"Scale.autoscaling \"{latest.Name}\" is invalid: spec.replicas: Invalid value: {replicas}: must be greater than or equal to 0")
                {
                    Name = latest.Name,
                    Group = "autoscaling",
                    Kind = "Scale",
                    Causes = [new StatusCause("FieldValueInvalid", $"Invalid value: {replicas}: must be greater than or equal to 0", "spec.replicas")],
                });
            var next = latest.Copy();
            next.Ensure("spec")["replicas"] = replicas;
            return writer.Replace(latest, next, WriteHandler.Options(request) with { Subresource = null });
        });

    private static JsonObject Scale(StoredObject item)
    {
        var meta = item.Read.Child("metadata");
        var own = item.Read.Child("status");
        JsonObject status = new() { ["replicas"] = own.Number(item.Type.Scale?.Replicas ?? "replicas") ?? 0 };
        if (item.Type.Scale is { } paths) status["selector"] = own.Text(paths.Selector) ?? "";
        else if (item.Read.Child("spec").Child("selector") is { } selector) status["selector"] = Selector(selector);
        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = item.Name,
                ["namespace"] = item.Namespace,
                ["uid"] = meta.Text("uid"),
                ["resourceVersion"] = item.Version.ToString(),
                ["creationTimestamp"] = meta.Text("creationTimestamp"),
            },
            // As Go writes it: a zero is left out.
            ["spec"] = item.Read.Child("spec").Number("replicas") is > 0 and var wanted ? new JsonObject { ["replicas"] = wanted } : [],
            ["status"] = status,
        };
    }

    private static string Selector(JsonObject selector)
    {
        var equal = (selector.Child("matchLabels") ?? []).Select(pair => $"{pair.Key}={pair.Value}");
        var sets = selector.Objects("matchExpressions").Select(one => one.Text("operator") switch
        {
            "In" => $"{one.Text("key")} in ({Values(one)})",
            "NotIn" => $"{one.Text("key")} notin ({Values(one)})",
            "Exists" => one.Text("key"),
            _ => $"!{one.Text("key")}",
        });
        return string.Join(",", equal.Concat(sets).Order(StringComparer.Ordinal));

        static string Values(JsonObject one) => string.Join(",", one.List("values")?.Select(value => value?.ToString()) ?? []);
    }
}
