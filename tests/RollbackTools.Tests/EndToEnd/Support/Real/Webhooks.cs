using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.EndToEnd.Support.Real;

/// <summary>Validating webhooks as a real API server calls them: admission.k8s.io/v1 under <c>/reviews/ID</c>. Thread-safe.</summary>
internal sealed class Webhooks
{
    /// <summary>A config map of this name is only tried, to learn whether the server asks already.</summary>
    public const string Probe = "rollbacktools-webhook-probe";

    private const string Root = "/reviews/";

    private readonly ConcurrentDictionary<string, Webhook> all = new();

    /// <summary>Takes it up; its path.</summary>
    public string Add(string id, Func<AdmissionRequest, string?> refuse)
    {
        all[id] = new Webhook(refuse);
        return Root + id;
    }

    public void Remove(string id) => all.TryRemove(id, out _);

    /// <summary>Whether the server has asked it about the probe.</summary>
    public bool IsAsked(string id) => all[id].Probed;

    /// <summary>False when the request is not for a webhook.</summary>
    public async Task<bool> AnswerAsync(HttpContext http)
    {
        if (!http.Request.Path.StartsWithSegments(Root.TrimEnd('/'), StringComparison.Ordinal, out var rest)) return false;
        var review = (await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted))!;
        var asked = review["request"]!;
        var why = all.TryGetValue(rest.Value!.TrimStart('/'), out var webhook) ? webhook.Ask(Read(asked)) : null;
        JsonObject response = new() { ["uid"] = asked["uid"]!.DeepClone(), ["allowed"] = why is null };
        if (why is not null) response["status"] = new JsonObject { ["message"] = why, ["code"] = 403 };
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

    private sealed class Webhook(Func<AdmissionRequest, string?> refuse)
    {
        public bool Probed { get; private set; }

        public string? Ask(AdmissionRequest request)
        {
            if (request.Name != Probe) return refuse(request);
            Probed = true;
            return null;
        }
    }
}
