using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.EndToEnd.Support.Real;

/// <summary>A real API server, by a certificate or a token of its kubeconfig's current context, as kubectl reads that.</summary>
internal sealed class RealServer : IDisposable
{
    private readonly HttpClient http;
    private readonly HttpClient anonymous;
    private readonly string? token;

    public RealServer(string kubeconfig)
    {
        Kubectl = new KubectlProcess(kubeconfig);
        var read = JsonNode.Parse(Kubectl.Run("config view --raw --minify --flatten -o json"))!;
        var (cluster, user) = (read["clusters"]![0]!["cluster"]!, read["users"]![0]!["user"]!);
        Url = new Uri((string)cluster["server"]!);
        token = (string?)user["token"];
        var authority = Pem(cluster["certificate-authority-data"]) is { } pem ? X509Certificate2.CreateFromPem(pem) : null;
        var certificate = Pem(user["client-certificate-data"]) is { } own
            ? X509Certificate2.CreateFromPem(own, Pem(user["client-key-data"]))
            : null;
        http = Open(authority, certificate);
        anonymous = Open(authority, null);
    }

    /// <summary>kubectl at the server itself.</summary>
    public KubectlProcess Kubectl { get; }

    public Uri Url { get; }

    /// <summary>Sends somebody's request on; as the kubeconfig's user unless it names another.</summary>
    public Task<HttpResponseMessage> ForwardAsync(HttpRequestMessage request, bool asOurselves, CancellationToken cancellation)
    {
        if (asOurselves) Authenticate(request);
        return (asOurselves ? http : anonymous).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    /// <summary>Null for 404. Throws <see cref="HttpRequestException"/> with what the server said.</summary>
    public JsonObject? Send(HttpMethod method, string path, JsonNode? body = null, string type = "application/json")
    {
        using HttpRequestMessage request = new(method, new Uri(Url, path));
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), new MediaTypeHeaderValue(type));
        Authenticate(request);
        using var response = http.Send(request);
        using StreamReader reader = new(response.Content.ReadAsStream());
        var text = reader.ReadToEnd();
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        if (!response.IsSuccessStatusCode) throw new HttpRequestException($"{method} {path}: {text}", null, response.StatusCode);
        return JsonNode.Parse(text)!.AsObject();
    }

    public static string PathOf(ResourceType type, string? ns, string? name = null)
    {
        var group = type.Group.Length == 0 ? $"/api/{type.Version}" : $"/apis/{type.Group}/{type.Version}";
        var all = type.Namespaced && ns is not null ? $"{group}/namespaces/{ns}/{type.Plural}" : $"{group}/{type.Plural}";
        return name is null ? all : $"{all}/{name}";
    }

    public void Dispose()
    {
        http.Dispose();
        anonymous.Dispose();
    }

    private void Authenticate(HttpRequestMessage request)
    {
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    private static string? Pem(JsonNode? data) =>
        (string?)data is { Length: > 0 } text ? Encoding.ASCII.GetString(Convert.FromBase64String(text)) : null;

    private static HttpClient Open(X509Certificate2? authority, X509Certificate2? certificate)
    {
        SslClientAuthenticationOptions tls = new();
        if (authority is not null)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.Add(authority);
        }

        if (certificate is not null) tls.ClientCertificates = [certificate];
        SocketsHttpHandler handler = new() { SslOptions = tls, AutomaticDecompression = DecompressionMethods.None };
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
