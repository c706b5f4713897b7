using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

/// <summary>A running API server over an empty store with the namespaces default and prod, and a client that trusts it.</summary>
internal sealed class ApiSession : IAsyncDisposable
{
    public const string Deployment = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"api","labels":{"app":"api"}},
         "spec":{"replicas":2,"selector":{"matchLabels":{"app":"api"}},"template":{"metadata":{"labels":{"app":"api"}},
         "spec":{"containers":[{"name":"app","image":"registry.example.com/api:40"}]}}}}
        """;

    private ApiSession(ObjectStore store, KubernetesApiServer server)
    {
        (Store, Server) = (store, server);
        Client = NewClient();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Tokens.Admin.Token);
    }

    public ObjectStore Store { get; }

    public KubernetesApiServer Server { get; }

    /// <summary>The admin's.</summary>
    public HttpClient Client { get; }

    public static async Task<ApiSession> StartAsync(KubernetesApiOptions? options = null)
    {
        options ??= new KubernetesApiOptions();
        ObjectStore store = new(options.Time);
        foreach (var ns in (string[])["default", "prod"])
            store.Create(Resources.Namespaces, Parse($$$"""{"metadata":{"name":"{{{ns}}}"},"spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"}}"""));
        return new ApiSession(store, await KubernetesApiServer.StartAsync(store, options, TestContext.Current.CancellationToken));
    }

    public static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    public HttpClient NewClient(X509Certificate2? certificate = null, string? token = null)
    {
        var ca = X509Certificate2.CreateFromPem(Server.CaPem);
        SocketsHttpHandler handler = new();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) =>
        {
            using X509Chain chain = new();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.CustomTrustStore.Add(ca);
            return chain.Build(new X509Certificate2(presented!));
        };
        if (certificate is not null) handler.SslOptions.ClientCertificates = [certificate];
        HttpClient client = new(handler)
        {
            BaseAddress = Server.Url,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Timeout = TimeSpan.FromSeconds(30),
        };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public Task<ApiReply> GetAsync(string path, string accept = "application/json") => SendAsync(HttpMethod.Get, path, accept: accept);

    public Task<ApiReply> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

    public Task<ApiReply> PutAsync(string path, JsonNode body) => SendAsync(HttpMethod.Put, path, body.ToJsonString());

    public Task<ApiReply> PatchAsync(string path, string kind, string body) => SendAsync(HttpMethod.Patch, path, body, kind);

    public Task<ApiReply> DeleteAsync(string path, string? body = null) => SendAsync(HttpMethod.Delete, path, body);

    public async Task<ApiReply> SendAsync(
        HttpMethod method, string path, string? body = null, string contentType = "application/json", string accept = "application/json",
        HttpClient? client = null)
    {
        using HttpRequestMessage request = new(method, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.TryAddWithoutValidation("User-Agent", "tests/1.0");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using var response = await (client ?? Client).SendAsync(request, TestContext.Current.CancellationToken);
        return new ApiReply(
            response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            [.. response.Headers.TryGetValues("Warning", out var warnings) ? warnings : []], response.Headers.RetryAfter?.Delta);
    }

    public StoredObject Add(ResourceType type, string json) => Store.Create(type, Parse(json));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}

internal sealed record ApiReply(HttpStatusCode Code, string Text, IReadOnlyList<string> Warnings, TimeSpan? RetryAfter)
{
    public JsonObject Json => ApiSession.Parse(Text);

    public string? Message => (string?)Json["message"];

    public string? Reason => (string?)Json["reason"];
}
