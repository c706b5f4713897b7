using System.Text.Json;
using Microsoft.AspNetCore.Http;
using RollbackTools.Integrations.ArgoCd;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Tests.Integrations.Support;
using RollbackTools.Tests.Operations.Argo;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Integrations.ArgoCd;

/// <summary>What goes over the wire to Argo CD's API server, and what comes of its answers.</summary>
public sealed class ArgoApiTests : IAsyncDisposable
{
    private const string App = """{"metadata":{"name":"shop","namespace":"argocd","uid":"u1","resourceVersion":"7"},"spec":{"source":{"repoURL":"r","targetRevision":"main"},"syncPolicy":{"automated":{"prune":true}}},"status":{}}""";

    private static readonly ApplicationName Name = new("argocd", "shop");

    private readonly string home = Directory.CreateTempSubdirectory("rollback-argo-").FullName;
    private readonly Dictionary<string, string> variables = new() { ["ARGOCD_AUTH_TOKEN"] = "first" };
    private ApiServer server = null!;
    private ArgoApi api = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_write_says_exactly_application_json_and_names_namespace_and_project_in_its_body()
    {
        await OpenAsync(project: "team");
        server.Otherwise(Answers.Json(App));
        var read = new ArgoApplication(new(Apps.Json(App.Replace("\"argocd\"", "\"apps\"", StringComparison.Ordinal))));

        await api.StartSyncAsync(read, new SyncRequest { Revision = "abc", Infos = [new("Reason", "x")] }, Stop);
        await api.TerminateAsync(read, Stop);

        Assert.All(server.Requests, request => Assert.Equal("application/json", request.Headers["Content-Type"]));
        Assert.All(server.Requests, request => Assert.Equal("Bearer first", request.Headers["Authorization"]));
        var body = JsonDocument.Parse(server.Requests[0].Body).RootElement;
        Assert.Equal(("POST", "/api/v1/applications/shop/sync", ""), (server.Requests[0].Method, server.Requests[0].Path, server.Requests[0].Query));
        Assert.Equal(("shop", "apps", "team", "abc"), (body.GetProperty("name").GetString(), body.GetProperty("appNamespace").GetString(), body.GetProperty("project").GetString(), body.GetProperty("revision").GetString()));
        Assert.Equal(("DELETE", "/api/v1/applications/shop/operation?appNamespace=apps&project=team"), (server.Requests[1].Method, server.Requests[1].Target));
    }

    [Fact]
    public async Task A_change_holds_for_the_version_that_was_read()
    {
        await OpenAsync();
        server.Otherwise(Answers.Json(App));

        await api.ChangeAsync(new ArgoApplication(new(Apps.Json(App))), new ApplicationChange
        {
            Policy = true,
            AutomatedFrom = Apps.Json("""{"prune":true}"""),
            AutomatedTo = null,
            Annotations = [new AnnotationChange("a/b", null, "x")],
        }, Stop);

        var body = JsonDocument.Parse(server.Requests[0].Body).RootElement;
        Assert.Equal("json", body.GetProperty("patchType").GetString());
        Assert.Equal(
            """[{"op":"test","path":"/metadata/uid","value":"u1"},{"op":"test","path":"/metadata/resourceVersion","value":"7"},{"op":"remove","path":"/spec/syncPolicy/automated"},{"op":"add","path":"/metadata/annotations","value":{}},{"op":"add","path":"/metadata/annotations/a~1b","value":"x"}]""",
            body.GetProperty("patch").GetString());
    }

    [Fact]
    public async Task What_holds_a_policy_is_made_where_it_is_not_there()
    {
        await OpenAsync();
        server.Otherwise(Answers.Json(App));

        foreach (var policy in (string[])["""{"retry":{"limit":2}}""", "null"])
        {
            await api.ChangeAsync(new ArgoApplication(new(Apps.Json(App.Replace("""{"automated":{"prune":true}}""", policy, StringComparison.Ordinal)))),
                new ApplicationChange { Policy = true, AutomatedTo = Apps.Json("{}") }, Stop);
        }

        Assert.Equal("""[{"op":"test","path":"/metadata/uid","value":"u1"},{"op":"test","path":"/metadata/resourceVersion","value":"7"},{"op":"add","path":"/spec/syncPolicy/automated","value":{}}]""", Patch(0));
        Assert.Equal("""[{"op":"test","path":"/metadata/uid","value":"u1"},{"op":"test","path":"/metadata/resourceVersion","value":"7"},{"op":"add","path":"/spec/syncPolicy","value":{}},{"op":"add","path":"/spec/syncPolicy/automated","value":{}}]""", Patch(1));

        string Patch(int request) => JsonDocument.Parse(server.Requests[request].Body).RootElement.GetProperty("patch").GetString()!;
    }

