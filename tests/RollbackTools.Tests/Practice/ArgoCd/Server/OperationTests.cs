using System.Net;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;

namespace RollbackTools.Tests.Practice.ArgoCd.Server;

public sealed class OperationTests(ArgoSession argo) : IClassFixture<ArgoSession>
{
    [Fact]
    public async Task A_rollback_is_a_plain_apply_of_a_history_entry_with_todays_sync_options()
    {
        var app = await argo.ApplicationAsync("{ syncOptions: [ApplyOutOfSyncOnly=true] }");
        app.Commit("shop/api:2");
        await app.PostAsync("sync", "{}");
        await app.UntilAsync(_ => app.Image == "shop/api:2" && app.Json["operation"] is null);
        var first = app.Json["status"]!["history"]![0]!;

        argo.Argo.ControllerDown = true;
        var reply = await app.PostAsync("rollback", """{"id":"0","prune":true}""");
        argo.Argo.ControllerDown = false;

        Assert.Equal(HttpStatusCode.OK, reply.Code);
        var operation = reply.Json["operation"]!;
        Assert.Equal("""{"username":"admin"}""", operation["initiatedBy"]!.ToJsonString());
        Assert.Equal("""{"apply":{}}""", operation["sync"]!["syncStrategy"]!.ToJsonString());
        Assert.Equal("""["ApplyOutOfSyncOnly=true"]""", operation["sync"]!["syncOptions"]!.ToJsonString());
        Assert.Equal((first["revision"]!.ToString(), true), (operation["sync"]!["revision"]!.ToString(), (bool?)operation["sync"]!["prune"]));
        Assert.True(JsonNode.DeepEquals(first["source"], operation["sync"]!["source"]));
        Assert.Null(reply.Json["status"]!["operationState"]);
        Assert.Null(reply.Json["kind"]);

        await app.UntilAsync(json => (string?)json["status"]?["operationState"]?["phase"] == "Succeeded");
        Assert.Equal("shop/api:1", app.Image);
    }

