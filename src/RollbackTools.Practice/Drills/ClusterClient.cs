using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace RollbackTools.Practice.Drills;

/// <summary>
/// A plain client of the Kubernetes API, as a CI pipeline or kubectl would be: whoever breaks things in a drill comes in through
/// the same door as everybody else. Shares no code with the integrations.
/// </summary>
internal sealed class ClusterClient : IDisposable
{
    public const string MergePatch = "application/merge-patch+json";
    public const string StrategicPatch = "application/strategic-merge-patch+json";
    public const string JsonPatch = "application/json-patch+json";
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";

    private readonly HttpClient http;

    private ClusterClient(HttpClient http, string ns) => (this.http, Namespace) = (http, ns);

    /// <summary>The namespace of the kubeconfig's current context.</summary>
    public string Namespace { get; }

    /// <summary>
    /// Reads a kubeconfig that a practice estate wrote: inline CA, bearer token. Throws <see cref="FormatException"/> for one of
    /// another kind.
    /// </summary>
    public static ClusterClient Open(string kubeconfig, string? context = null, string userAgent = "ci-deploy/1.0")
    {
        YamlStream yaml = new();
        using (StreamReader file = new(kubeconfig)) yaml.Load(file);
        var root = (YamlMappingNode)yaml.Documents[0].RootNode;
        var chosen = Named(root, "contexts", context ?? Text(root, "current-context"), "context");
        var cluster = Named(root, "clusters", Text(chosen, "cluster"), "cluster");
        var user = Named(root, "users", Text(chosen, "user"), "user");
        if (!cluster.Children.ContainsKey("certificate-authority-data") || !user.Children.ContainsKey("token"))
            throw new FormatException($"{kubeconfig} was not written by a practice estate: it has no inline authority and token.");

        var authority = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(Convert.FromBase64String(Text(cluster, "certificate-authority-data"))));
        SocketsHttpHandler handler = new()
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => IsSignedBy(authority, certificate) },
        };
        HttpClient http = new(handler) { BaseAddress = new Uri(Text(cluster, "server")), Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Text(user, "token"));
        http.DefaultRequestHeaders.UserAgent.ParseAdd(userAgent);
        return new ClusterClient(http, chosen.Children.ContainsKey("namespace") ? Text(chosen, "namespace") : "default");
    }

    public Task<JsonObject> GetAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Get, path, null, cancellation);

    /// <summary>What happens to a list's objects from <paramref name="resourceVersion"/> on, until cancelled.</summary>
    public async IAsyncEnumerable<JsonObject> WatchAsync(
        string path, string resourceVersion, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var response = await http.GetAsync(
            $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}watch=true&resourceVersion={resourceVersion}", HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync(cancellation));
        while (await lines.ReadLineAsync(cancellation) is { } line) yield return JsonNode.Parse(line)!.AsObject();
    }

    public Task<JsonObject> CreateAsync(string path, JsonNode body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, path, Body(body, "application/json"), cancellation);

    public Task<JsonObject> ReplaceAsync(string path, JsonNode body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Put, path, Body(body, "application/json"), cancellation);

    public Task<JsonObject> PatchAsync(string path, JsonNode patch, string type, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, path, Body(patch, type), cancellation);

    public Task<JsonObject> DeleteAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Delete, path, null, cancellation);

    /// <summary>What <c>kubectl get</c> would print: the server makes the rows, a client only lines them up.</summary>
    public async Task<string> TableAsync(string path, CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd(Table);
        var table = await SendAsync(request, cancellation);
        var shown = table["columnDefinitions"]!.AsArray().Select((column, at) => (Name: (string)column!["name"]!, At: at, Priority: (int)column["priority"]!))
            .Where(column => column.Priority == 0).ToList();
        List<string[]> rows = [[.. shown.Select(column => column.Name.ToUpperInvariant())]];
        rows.AddRange(table["rows"]!.AsArray().Select(row => shown.Select(column => row!["cells"]![column.At]?.ToString() ?? "<none>").ToArray()));
        var widths = shown.Select((_, at) => rows.Max(row => row[at].Length)).ToList();
        return string.Join('\n', rows.Select(row => string.Join("   ", row.Select((cell, at) => cell.PadRight(widths[at]))).TrimEnd()));
    }

    public void Dispose() => http.Dispose();

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(method, path) { Content = content };
        return await SendAsync(request, cancellation);
    }

    private async Task<JsonObject> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var response = await http.SendAsync(request, cancellation);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        if (response.IsSuccessStatusCode) return JsonNode.Parse(text)!.AsObject();
        throw new ClusterRefusedException($"{request.Method} {request.RequestUri}", response.StatusCode, Message(text));
    }

    private static string Message(string text)
    {
        try
        {
            return (string?)JsonNode.Parse(text)?["message"] ?? text;
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static StringContent Body(JsonNode body, string type) => new(body.ToJsonString(), new MediaTypeHeaderValue(type));

    private static bool IsSignedBy(X509Certificate2 authority, X509Certificate? certificate)
    {
        if (certificate is null) return false;
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using X509Certificate2 presented = new(certificate);
        return chain.Build(presented);
    }

    private static YamlMappingNode Named(YamlMappingNode root, string list, string name, string kind) =>
        ((YamlSequenceNode)root.Children[list]).Cast<YamlMappingNode>().First(entry => Text(entry, "name") == name).Children[kind] as YamlMappingNode
        ?? throw new FormatException($"The kubeconfig's {kind} '{name}' is empty.");

    private static string Text(YamlMappingNode node, string key) => ((YamlScalarNode)node.Children[key]).Value ?? "";
}

/// <summary>What the API server refused, in its own words.</summary>
internal sealed class ClusterRefusedException(string request, HttpStatusCode code, string refusal)
    : HttpRequestException($"{request}: {(int)code} {refusal}", null, code)
{
    /// <summary>The Status' message alone.</summary>
    public string Refusal => refusal;
}