    [Theory]
    [InlineData(400, 9, "error setting app operation: another operation is already in progress", EstateErrorKind.Conflict)]
    [InlineData(500, 2, "error applying patch: testing value /spec failed: test failed", EstateErrorKind.Conflict)]
    [InlineData(400, 9, "rollback cannot be initiated when auto-sync is enabled", EstateErrorKind.Rejected)]
    [InlineData(403, 7, "cannot sync: blocked by sync window", EstateErrorKind.Rejected)]
    [InlineData(403, 7, "permission denied", EstateErrorKind.Forbidden)]
    [InlineData(404, 5, "applications.argoproj.io \"shop\" not found", EstateErrorKind.NotFound)]
    [InlineData(401, 16, "invalid session: token has invalid claims: token is expired", EstateErrorKind.Unauthenticated)]
    [InlineData(415, 0, "Invalid content type", EstateErrorKind.Rejected)]
    [InlineData(500, 13, "first is what went wrong", EstateErrorKind.Server)]
    public async Task Refusals_are_told_apart_and_never_show_the_token(int status, int code, string message, EstateErrorKind kind)
    {
        await OpenAsync();
        server.Otherwise(Answers.Json($$"""{"error":"{{message.Replace("\"", "\\\"", StringComparison.Ordinal)}}","code":{{code}},"message":"{{message.Replace("\"", "\\\"", StringComparison.Ordinal)}}"}""", status));

        var error = await Assert.ThrowsAsync<EstateException>(() => api.StartSyncAsync(new ArgoApplication(new(Apps.Json(App))), new SyncRequest(), Stop));

        Assert.Equal(kind, error.Kind);
        Assert.DoesNotContain("first", error.ToString(), StringComparison.Ordinal);
        Assert.Single(server.Requests, request => request.Headers["Authorization"] == "Bearer first");
    }

    [Fact]
    public async Task A_token_that_expires_mid_way_is_looked_up_again()
    {
        await OpenAsync();
        var expired = Answers.Json("""{"error":"expired","code":16,"message":"expired"}""", 401);
        server.Otherwise(Answers.Json(App)).Then(expired);
        Assert.Equal(EstateErrorKind.Unauthenticated, (await Assert.ThrowsAsync<EstateException>(() => api.GetAsync(Name, ArgoRefresh.None, Stop))).Kind);

        // Somebody signed in meanwhile.
        variables["ARGOCD_AUTH_TOKEN"] = "second";
        server.Then(expired);
        await api.GetAsync(Name, ArgoRefresh.None, Stop);

        Assert.Equal("Bearer second", server.Requests[^1].Headers["Authorization"]);
    }