    [Fact]
    public async Task A_rollback_is_refused_while_auto_sync_is_on_and_for_an_id_there_is_none_of()
    {
        var app = await argo.ApplicationAsync();
        Assert.Equal((400, 3, $"application {app.Name} does not have deployment with id 7"), (await app.PostAsync("rollback", """{"id":7}""")).Refusal);
        app.Change(body => body["spec"]!["syncPolicy"] = JsonNode.Parse("""{"automated":{}}"""));
        Assert.Equal((400, 9, "rollback cannot be initiated when auto-sync is enabled"), (await app.PostAsync("rollback", """{"id":0}""")).Refusal);
        app.Change(body => body["spec"]!["syncPolicy"]!["automated"]!["enabled"] = false);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("rollback", """{"id":0}""")).Code);
    }

    [Fact]
    public async Task One_operation_at_a_time_and_a_running_one_can_be_terminated()
    {
        var app = await argo.ApplicationAsync();
        var delete = () => argo.SendAsync(HttpMethod.Delete, app.Path + "/operation");
        Assert.Equal((400, 3, "Unable to terminate operation. No operation is in progress"), (await delete()).Refusal);
        app.Commit("shop/api:2", """
            ---
            apiVersion: batch/v1
            kind: Job
            metadata: { name: hold, annotations: { argocd.argoproj.io/hook: PreSync } }
            spec: { suspend: true, template: { spec: { restartPolicy: Never, containers: [{ name: app, image: "shop/hold:1" }] } } }
            """);
        await app.PostAsync("sync", "{}");
        await app.UntilAsync(json => ((string?)json["status"]?["operationState"]?["message"])?.StartsWith("waiting for completion of hook") == true);

        var (http, code, message) = (await app.PostAsync("sync", "{}")).Refusal;
        Assert.Equal((400, 9), (http, code));
        Assert.EndsWith("another operation is already in progress", message);
        Assert.EndsWith("another operation is already in progress", (await app.PostAsync("rollback", """{"id":0}""")).Refusal.Message);

        Assert.Equal((HttpStatusCode.OK, "{}"), ((await delete()) is var reply ? (reply.Code, reply.Text) : default));
        await app.UntilAsync(json => json["operation"] is null);
        Assert.Equal(("Failed", "shop/api:1"), ((string?)app.Json["status"]!["operationState"]!["phase"], app.Image));
    }

    [Fact]
    public async Task A_sync_goes_to_the_commit_its_branch_is_at_and_takes_what_the_body_says()
    {
        var app = await argo.ApplicationAsync();
        var commit = app.Commit("shop/api:2");
        argo.Argo.ControllerDown = true;
        var reply = await app.PostAsync("sync",
            """{"dryRun":true,"strategy":{"hook":{}},"infos":[{"name":"Reason","value":"INC-1"}],"retryStrategy":{"limit":3},"syncOptions":{"items":["PruneLast=true"]}}""");
        argo.Argo.ControllerDown = false;

        var operation = reply.Json["operation"]!;
        Assert.Equal(commit, (string?)operation["sync"]!["revision"]);
        Assert.Equal(("""{"hook":{}}""", """["PruneLast=true"]"""), (operation["sync"]!["syncStrategy"]!.ToJsonString(), operation["sync"]!["syncOptions"]!.ToJsonString()));
        Assert.Equal(("INC-1", 3), ((string?)operation["info"]![0]!["value"], (int)operation["retry"]!["limit"]!));
        await app.UntilAsync(json => (string?)json["status"]?["operationState"]?["phase"] == "Succeeded");
        Assert.Equal("shop/api:1", app.Image);
    }

    [Fact]
    public async Task With_auto_sync_on_no_other_revision_may_be_synced_to()
    {
        var app = await argo.ApplicationAsync("{ automated: {} }", deployed: false);
        await app.UntilAsync(json => json["operation"] is null && app.Image is not null);
        Assert.Equal((400, 9, "Cannot sync to v1: auto-sync currently set to main"), (await app.PostAsync("sync", """{"revision":"v1"}""")).Refusal);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("sync", """{"revision":"main"}""")).Code);
    }

    [Fact]
    public async Task A_revision_that_is_none_is_refused()
    {
        var app = await argo.ApplicationAsync(deployed: false);
        Assert.Equal((400, 9, "error resolving repo revision: unable to resolve 'v9' to a commit SHA"), (await app.PostAsync("sync", """{"revision":"v9"}""")).Refusal);
    }

    [Fact]
    public async Task A_sync_window_stops_a_sync_and_not_a_rollback()
    {
        var app = await argo.ApplicationAsync();
        argo.Cluster.Operator.Apply($$"""
            apiVersion: argoproj.io/v1alpha1
            kind: AppProject
            metadata: { name: closed-{{app.Name}}, namespace: argocd }
            spec: { syncWindows: [{ kind: deny, schedule: "* * * * *", duration: 1h, namespaces: ["prod"] }, { kind: allow, schedule: "0 0 1 1 *", duration: 1h, clusters: ["none"] }] }
            """);
        app.Change(body => body["spec"]!["project"] = "closed-" + app.Name);

        Assert.Equal((403, 7, "cannot sync: blocked by sync window"), (await app.PostAsync("sync", "{}")).Refusal);
        var windows = (await app.GetAsync("/syncwindows")).Json;
        Assert.Equal("""{"activeWindows":[{"kind":"deny","schedule":"* * * * *","duration":"1h","manualSync":false}],"assignedWindows":[{"kind":"deny","schedule":"* * * * *","duration":"1h","manualSync":false}],"canSync":false}""", windows.ToJsonString());

        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("rollback", """{"id":0}""")).Code);
        await app.UntilAsync(json => (string?)json["status"]?["operationState"]?["message"] == "Sync operation blocked by sync window");
    }
}
