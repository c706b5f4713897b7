using System.Net;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Faults;

namespace RollbackTools.Tests.Practice.ArgoCd.Server;

public sealed class ApplicationTests(ArgoSession argo) : IClassFixture<ArgoSession>
{
    private const string Secret = "---\napiVersion: v1\nkind: Secret\nmetadata: { name: key }\nstringData: { password: hunter2 }";

    [Fact]
    public async Task Get_shows_every_resources_health_which_the_object_itself_does_not_hold()
    {
        var app = await argo.ApplicationAsync();
        Assert.Null(app.Json["status"]!["resources"]![0]!["health"]);
        Assert.Equal("Healthy", (string?)(await app.GetAsync()).Json["status"]!["resources"]![0]!["health"]!["status"]);
        var list = (await argo.SendAsync(HttpMethod.Get, "/api/v1/applications?name=" + app.Name)).Json;
        Assert.Equal(app.Name, (string?)list["items"]!.AsArray().Single()!["metadata"]!["name"]);
    }

    [Fact]
    public async Task Get_with_refresh_answers_once_the_application_has_been_compared_anew()
    {
        var app = await argo.ApplicationAsync();
        var commit = app.Commit("shop/api:2");
        var reply = await app.GetAsync("?refresh=normal");
        Assert.Equal(("OutOfSync", commit), ((string?)reply.Json["status"]!["sync"]!["status"], (string?)reply.Json["status"]!["sync"]!["revision"]));
        Assert.Null(reply.Json["metadata"]!["annotations"]?["argocd.argoproj.io/refresh"]);
    }

    [Fact]
    public async Task A_patch_touches_spec_labels_annotations_and_finalizers_only()
    {
        var app = await argo.ApplicationAsync();
        var before = app.Json["status"]!["sync"]!.ToJsonString();
        var reply = await app.PatchAsync(
            """{"metadata":{"labels":{"team":"a"},"name":"other"},"spec":{"revisionHistoryLimit":5},"operation":{"sync":{}},"status":{"sync":{"status":"Unknown"}}}""", "merge");
        Assert.Equal(HttpStatusCode.OK, reply.Code);
        Assert.Equal(("a", 5), ((string?)app.Json["metadata"]!["labels"]!["team"], (int?)app.Json["spec"]!["revisionHistoryLimit"]));
        Assert.Equal(before, app.Json["status"]!["sync"]!.ToJsonString());
        Assert.Null(app.Json["operation"]);

        Assert.Equal(HttpStatusCode.OK, (await app.PatchAsync("""[{"op":"replace","path":"/spec/revisionHistoryLimit","value":6}]""", null)).Code);
        Assert.Equal(6, (int?)app.Json["spec"]!["revisionHistoryLimit"]);
        Assert.Equal((400, 3, "Patch type 'strategic' is not supported"), (await app.PatchAsync("{}", "strategic")).Refusal);
        Assert.StartsWith("error applying patch: ", (await app.PatchAsync("""[{"op":"test","path":"/spec/project","value":"x"}]""", "json")).Refusal.Message);
    }

