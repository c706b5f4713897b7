using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Tests.Practice.ArgoCd;

public sealed class SyncTests
{
    [Fact]
    public async Task A_new_application_is_compared_and_not_deployed()
    {
        await using ArgoPractice argo = new();
        var commit = argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync();

        Assert.Equal(("OutOfSync", "Missing"), (argo.Sync, argo.Health));
        Assert.Equal(commit, (string?)argo.App["status"]!["sync"]!["revision"]);
        Assert.Equal("shop", (string?)argo.App["status"]!["sync"]!["comparedTo"]!["source"]!["path"]);
        Assert.Equal("""{"group":"apps","version":"v1","kind":"Deployment","namespace":"prod","name":"api","status":"OutOfSync"}""",
            argo.App["status"]!["resources"]![0]!.ToJsonString());
        Assert.Null(argo.Image);
    }

    [Fact]
    public async Task A_sync_deploys_records_the_history_and_clears_the_operation()
    {
        await using ArgoPractice argo = new();
        var commit = argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync();
        await argo.OperateAsync("{}");

        Assert.Equal(("Succeeded", "successfully synced (all tasks run)"), (argo.Phase, argo.Message));
        Assert.Null(argo.App["operation"]);
        Assert.Equal("shop/api:1", argo.Image);
        var result = argo.App["status"]!["operationState"]!["syncResult"]!;
        Assert.Equal(commit, (string?)result["revision"]);
        Assert.Equal(("Synced", "deployment.apps/api created"), ((string?)result["resources"]![0]!["status"], (string?)result["resources"]![0]!["message"]));
        Assert.Equal(("Synced", "Progressing"), (argo.Sync, argo.Health));
        Assert.Equal("shop:apps/Deployment:prod/api",
            (string?)argo.Cluster.Get(Resources.Deployments, "api").Read["metadata"]!["annotations"]!["argocd.argoproj.io/tracking-id"]);

        var entry = Assert.Single(argo.History);
        Assert.Equal((0, commit, "alice"), ((int)entry["id"]!, (string?)entry["revision"], (string?)entry["initiatedBy"]!["username"]));
        Assert.NotNull(entry["deployStartedAt"]);

        await argo.Cluster.RunUntilAsync(() => argo.Health == "Healthy");
        Assert.Equal("shop/api:1", (string?)argo.App["status"]!["summary"]!["images"]![0]);
    }

    [Fact]
    public async Task A_rollback_deploys_an_old_commit_and_leaves_the_application_out_of_sync()
    {
        await using ArgoPractice argo = new();
        var good = argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync();
        await argo.SyncAsync();
        var bad = argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:2"));
        await argo.SyncAsync();
        Assert.Equal("shop/api:2", argo.Image);

        await argo.OperateAsync($$$"""{"revision":"{{{good}}}","source":{{{argo.History[0]["source"]!.ToJsonString()}}},"syncStrategy":{"hook":{} } }""");
        await argo.Cluster.RunUntilAsync(() => argo.Health == "Healthy");

        Assert.Equal(("Succeeded", "shop/api:1", "OutOfSync"), (argo.Phase, argo.Image, argo.Sync));
        Assert.Equal(bad, (string?)argo.App["status"]!["sync"]!["revision"]);
        Assert.Equal([good, bad, good], argo.History.Select(entry => (string?)entry["revision"]));
        Assert.Equal([0, 1, 2], argo.History.Select(entry => (int)entry["id"]!));
    }

    [Fact]
    public async Task The_history_keeps_ten_entries_or_as_many_as_the_spec_says()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync();
        for (var i = 0; i < 12; i++) await argo.OperateAsync("{}");
        Assert.Equal(Enumerable.Range(2, 10), argo.History.Select(entry => (int)entry["id"]!));

