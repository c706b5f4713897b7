using System.Net;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Server;

namespace RollbackTools.Tests.Practice.ArgoCd.Server;

public sealed class AccessTests(ArgoSession argo) : IClassFixture<ArgoSession>
{
    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("text/plain")]
    [InlineData("")]
    public async Task Every_write_must_say_exactly_that_it_is_json(string contentType)
    {
        foreach (var (method, path) in new[] { (HttpMethod.Post, "/api/v1/session"), (HttpMethod.Delete, "/api/v1/applications/x/operation") })
        {
            var reply = await argo.SendAsync(method, path, contentType: contentType, token: null);
            Assert.Equal((HttpStatusCode.UnsupportedMediaType, "Invalid content type\n"), (reply.Code, reply.Text));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await argo.SendAsync(HttpMethod.Post, "/api/v1/session", "{}", "Application/JSON", token: null)).Code);
    }

    [Fact]
    public async Task Without_a_valid_session_nothing_is_told_but_the_version()
    {
        const string path = "/api/v1/applications";
        Assert.Equal((401, 16, "no session information"), (await argo.SendAsync(HttpMethod.Get, path, token: null)).Refusal);
        Assert.Equal((401, 16, "no session information"), (await argo.SendAsync(HttpMethod.Get, path, token: "not-a-token")).Refusal);
        var forged = argo.Accounts.Admin.Token[..^4] + "AAAA";
        Assert.Equal((401, 16, "invalid session: token signature is invalid: signature is invalid"), (await argo.SendAsync(HttpMethod.Get, path, token: forged)).Refusal);
        Assert.Equal("v3.1.8", (string?)(await argo.SendAsync(HttpMethod.Get, "/api/version", token: null)).Json["Version"]);
    }

    [Fact]
    public async Task Logging_in_takes_the_password_and_gives_a_token()
    {
        static string Body(string name, string password) => new JsonObject { ["username"] = name, ["password"] = password }.ToJsonString();
        Assert.Equal((401, 16, "Invalid username or password"), (await argo.SendAsync(HttpMethod.Post, "/api/v1/session", Body("admin", "guess"), token: null)).Refusal);

        var reply = await argo.SendAsync(HttpMethod.Post, "/api/v1/session", Body("viewer", argo.Accounts.Viewer.Password), token: null);
        var token = (string?)reply.Json["token"];
        Assert.Equal("viewer", (string?)(await argo.SendAsync(HttpMethod.Get, "/api/v1/session/userinfo", token: token)).Json["username"]);
    }

    [Fact]
    public void An_expired_token_is_refused()
    {
        Support.ManualTimeProvider clock = new();
        SessionTokens tokens = new(clock);
        var token = tokens.Issue("admin", TimeSpan.FromHours(1));
        Assert.Equal("admin", (string?)tokens.Verify(token)["sub"]);
        clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal("invalid session: token has invalid claims: token is expired", Assert.Throws<ArgoRefusal>(() => tokens.Verify(token)).Message);
    }

    [Fact]
    public async Task Whether_an_application_exists_is_told_only_to_who_names_its_project()
    {
        var app = await argo.ApplicationAsync(deployed: false);
        Assert.Equal((403, 7, "permission denied"), (await argo.SendAsync(HttpMethod.Get, "/api/v1/applications/none")).Refusal);
        Assert.Equal((404, 5, "applications.argoproj.io \"none\" not found"), (await argo.SendAsync(HttpMethod.Get, "/api/v1/applications/none?project=default")).Refusal);
        Assert.Equal((404, 5, $"applications.argoproj.io \"{app.Name}\" not found"), (await app.GetAsync("?project=other")).Refusal);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("?project=default")).Code);
        Assert.Equal((404, 5, $"applications.argoproj.io \"{app.Name}\" not found"), (await app.PostAsync("rollback", """{"id":0,"project":"other"}""")).Refusal);
    }

    [Fact]
    public async Task A_viewer_looks_and_a_deployer_syncs_and_neither_changes_an_application()
    {
        var app = await argo.ApplicationAsync(deployed: false);
        var (viewer, deployer) = (argo.Accounts.Viewer.Token, argo.Accounts.Deployer.Token);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync(token: viewer)).Code);
        Assert.Equal((403, 7, "permission denied"), (await app.PostAsync("rollback", """{"id":0}""", viewer)).Refusal);
        Assert.StartsWith($"permission denied: applications, sync, default/{app.Name}, sub: viewer, iat: ", (await app.PostAsync("sync", "{}", viewer)).Refusal.Message);
        Assert.StartsWith($"permission denied: applications, update, default/{app.Name}, sub: deployer, iat: ",
            (await app.PatchAsync("""{"metadata":{"labels":{"a":"b"}}}""", "merge", deployer)).Refusal.Message);

        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("sync", "{}", deployer)).Code);
        await app.UntilAsync(json => (string?)json["status"]?["operationState"]?["phase"] == "Succeeded");
        Assert.Equal("deployer", (string?)app.Json["status"]!["history"]![0]!["initiatedBy"]!["username"]);
    }
}
