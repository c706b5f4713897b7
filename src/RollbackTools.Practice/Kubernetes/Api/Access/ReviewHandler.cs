using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Writing;

namespace RollbackTools.Practice.Kubernetes.Api.Access;

/// <summary>The reviews of oneself: <c>kubectl auth can-i</c>, <c>can-i --list</c> and <c>whoami</c>.</summary>
internal sealed class ReviewHandler(AccessPolicy policy)
{
    public async Task<bool> TryHandleAsync(ApiRequest request)
    {
        Func<ApiRequest, JsonObject, JsonObject>? review = (request.Info.Group, request.Info.Version, request.Info.Resource) switch
        {
            ("authorization.k8s.io", "v1", "selfsubjectaccessreviews") => Access,
            ("authorization.k8s.io", "v1", "selfsubjectrulesreviews") => Rules,
            ("authentication.k8s.io", "v1", "selfsubjectreviews") => Identity,
            _ => null,
        };
        if (review is null) return false;
        if (request.Info.Verb != "create" || request.Info.Name is not null) throw Refusals.MethodNotAllowed();

        var body = await RequestBody.ReadObjectAsync(request);
        if (body["metadata"] is not JsonObject) body["metadata"] = new JsonObject { ["creationTimestamp"] = null };
        body["status"] = review(request, body);
        await ApiResponse.WriteAsync(request.Http, json => body.WriteTo(json), 201);
        return true;
    }

    private JsonObject Access(ApiRequest request, JsonObject body)
    {
        var spec = body["spec"] as JsonObject;
        AccessAttributes asked;
        if (spec?["resourceAttributes"] is JsonObject resource)
        {
            asked = new AccessAttributes(
                Text(resource, "verb") ?? "", Text(resource, "group") ?? "", Text(resource, "resource") ?? "", Text(resource, "subresource"),
                Text(resource, "namespace"), Text(resource, "name"));
        }
        else if (spec?["nonResourceAttributes"] is JsonObject path)
        {
            asked = new AccessAttributes(Text(path, "verb") ?? "", "", "", null, null, null, Text(path, "path") ?? "");
        }
        else
        {
            const string detail = "Invalid value: \"null\": exactly one of nonResourceAttributes or resourceAttributes must be specified";
            throw new ApiException(new ApiStatus(422, "Invalid", $".authorization.k8s.io \"\" is invalid: spec.resourceAttributes: {detail}")
            {
                Group = "authorization.k8s.io",
                Causes = [new StatusCause("FieldValueInvalid", detail, "spec.resourceAttributes")],
            });
        }

        var allowed = policy.Allows(request.User, asked);
        JsonObject status = new() { ["allowed"] = allowed };
        if (allowed) status["reason"] = "allowed by the practice policy";
        return status;
    }

    private JsonObject Rules(ApiRequest request, JsonObject body)
    {
        var ns = Text(body["spec"] as JsonObject, "namespace");
        if (ns is null) throw Refusals.BadRequest("no namespace on request");
        JsonArray resources = [];
        JsonArray paths = [];
        foreach (var rule in policy.RulesFor(request.User, ns))
        {
            if (rule.NonResourceUrls.Count > 0)
            {
                paths.Add(new JsonObject { ["verbs"] = Strings(rule.Verbs), ["nonResourceURLs"] = Strings(rule.NonResourceUrls) });
                continue;
            }

            JsonObject one = new()
            {
                ["verbs"] = Strings(rule.Verbs),
                ["apiGroups"] = Strings(rule.ApiGroups),
                ["resources"] = Strings(rule.Resources),
            };
            if (rule.Names.Count > 0) one["resourceNames"] = Strings(rule.Names);
            resources.Add(one);
        }

        return new JsonObject { ["resourceRules"] = resources, ["nonResourceRules"] = paths, ["incomplete"] = false };
    }

    private static JsonObject Identity(ApiRequest request, JsonObject body) => new()
    {
        ["userInfo"] = new JsonObject { ["username"] = request.User.Name, ["groups"] = Strings(request.User.Groups) },
    };

    private static string? Text(JsonObject? from, string field) => (string?)from?[field] is { Length: > 0 } text ? text : null;

    private static JsonArray Strings(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
