using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Schema.Validation;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Webhooks;

/// <summary>
/// The webhooks that ValidatingWebhookConfigurations name, called as the API server calls them: an AdmissionReview over TLS. A webhook
/// behind a Service is never reached, for practice Services speak no TLS; its failure policy decides then.
/// </summary>
internal sealed class ConfiguredWebhooks(ObjectStore store)
{
    private const int DefaultTimeout = 10;

    /// <summary>Throws what the API answers when a webhook refuses, or cannot be asked and must be.</summary>
    public void Review(AdmissionRequest request)
    {
        // Not asked about the configurations themselves: a bad one could never be put right.
        if (request.Type.Group == Resources.ValidatingWebhookConfigurations.Group) return;
        foreach (var webhook in store.List(Resources.ValidatingWebhookConfigurations).Items.SelectMany(item => item.Read.Objects("webhooks")))
            if (Concerns(webhook, request)) Ask(webhook, request);
    }

    private bool Concerns(JsonObject webhook, AdmissionRequest request)
    {
        if (!webhook.Objects("rules").Any(rule => Has(rule, "operations", request.Operation) && Has(rule, "apiGroups", request.Type.Group)
            && Has(rule, "apiVersions", request.Type.Version) && Has(rule, "resources", request.Type.Plural))) return false;
        if (webhook.Child("namespaceSelector") is { } spaces && request.Namespace is { } ns
            && !WorkloadRules.Matches(spaces, store.Find(Resources.Namespaces, null, ns)?.Labels ?? new Dictionary<string, string>())) return false;
        return webhook.Child("objectSelector") is not { } objects
            || WorkloadRules.Matches(objects, (request.Object ?? request.OldObject).Child("metadata")?["labels"].Labels() ?? new Dictionary<string, string>());

        static bool Has(JsonObject rule, string list, string value) => rule.List(list)?.Any(one => (string?)one is "*" || (string?)one == value) == true;
    }

    private void Ask(JsonObject webhook, AdmissionRequest request)
    {
        var name = webhook.Text("name") ?? "";
        var client = webhook.Child("clientConfig");
        var seconds = webhook.Number("timeoutSeconds") ?? DefaultTimeout;
        JsonObject? answer;
        try
        {
            answer = client.Child("service") is { } service ? throw new HttpRequestException(Unreached(service, seconds)) : Call(client!, Body(request), seconds);
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or TaskCanceledException)
        {
            if (webhook.Text("failurePolicy") == "Ignore") return;
            throw new ApiException(new ApiStatus(500, "InternalError",
                $"Internal error occurred: failed calling webhook \"{name}\": failed to call webhook: {(failure is TaskCanceledException ? "context deadline exceeded" : failure.Message)}"));
        }

        var response = answer.Child("response");
        if (response.True("allowed")) return;
        var status = response.Child("status");
        var why = status.Text("message") is { Length: > 0 } message ? $": {message}" : status.Text("reason") is { Length: > 0 } reason ? $": {reason}" : " without explanation";
        var code = (int)(status.Number("code") is >= 400 and < 600 and var given ? given : 400);
        throw new ApiException(new ApiStatus(code, status.Text("reason") ?? (code == 403 ? "Forbidden" : "BadRequest"), $"admission webhook \"{name}\" denied the request{why}"));
    }

    private string Unreached(JsonObject service, long seconds)
    {
        var (name, ns) = (service.Text("name") ?? "", service.Text("namespace") ?? "");
        var trouble = store.Find(Resources.Services, ns, name) is null ? $"service \"{name}\" not found" : $"no endpoints available for service \"{name}\"";
        return $"Post \"https://{name}.{ns}.svc:{service.Number("port") ?? 443}{service.Text("path") ?? "/"}?timeout={seconds}s\": {trouble}";
    }

    private static JsonObject? Call(JsonObject client, JsonObject review, long seconds)
    {
        var pem = Encoding.ASCII.GetString(Convert.FromBase64String(client.Text("caBundle") ?? ""));
        using SocketsHttpHandler handler = new();
        if (pem.Length > 0)
        {
            handler.SslOptions = new SslClientAuthenticationOptions
            { RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null && IsSignedBy(pem, presented) };
        }

        using HttpClient http = new(handler) { Timeout = TimeSpan.FromSeconds(seconds) };
        using HttpRequestMessage post = new(HttpMethod.Post, $"{client.Text("url")}?timeout={seconds}s")
        { Content = new StringContent(review.ToJsonString(ApiJson.Relaxed), new MediaTypeHeaderValue("application/json")) };
        using var response = http.Send(post);
        using StreamReader text = new(response.Content.ReadAsStream());
        return JsonNode.Parse(text.ReadToEnd()) as JsonObject;
    }

    private static bool IsSignedBy(string pem, X509Certificate certificate)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(pem);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using X509Certificate2 presented = new(certificate);
        return chain.Build(presented);
    }

    private static JsonObject Body(AdmissionRequest request) => new()
    {
        ["kind"] = "AdmissionReview",
        ["apiVersion"] = "admission.k8s.io/v1",
        ["request"] = new JsonObject
        {
            ["uid"] = Guid.NewGuid().ToString(),
            ["kind"] = new JsonObject { ["group"] = request.Type.Group, ["version"] = request.Type.Version, ["kind"] = request.Type.Kind },
            ["resource"] = new JsonObject { ["group"] = request.Type.Group, ["version"] = request.Type.Version, ["resource"] = request.Type.Plural },
            ["name"] = request.Name,
            ["namespace"] = request.Namespace,
            ["operation"] = request.Operation,
            ["userInfo"] = new JsonObject { ["username"] = request.User },
            ["object"] = request.Object?.DeepClone(),
            ["oldObject"] = request.OldObject?.DeepClone(),
            ["dryRun"] = request.DryRun,
        },
    };
}
