using System.Text.Json.Nodes;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

/// <summary>One open watch, read line by line.</summary>
internal sealed class WatchSession : IDisposable
{
    private readonly HttpResponseMessage response;
    private readonly StreamReader lines;

    private WatchSession(HttpResponseMessage response, StreamReader lines) => (this.response, this.lines) = (response, lines);

    public static async Task<WatchSession> OpenAsync(ApiSession api, string path, string accept = "application/json")
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        var response = await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return new WatchSession(response, new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>The next event; null when the server has ended the watch.</summary>
    public async Task<JsonObject?> NextAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        return await lines.ReadLineAsync(limit.Token) is { } line ? ApiSession.Parse(line) : null;
    }

    /// <summary>The next event as <c>TYPE name</c>.</summary>
    public async Task<string> NextNameAsync() =>
        await NextAsync() is { } next ? $"{(string?)next["type"]} {(string?)next["object"]!["metadata"]?["name"]}".TrimEnd() : "end";

    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
    }
}