    [Fact]
    public async Task A_spec_is_put_whole()
    {
        var app = await argo.ApplicationAsync();
        var spec = app.Json["spec"]!.DeepClone();
        spec["syncPolicy"] = JsonNode.Parse("""{"automated":{"enabled":false}}""");
        var reply = await argo.SendAsync(HttpMethod.Put, app.Path + "/spec?validate=false", spec.ToJsonString());
        Assert.Equal((HttpStatusCode.OK, false), (reply.Code, (bool?)reply.Json["syncPolicy"]!["automated"]!["enabled"]));
        Assert.True(JsonNode.DeepEquals(reply.Json, app.Json["spec"]));

        spec["project"] = "nowhere";
        Assert.Equal((400, 3, "application references project nowhere which does not exist"),
            (await argo.SendAsync(HttpMethod.Put, app.Path + "/spec", spec.ToJsonString())).Refusal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_begins_with_what_is_and_goes_on_with_what_changes(bool events)
    {
        var app = await argo.ApplicationAsync(deployed: false);
        using var client = argo.Client(argo.Accounts.Viewer.Token);
        if (events) client.DefaultRequestHeaders.Add("Accept", "text/event-stream");
        using var response = await client.GetAsync($"/api/v1/stream/applications?name={app.Name}", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(events ? "text/event-stream" : "application/json", response.Content.Headers.ContentType!.MediaType);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

        Assert.Equal("ADDED", (string?)(await NextAsync())["type"]);
        app.Change(body => body["metadata"]!["labels"] = new JsonObject { ["seen"] = "yes" });
        JsonObject next;
        do next = await NextAsync();
        while ((string?)next["application"]!["metadata"]!["labels"]?["seen"] is null);
        Assert.Equal(("MODIFIED", app.Name), ((string?)next["type"], (string?)next["application"]!["metadata"]!["name"]));

        async Task<JsonObject> NextAsync()
        {
            string? line;
            do line = await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            while (line is "");
            Assert.NotNull(line);
            if (events) Assert.StartsWith("data: ", line);
            return JsonNode.Parse(events ? line[6..] : line)!["result"]!.AsObject();
        }
    }

    [Fact]
    public async Task Commits_manifests_managed_resources_and_the_tree_can_be_asked_for_and_secrets_stay_secret()
    {
        var app = await argo.ApplicationAsync();
        var old = (string)app.Json["status"]!["history"]![0]!["revision"]!;
        app.Commit("shop/api:2", Secret);

        var commit = (await app.GetAsync($"/revisions/{old}/metadata")).Json;
        Assert.Equal(("Ada <ada@example.com>", "2026-01-02T03:04:05Z"), ((string?)commit["author"], (string?)commit["date"]));
        var manifests = (await app.GetAsync($"/manifests?revision={old}")).Json;
        Assert.Contains("shop/api:1", (string?)manifests["manifests"]!.AsArray().Single());
        Assert.Equal(old, (string?)manifests["revision"]);

        await app.GetAsync("?refresh=hard");
        var managed = (await app.GetAsync("/managed-resources")).Text;
        Assert.Contains("++++++++", managed);
        Assert.DoesNotContain("hunter2", managed);
        var deployment = JsonNode.Parse(managed)!["items"]!.AsArray().Single(one => (string?)one!["kind"] == "Deployment")!;
        Assert.Contains("shop/api:2", (string?)deployment["targetState"]);
        Assert.Contains("shop/api:1", (string?)deployment["liveState"]);
        Assert.Contains("shop/api:2", (string?)deployment["predictedLiveState"]);

        var kinds = (await app.GetAsync("/resource-tree")).Json["nodes"]!.AsArray().Select(node => (string?)node!["kind"]).ToList();
        Assert.Contains("Pod", kinds);
        Assert.Contains("ReplicaSet", kinds);
    }

    [Fact]
    public async Task Faults_strike_by_verb_in_the_gateways_words()
    {
        var app = await argo.ApplicationAsync(deployed: false);
        var faults = argo.Argo.Options.Faults;
        faults.Add(new FaultRule { Kind = FaultKind.Unavailable, Verb = "sync", Resource = "applications", Name = app.Name, Times = 1 });
        faults.Add(new FaultRule { Kind = FaultKind.Reset, Verb = "rollback", Resource = "applications", Name = app.Name, Times = 1 });
        faults.Add(new FaultRule { Kind = FaultKind.ResetAfter, Verb = "patch", Resource = "applications", Name = app.Name, Times = 1 });

        Assert.Equal((503, 14, "the server is currently unable to handle the request"), (await app.PostAsync("sync", "{}")).Refusal);
        await Assert.ThrowsAsync<HttpRequestException>(() => app.PostAsync("rollback", """{"id":0}"""));
        await Assert.ThrowsAsync<HttpRequestException>(() => app.PatchAsync("""{"metadata":{"labels":{"done":"yes"}}}""", "merge"));
        Assert.Equal("yes", (string?)app.Json["metadata"]!["labels"]!["done"]);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("sync", "{}")).Code);
    }
}
