using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.EndToEnd.Support.Real;

/// <summary>Webhooks, validating and mutating, as a real API server calls them: admission.k8s.io/v1 under <c>/reviews/ID</c>. Thread-safe.</summary>
internal sealed class Webhooks
{
    /// <summary>A config map of this name is only tried, to learn whether the server asks already.</summary>
    public const string Probe = "rollbacktools-webhook-probe";

    private const string Root = "/reviews/";

    private readonly ConcurrentDictionary<string, Webhook> all = new();

    /// <summary>Takes it up; its path.</summary>
    public string Add(string id, Func<AdmissionRequest, string?> refuse) => Add(id, request => refuse(request) is { } why
        ? new JsonObject { ["allowed"] = false, ["status"] = new JsonObject { ["message"] = why, ["code"] = 403 } }
        : Allowed());

    /// <summary>Takes up one that changes the object in place; its path.</summary>
    public string AddMutating(string id, Action<AdmissionRequest> change) => Add(id, request =>
    {
        if (request.Object is not { } asked) return Allowed();
        var stored = asked.DeepClone().AsObject();
        change(request with { Object = stored });
        JsonArray patch = [.. stored.Where(field => !JsonNode.DeepEquals(field.Value, asked[field.Key]))
            .Select(field => new JsonObject { ["op"] = "add", ["path"] = $"/{field.Key}", ["value"] = field.Value?.DeepClone() })];
        var answer = Allowed();
        if (patch.Count == 0) return answer;
        answer["patchType"] = "JSONPatch";
        answer["patch"] = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(patch));
        return answer;
    });

    public void Remove(string id) => all.TryRemove(id, out _);

    /// <summary>Whether the server has asked it about the probe.</summary>
    public bool IsAsked(string id) => all[id].Probed;

    /// <summary>False when the request is not for a webhook.</summary>
    public async Task<bool> AnswerAsync(HttpContext http)
    {
        if (!http.Request.Path.StartsWithSegments(Root.TrimEnd('/'), StringComparison.Ordinal, out var rest)) return false;
        var review = (await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted))!;
        var asked = review["request"]!;
        var response = all.TryGetValue(rest.Value!.TrimStart('/'), out var webhook) ? webhook.Ask(Read(asked)) : Allowed();
        response["uid"] = asked["uid"]!.DeepClone();
        JsonObject answer = new()
        {
            ["apiVersion"] = review["apiVersion"]!.DeepClone(),
            ["kind"] = "AdmissionReview",
            ["response"] = response,
        };
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(answer), http.RequestAborted);
        return true;
    }

    private static JsonObject Allowed() => new() { ["allowed"] = true };

    private string Add(string id, Func<AdmissionRequest, JsonObject> answer)
    {
        all[id] = new Webhook(answer);
        return Root + id;
    }

    private static AdmissionRequest Read(JsonNode request)
    {
        var (resource, kind, ns) = (request["resource"]!, (string)request["kind"]!["kind"]!, (string?)request["namespace"]);
        var (group, plural) = ((string)resource["group"]!, (string)resource["resource"]!);
        var type = Resources.BuiltIn.FirstOrDefault(one => one.Group == group && one.Plural == plural)
            ?? new ResourceType(group, (string)resource["version"]!, plural, kind, ns is not null);
        return new AdmissionRequest(
            (string)request["operation"]!, type, ns, (string?)request["name"] ?? "",
            request["object"] as JsonObject, request["oldObject"] as JsonObject,
            (string?)request["userInfo"]?["username"] ?? "", (bool?)request["dryRun"] ?? false);
    }

    private sealed class Webhook(Func<AdmissionRequest, JsonObject> answer)
    {
        public bool Probed { get; private set; }

        public JsonObject Ask(AdmissionRequest request)
        {
            if (request.Name != Probe) return answer(request);
            Probed = true;
            return Allowed();
        }
    }
}