        argo.Change(body => body["spec"]!["revisionHistoryLimit"] = 3);
        await argo.OperateAsync("{}");
        Assert.Equal([10, 11, 12], argo.History.Select(entry => (int)entry["id"]!));
    }

    [Fact]
    public async Task Neither_a_dry_run_nor_a_partial_sync_enters_the_history()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync();

        await argo.OperateAsync("""{"dryRun":true}""");
        Assert.Equal(("Succeeded", null), (argo.Phase, argo.Image));
        Assert.Equal("deployment.apps/api created (dry run)", (string?)argo.App["status"]!["operationState"]!["syncResult"]!["resources"]![0]!["message"]);

        await argo.OperateAsync("""{"resources":[{"group":"apps","kind":"Deployment","name":"api"}]}""");
        Assert.Equal(("Succeeded", "shop/api:1"), (argo.Phase, argo.Image));
        Assert.Empty(argo.History);
    }

    [Fact]
    public async Task A_state_that_still_says_Running_is_gone_on_with_and_the_new_operation_is_lost()
    {
        await using ArgoPractice argo = new();
        var good = argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync();
        await argo.SyncAsync();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:2"));
        argo.Change(body => body["status"]!["operationState"]!["phase"] = "Running");
        argo.Change(body => body["status"]!["operationState"]!.AsObject().Remove("finishedAt"));

        await argo.OperateAsync("""{"revision":"main"}""", clearState: false);

        // It resumed the sync of the first commit, found nothing left to do and threw away what was asked for.
        Assert.Equal(("Succeeded", "shop/api:1"), (argo.Phase, argo.Image));
        Assert.Null(argo.App["operation"]);
        Assert.Equal(good, (string?)argo.App["status"]!["operationState"]!["syncResult"]!["revision"]);
    }

    [Fact]
    public async Task Pruning_is_skipped_unless_asked_for()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1", "---\nkind: ConfigMap\napiVersion: v1\nmetadata: { name: extra }\ndata: { a: b }"));
        await argo.StartAsync();
        await argo.SyncAsync();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));

        await argo.OperateAsync("{}");
        var skipped = argo.App["status"]!["operationState"]!["syncResult"]!["resources"]!.AsArray().Single(one => (string?)one!["kind"] == "ConfigMap");
        Assert.Equal(("PruneSkipped", "ignored (requires pruning)"), ((string?)skipped!["status"], (string?)skipped["message"]));
        Assert.Equal("OutOfSync", argo.Sync);
        Assert.Contains(argo.App["status"]!["resources"]!.AsArray(), one => (bool?)one!["requiresPruning"] == true);

        await argo.OperateAsync("""{"prune":true}""");
        Assert.Null(argo.Cluster.Store.Find(Resources.ConfigMaps, "prod", "extra"));
        Assert.Equal("Synced", argo.Sync);
    }

    [Fact]
    public async Task What_the_api_refuses_fails_the_sync_before_anything_is_changed()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync();
        await argo.SyncAsync();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:2", "---\nkind: ConfigMap\napiVersion: v1\nmetadata: { name: Bad_Name }"));

        await argo.OperateAsync("{}");

        Assert.Equal(("Failed", "one or more objects failed to apply (dry run)", "shop/api:1"), (argo.Phase, argo.Message, argo.Image));
        Assert.Single(argo.History);
        var failure = argo.App["status"]!["operationState"]!["syncResult"]!["resources"]!.AsArray().Single();
        Assert.Equal("SyncFailed", (string?)failure!["status"]);
        Assert.Contains("a lowercase RFC 1123 subdomain", (string?)failure["message"]);
    }

    [Fact]
    public async Task A_failed_operation_waits_and_is_retried_while_its_phase_stays_Running()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1", "---\nkind: ConfigMap\napiVersion: v1\nmetadata: { name: Bad_Name }"));
        await argo.StartAsync();

        await argo.OperateAsync("{}", ""","retry":{"limit":2,"backoff":{"duration":"10s"}}""");
        Assert.Equal("Running", argo.Phase);
        Assert.NotNull(argo.App["status"]!["operationState"]!["finishedAt"]);
        Assert.StartsWith("one or more objects failed to apply (dry run). Retrying attempt #1 at ", argo.Message);

        await argo.Cluster.RunUntilAsync(() => argo.Phase == "Failed", within: 60);
        Assert.Equal("one or more objects failed to apply (dry run) (retried 2 times).", argo.Message);
        Assert.Equal(2, (int)argo.App["status"]!["operationState"]!["retryCount"]!);
    }

    [Fact]
    public async Task With_git_down_the_application_is_unknown_and_a_sync_ends_in_Error()
    {
        await using ArgoPractice argo = new();
        var commit = argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync();
        await argo.SyncAsync();
        argo.Git.Down = "rpc error: code = Unknown desc = connection refused";
        const string message = "Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = connection refused";

        // For a while nothing is said; then it is.
        await argo.Cluster.RunAsync(240);
        Assert.Equal("Synced", argo.Sync);
        await argo.Cluster.RunAsync(240);
        Assert.Equal(("Unknown", "Healthy"), (argo.Sync, argo.Health));
        var condition = Assert.Single(argo.App["status"]!["conditions"]!.AsArray());
        Assert.Equal(("ComparisonError", message), ((string?)condition!["type"], (string?)condition["message"]));

        await argo.OperateAsync($$"""{"revision":"{{commit}}"}""");
        Assert.Equal(("Error", "ComparisonError: " + message), (argo.Phase, argo.Message));

        argo.Git.Down = null;
        await argo.Cluster.RunAsync(180);
        Assert.Equal("Synced", argo.Sync);
        Assert.Null(argo.App["status"]!["conditions"]);
    }

    [Fact]
    public async Task What_a_manifest_no_longer_says_is_taken_away_and_what_others_added_stays()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1").Replace(
            "- { name: app, image: \"shop/api:1\" }", "- { name: app, image: \"shop/api:1\", env: [{ name: A, value: a }, { name: B, value: b }] }\n      - { name: side, image: \"shop/side:1\" }"));
        await argo.StartAsync();
        await argo.SyncAsync();
        argo.Cluster.Change(Resources.Deployments, "api", body => body["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]!.AsArray()
            .Add(JsonNode.Parse("""{"name":"INJECTED","value":"x"}""")));

        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:2").Replace(
            "- { name: app, image: \"shop/api:2\" }", "- { name: app, image: \"shop/api:2\", env: [{ name: B, value: b2 }] }"));
        await argo.SyncAsync();

        var containers = argo.Cluster.Get(Resources.Deployments, "api").Read["spec"]!["template"]!["spec"]!["containers"]!.AsArray();
        Assert.Equal(["app"], containers.Select(container => (string?)container!["name"]));
        Assert.Equal(["B=b2", "INJECTED=x"], containers[0]!["env"]!.AsArray().Select(one => $"{one!["name"]}={one["value"]}"));
        Assert.Equal("Synced", argo.Sync);
    }

    [Fact]
    public async Task Asked_to_look_it_says_at_once_that_git_is_down()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync();
        argo.Git.Down = "connection refused";
        argo.Change(body => body["metadata"]!["annotations"]!["argocd.argoproj.io/refresh"] = "normal");
        await argo.Cluster.SettleAsync();
        Assert.Equal("Unknown", argo.Sync);
        Assert.Null(argo.App["metadata"]!["annotations"]!["argocd.argoproj.io/refresh"]);
    }

    [Fact]
    public async Task Several_sources_make_one_application_and_their_revisions_stay_in_order()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("config", "kind: ConfigMap\napiVersion: v1\nmetadata: { name: settings }");
        var commit = argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        var old = argo.Git.Commit("config", "kind: ConfigMap\napiVersion: v1\nmetadata: { name: settings }\ndata: { v: old }", "release");
        await argo.StartAsync();
        argo.Change(body =>
        {
            body["spec"]!.AsObject().Remove("source");
            body["spec"]!["sources"] = JsonNode.Parse($$"""
                [{"repoURL":"{{FakeRepository.Url}}","path":"shop","targetRevision":"main"},{"repoURL":"{{FakeRepository.Url}}","path":"config","targetRevision":"release"}]
                """);
        });
        await argo.SyncAsync();

        var entry = Assert.Single(argo.History);
        Assert.Equal([commit, old], entry["revisions"]!.AsArray().Select(revision => (string?)revision));
        Assert.Equal(2, entry["sources"]!.AsArray().Count);
        Assert.Equal((null, "Synced"), ((string?)entry["revision"], argo.Sync));
        Assert.Equal("old", (string?)argo.Cluster.Get(Resources.ConfigMaps, "settings").Read["data"]!["v"]);
    }

    [Fact]
    public async Task Sync_options_found_a_namespace_and_leave_ignored_fields_as_they_are()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync();
        argo.Change(body =>
        {
            body["spec"]!["destination"]!["namespace"] = "fresh";
            body["spec"]!["ignoreDifferences"] = JsonNode.Parse("""[{"group":"apps","kind":"Deployment","jsonPointers":["/spec/replicas"]}]""");
        });
        await argo.OperateAsync("{}");
        Assert.Equal("Failed", argo.Phase);
        await argo.OperateAsync("""{"syncOptions":["CreateNamespace=true","RespectIgnoreDifferences=true"]}""");
        Assert.Equal("Succeeded", argo.Phase);

        argo.Cluster.Store.Update(Resources.Deployments, "fresh", "api", body => (body["spec"]!["replicas"] = 5) is not null);
        await argo.Cluster.SettleAsync();
        Assert.Equal("Synced", argo.Sync);
        await argo.OperateAsync("""{"syncOptions":["RespectIgnoreDifferences=true"]}""");
        Assert.Equal(5, (int)argo.Cluster.Store.Find(Resources.Deployments, "fresh", "api")!.Read["spec"]!["replicas"]!);
        await argo.OperateAsync("{}");
        Assert.Equal(2, (int)argo.Cluster.Store.Find(Resources.Deployments, "fresh", "api")!.Read["spec"]!["replicas"]!);
    }

    [Fact]
    public async Task An_application_of_no_known_project_is_invalid_and_cannot_be_synced()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync();
        argo.Change(body => body["spec"]!["project"] = "nowhere");
        argo.Change(body => body["metadata"]!["annotations"]!["argocd.argoproj.io/refresh"] = "normal");
        await argo.OperateAsync("{}");

        Assert.Equal(("Error", "Unknown", "Unknown"), (argo.Phase, argo.Sync, argo.Health));
        Assert.StartsWith("Failed to load application project: ", argo.Message);
        Assert.Equal("Application referencing project nowhere which does not exist", (string?)argo.App["status"]!["conditions"]![0]!["message"]);
    }

    [Fact]
    public async Task A_kind_the_cluster_does_not_serve_is_missing_and_fails_the_sync()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", "kind: Widget\napiVersion: example.com/v1\nmetadata: { name: w }");
        await argo.StartAsync();
        Assert.Equal("OutOfSync", argo.Sync);
        await argo.OperateAsync("{}");
        Assert.Equal("Failed", argo.Phase);
        Assert.StartsWith("one or more synchronization tasks are not valid: The Kubernetes API could not find example.com/Widget", argo.Message);
    }

    [Fact]
    public async Task Drift_shows_at_once_and_fields_nobody_manages_do_not_count()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync();
        await argo.SyncAsync();

        argo.Cluster.Change(Resources.Deployments, "api", body => body["metadata"]!["annotations"]!["note"] = "by hand");
        argo.Cluster.Change(Resources.Deployments, "api", body => body["spec"]!["template"]!["metadata"]!["annotations"] = new JsonObject { ["restartedAt"] = "now" });
        argo.Cluster.Change(Resources.Deployments, "api", body => body["spec"]!["strategy"]!["rollingUpdate"]!["maxSurge"] = "50%");
        await argo.Cluster.SettleAsync();
        Assert.Equal("Synced", argo.Sync);

        argo.Cluster.SetImage(Resources.Deployments, "api", "shop/api:9");
        await argo.Cluster.SettleAsync();
        Assert.Equal("OutOfSync", argo.Sync);
    }

    [Fact]
    public async Task A_refresh_annotation_asks_the_repository_and_goes_away()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync();
        await argo.SyncAsync();
        var commit = argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:2"));
        await argo.Cluster.SettleAsync();
        Assert.Equal("Synced", argo.Sync);

        argo.Change(body => body["metadata"]!["annotations"]!["argocd.argoproj.io/refresh"] = "normal");
        await argo.Cluster.SettleAsync();

        Assert.Equal(("OutOfSync", commit), (argo.Sync, (string?)argo.App["status"]!["sync"]!["revision"]));
        Assert.Null(argo.App["metadata"]!["annotations"]!["argocd.argoproj.io/refresh"]);
        var renders = argo.Git.Renders;
        argo.Change(body => body["metadata"]!["annotations"]!["argocd.argoproj.io/refresh"] = "hard");
        await argo.Cluster.SettleAsync();
        Assert.Equal(renders + 1, argo.Git.Renders);
    }

    [Fact]
    public async Task Skip_reconcile_stops_everything_and_so_does_a_controller_that_is_down()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync();
        argo.Change(body => body["metadata"]!["annotations"]!["argocd.argoproj.io/skip-reconcile"] = "true");
        await argo.OperateAsync("{}");
        await argo.Cluster.RunAsync(600);
        Assert.Equal((null, null), (argo.Phase, argo.Image));

        argo.Argo.ControllerDown = true;
        argo.Change(body => body["metadata"]!["annotations"]!.AsObject().Remove("argocd.argoproj.io/skip-reconcile"));
        await argo.Cluster.RunAsync(600);
        Assert.Equal((null, null), (argo.Phase, argo.Image));

        argo.Argo.ControllerDown = false;
        await argo.Cluster.SettleAsync();
        Assert.Equal(("Succeeded", "shop/api:1"), (argo.Phase, argo.Image));
    }

    [Fact]
    public async Task A_crashing_release_degrades_the_application_though_its_sync_succeeded()
    {
        await using ArgoPractice argo = new();
        argo.Cluster.Images.Push("shop/api", "1");
        argo.Cluster.Images.Push("shop/api", "2", new ImageBehaviour.CrashLoop());
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync();
        await argo.SyncAsync();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:2"));
        await argo.OperateAsync("{}");
        Assert.Equal("Succeeded", argo.Phase);
        await argo.Cluster.RunUntilAsync(() => argo.Health == "Degraded", within: 900);
        Assert.Equal(["shop/api:1", "shop/api:2"], argo.App["status"]!["summary"]!["images"]!.AsArray().Select(image => (string?)image));
    }
}