    [Fact]
    public async Task Reads_are_sent_again_and_writes_are_not()
    {
        await OpenAsync();
        server.Then(Answers.Text("", 503), Answers.Json(App));
        await api.GetAsync(Name, ArgoRefresh.None, Stop);
        Assert.Equal(2, server.Requests.Count);

        server.Then(Answers.Text("", 503), Answers.Json(App));
        Assert.Equal(EstateErrorKind.Overloaded, (await Assert.ThrowsAsync<EstateException>(() => api.StartSyncAsync(new ArgoApplication(new(Apps.Json(App))), new SyncRequest(), Stop))).Kind);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task What_argocd_login_left_is_used_for_that_server_only()
    {
        variables.Clear();
        await OpenAsync();
        Directory.CreateDirectory(Path.Combine(home, ".config", "argocd"));
        File.WriteAllText(Path.Combine(home, ".config", "argocd", "config"), $$"""
            contexts:
            - { name: other, server: "other.example.com", user: other }
            - { name: ours, server: "{{server.Address.Authority}}", user: us }
            current-context: other
            servers: [ { server: "{{server.Address.Authority}}" } ]
            users: [ { name: other, auth-token: wrong }, { name: us, auth-token: kept } ]
            """);
        server.Otherwise(Answers.Json(App));

        await api.GetAsync(Name, ArgoRefresh.None, Stop);

        Assert.Equal("Bearer kept", server.Requests[0].Headers["Authorization"]);
    }

    [Fact]
    public async Task A_watch_that_is_cut_goes_on_from_the_present_state_and_ends_with_the_application()
    {
        await OpenAsync();
        var next = App.Replace("\"7\"", "\"8\"", StringComparison.Ordinal);
        server.Then(
            Answers.Json(App), Stream($$"""{"result":{"type":"MODIFIED","application":{{next}}} }"""),
            Answers.Json(next), Stream($$"""{"result":{"type":"DELETED","application":{{next}}} }"""));

        List<string?> seen = [];
        await foreach (var now in api.WatchAsync(Name, Stop)) seen.Add(now?.Metadata.ResourceVersion);

        Assert.Equal(["7", "8", "8", null], seen);
        Assert.Contains("name=shop", server.Requests[1].Query, StringComparison.Ordinal);
        Assert.Contains("resourceVersion=7", server.Requests[1].Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(45, true)]
    [InlineData(150, false)]
    public async Task A_watch_survives_an_outage_of_less_than_two_minutes(int seconds, bool survives)
    {
        ManualTimeProvider clock = new();
        await OpenAsync(time: clock);
        var next = App.Replace("\"7\"", "\"8\"", StringComparison.Ordinal);
        var back = clock.GetUtcNow() + TimeSpan.FromSeconds(seconds);
        server.Then(Answers.Json(App), Answers.Text("", 503));
        server.Otherwise(http => (clock.GetUtcNow() < back ? Answers.Text("", 503) : Answers.Json(next))(http));

        await using var watch = api.WatchAsync(Name, Stop).GetAsyncEnumerator(Stop);
        Assert.True(await watch.MoveNextAsync());
        var moving = watch.MoveNextAsync().AsTask();
        while (!moving.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Delay(TimeSpan.FromMilliseconds(1), Stop);
        }

        if (!survives)
        {
            Assert.Equal(EstateErrorKind.Overloaded, (await Assert.ThrowsAsync<EstateException>(() => moving)).Kind);
            return;
        }

        Assert.True(await moving);
        Assert.Equal("8", watch.Current!.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_login_page_is_no_answer()
    {
        await OpenAsync();
        server.Otherwise(Answers.Text("<html>sign in</html>", 200, "text/html"));

        var error = await Assert.ThrowsAsync<EstateException>(() => api.GetAsync(Name, ArgoRefresh.None, Stop));

        Assert.Equal(EstateErrorKind.Server, error.Kind);
        Assert.Contains("not an Argo CD API", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("argo.example.com", "https://argo.example.com/")]
    [InlineData("argo.example.com:8443", "https://argo.example.com:8443/")]
    [InlineData("https://example.com/argocd", "https://example.com/argocd/")]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.1:8080/")]
    public void A_server_is_read_as_people_write_it(string text, string address) => Assert.Equal(address, ArgoServer.Parse(text).ToString());

    [Theory]
    [InlineData("http://argo.example.com")]
    [InlineData("https://me:secret@argo.example.com")]
    [InlineData("ftp://argo.example.com")]
    [InlineData("https://argo.example.com/?x=1")]
    [InlineData("")]
    public void A_server_that_would_leak_the_token_is_refused_without_repeating_it(string text) =>
        Assert.DoesNotContain("secret", Assert.Throws<FormatException>(() => ArgoServer.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_token_does_not_show_itself()
    {
        ArgoCdOptions options = new() { Server = new Uri("https://a"), Token = new ArgoToken("s3cret") };

        Assert.DoesNotContain("s3cret", options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", JsonSerializer.Serialize(options), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        api?.Dispose();
        if (server is not null) await server.DisposeAsync();
        Directory.Delete(home, recursive: true);
    }

    private async Task OpenAsync(string? project = null, TimeProvider? time = null)
    {
        server = await ApiServer.StartAsync(null, Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1);
        HostEnvironment host = new() { Variable = name => variables.GetValueOrDefault(name), HomeDirectory = home, Time = time ?? TimeProvider.System };
        api = new ArgoApi(new ArgoCdOptions { Server = server.Address, Project = project }, TimeSpan.FromSeconds(20), host);
    }

    private static RequestDelegate Stream(string line) => Answers.Watch([line]);
}
