using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Pki;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.Webhooks;

/// <summary>A validating webhook on loopback, with a certificate of its own authority.</summary>
public sealed class PracticeWebhook : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly CertificateAuthority authority;

    private PracticeWebhook(WebApplication application, CertificateAuthority authority)
    {
        (this.application, this.authority) = (application, authority);
        Url = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Url { get; }

    /// <param name="refuse">Given the AdmissionReview's request; why it is refused, or null.</param>
    /// <param name="cancellation">Stops the start.</param>
    public static async Task<PracticeWebhook> StartAsync(Func<JsonObject, string?> refuse, CancellationToken cancellation)
    {
        CertificateAuthority authority = new("practice-webhook-ca", TimeProvider.System);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(authority.IssueServer())));
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        var application = builder.Build();
        application.Run(http => AnswerAsync(http, refuse));
        await application.StartAsync(cancellation);
        return new PracticeWebhook(application, authority);
    }

    /// <summary>The manifest that puts it in the API server's way.</summary>
    /// <param name="name">As refusals name it, such as <c>policy.example.com</c>.</param>
    /// <param name="group">The API group of what it looks at; empty for the core one.</param>
    /// <param name="resource">The plural of what it looks at.</param>
    public string Configuration(string name, string group, string resource) =>
        $$"""
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingWebhookConfiguration
        metadata: { name: {{name}} }
        webhooks:
          - name: {{name}}
            admissionReviewVersions: [v1]
            sideEffects: None
            failurePolicy: Fail
            timeoutSeconds: 5
            clientConfig: { url: "{{new Uri(Url, "/validate")}}", caBundle: {{Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(authority.Pem))}} }
            rules: [{ operations: ["*"], apiGroups: ["{{group}}"], apiVersions: ["*"], resources: [{{resource}}] }]
        """;

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        authority.Dispose();
    }

    private static async Task AnswerAsync(HttpContext http, Func<JsonObject, string?> refuse)
    {
        var review = (await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted)).Child("request") ?? [];
        var why = refuse(review);
        JsonObject response = new() { ["uid"] = review.Text("uid"), ["allowed"] = why is null };
        if (why is not null) response["status"] = new JsonObject { ["code"] = 403, ["reason"] = "Forbidden", ["message"] = why };
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(
            new JsonObject { ["kind"] = "AdmissionReview", ["apiVersion"] = "admission.k8s.io/v1", ["response"] = response }.ToJsonString(), http.RequestAborted);
    }
}
