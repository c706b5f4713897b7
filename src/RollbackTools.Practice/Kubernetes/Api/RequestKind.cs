using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>
/// What a server tells requests apart by, names and numbers left out: the method, the path, the query, the form of the body, the form of the answer
/// that is asked for. Two requests of one kind are answered by the same rules.
/// </summary>
/// <param name="Text">As people write it: <c>PATCH /apis/apps/v1/namespaces/{namespace}/deployments/{name}?dryRun=All application/merge-patch+json</c>.</param>
public readonly record struct RequestKind(string Text)
{
    /// <summary>Parameters whose value changes what happens. Of the others it matters that they are there.</summary>
    private static readonly HashSet<string> ByValue =
    [
        "watch", "dryRun", "force", "fieldValidation", "propagationPolicy", "resourceVersionMatch", "allowWatchBookmarks", "sendInitialEvents",
        "previous", "follow", "timestamps",
    ];

    private const string MadeUp = "{made up}";

    /// <param name="method">Such as <c>GET</c>.</param>
    /// <param name="path">Unescaped, from the root on.</param>
    /// <param name="query">Unescaped parameters.</param>
    /// <param name="contentType">Of the body; it matters for patches alone.</param>
    /// <param name="accept">What may be answered; it matters where it asks for another form of the object (<c>as=Table</c>).</param>
    /// <param name="body">The body; it matters for deletions alone, whose options it holds.</param>
    public static RequestKind Of(
        string method, string path, IEnumerable<KeyValuePair<string, string>> query, string? contentType = null, string? accept = null, ReadOnlySpan<byte> body = default)
    {
        var parameters = query.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        var info = RequestInfo.Parse(method, path, parameters.Any(pair => pair.Key == "watch"), null);
        List<string> words = [$"{method} {Template(info)}{Query(parameters)}"];
        if (info.Verb == "patch" && contentType is not null) words.Add(contentType.Split(';')[0]);
        if (Form(accept) is { } form) words.Add(form);
        if (method == "DELETE" && !body.IsEmpty) words.AddRange(Options(body));
        return new RequestKind(string.Join(' ', words));
    }

    /// <summary>The kind of a request that came, whose body can still be read afterwards.</summary>
    internal static async Task<RequestKind> OfAsync(HttpContext http)
    {
        var request = http.Request;
        using MemoryStream body = new();
        if (HttpMethods.IsDelete(request.Method))
        {
            request.EnableBuffering();
            await request.Body.CopyToAsync(body, http.RequestAborted);
            request.Body.Position = 0;
        }

        return Of(request.Method, Uri.UnescapeDataString(request.Path.Value ?? "/"),
            request.Query.SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value ?? "")),
            request.ContentType, request.Headers.Accept, body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    public override string ToString() => Text;

    private static string Template(RequestInfo info)
    {
        if (!info.IsResource) return info.Path.Split('/') is ["", "apis", var group, var version] && IsMadeUp(group) ? $"/apis/{MadeUp}/{version}" : info.Path;
        List<string> parts = info.Group.Length == 0 ? ["", "api", info.Version] : ["", "apis", IsMadeUp(info.Group) ? MadeUp : info.Group, info.Version];
        if (info.Namespace is not null && info.Resource != "namespaces") parts.AddRange(["namespaces", "{namespace}"]);
        parts.Add(IsMadeUp(info.Group) ? "{kind}" : info.Resource);
        if (info.Name is not null) parts.Add("{name}");
        if (info.Subresource is not null) parts.Add(info.Subresource);
        return string.Join('/', parts);
    }

    /// <summary>
    /// Nobody but a test defines kinds under example.com: the server has no code of its own for them, and the product knows none of them. So
    /// one such kind is as good as another.
    /// </summary>
    private static bool IsMadeUp(string group) =>
        group.EndsWith(".example.com", StringComparison.Ordinal) || group.EndsWith(".example", StringComparison.Ordinal);

    private static string Query(List<KeyValuePair<string, string>> parameters) =>
        parameters.Count == 0 ? "" : "?" + string.Join('&', parameters.Select(pair => pair.Key switch
        {
            // An empty version asks for the newest, zero for any; every other one is a version.
            "resourceVersion" => pair.Value is "" or "0" ? $"resourceVersion={pair.Value}" : "resourceVersion",
            var name when ByValue.Contains(name) => $"{name}={pair.Value}",
            var name => name,
        }));

    private static string? Form(string? accept)
    {
        var first = (accept ?? "").Split(',')[0];
        return first.Split(';').Select(part => part.Trim()).FirstOrDefault(part => part.StartsWith("as=", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Options(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        if (!JsonDocument.TryParseValue(ref reader, out var document)) return [];
        using (document)
        {
            var options = JsonObject.Create(document.RootElement.Clone());
            List<string> words = [];
            if ((string?)options?["propagationPolicy"] is { } policy) words.Add($"propagationPolicy={policy}");
            foreach (var name in (options?["preconditions"]?.AsObject() ?? []).Select(pair => pair.Key).Order(StringComparer.Ordinal)) words.Add($"preconditions.{name}");
            if (options?["dryRun"] is not null) words.Add("dryRun=All");
            return words;
        }
    }
}
