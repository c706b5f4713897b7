using System.Text.Json.Nodes;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>Argo Rollouts come back, whole and by themselves.</summary>
public sealed class UndoRolloutTests(RolloutCluster shared)
{
    [Fact]
    public async Task Out_of_an_unfinished_canary_the_stable_version_comes_back_at_once_and_is_what_is_asked_for()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();

        var result = await shop.DoAsync("Undo-ArgoRollout catalog -Reason INC-1");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/catalog:2.0-errors", "shop/catalog:1.0"), (result.Outcome, result.From, result.To));
        Assert.Equal((1, "shop/catalog:1.0"), (result.ToRevision, shop.Image));
        Assert.Equal(("Healthy", true), (shop.Phase, shop.Stable == shop.Current));
        await shop.Production.UntilAsync(() => shop.Running.SequenceEqual(["shop/catalog:1.0"]));
        Assert.Null(shop.Rollout["status"]!["abort"]);
        Assert.Contains("INC-1", shop.Production.Annotation("catalog", "kubernetes.io/change-cause", shop.Kind), StringComparison.Ordinal);
        Assert.Collection(result.Steps,
            step => Assert.Contains("rollouts/catalog/status", step, StringComparison.Ordinal),
            step => Assert.Contains("image shop/catalog:2.0-errors → shop/catalog:1.0", step, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Asked_twice_it_says_already_there()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();
        await shop.DoAsync("Undo-ArgoRollout catalog");

        var again = await shop.DoAsync("Undo-ArgoRollout catalog");

        Assert.Equal((RollbackOutcome.AlreadyThere, "shop/catalog:1.0"), (again.Outcome, shop.Image));
    }

    [Fact]
    public async Task A_release_that_only_took_something_out_is_taken_back_too()
    {
        const string whole = ", env: [{ name: A, value: a }, { name: B, value: b }], livenessProbe: { httpGet: { port: 80 } }";
        await using var shop = await shared.OpenAsync();
        await shop.DeployAsync(shop.Manifest("1.0", container: whole, labels: ", tier: web", template: "volumes: [{ name: v, emptyDir: {} }],"));
        shop.Age(TimeSpan.FromDays(2));
        await shop.ShipAsync(shop.Manifest("1.0", container: ", env: [{ name: A, value: a }]"), () => shop.Phase == "Paused");

        var result = await shop.DoAsync("Undo-ArgoRollout catalog");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        var template = shop.Rollout["spec"]!["template"]!;
        var container = template["spec"]!["containers"]![0]!;
        Assert.Equal(["A", "B"], container["env"]!.AsArray().Select(one => (string)one!["name"]!));
        Assert.Equal(80, (int)container["livenessProbe"]!["httpGet"]!["port"]!);
        Assert.Equal("web", (string?)template["metadata"]!["labels"]!["tier"]);
        Assert.Equal("v", (string?)template["spec"]!["volumes"]![0]!["name"]);
        Assert.True(shop.Stable == shop.Current);
    }

    [Fact]
    public async Task What_the_controller_wrote_into_its_ReplicaSets_stays_out_of_the_manifest()
    {
        const string strategy = "canary: { canaryMetadata: { labels: { role: canary } }, stableMetadata: { labels: { role: stable }, annotations: { who: stable } }, " +
            "antiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: { weight: 50 } }, steps: [{ setWeight: 25 }, { pause: {} }] }";
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync(strategy: strategy);
        await shop.CompletedFromHereAsync();

        await shop.DoAsync("Undo-ArgoRollout catalog -FastTrack -Confirm:$false");

        // The controller itself writes the empty resources into the Rollout.
        Assert.Equal("""{"metadata":{"labels":{"app":"catalog"}},"spec":{"containers":[{"image":"shop/catalog:1.0","name":"app","resources":{}}]}}""",
            Sorted(shop.Rollout["spec"]!["template"]!)!.ToJsonString());
        Assert.Equal(("Healthy", true), (shop.Phase, shop.Stable == shop.Current));
    }

    [Fact]
    public async Task After_a_complete_rollout_the_way_back_stands_at_the_canarys_pause_and_says_so()
    {
        await using var shop = await shared.OpenAsync();
        await shop.CompletedAsync();

        var result = await shop.DoAsync("Undo-ArgoRollout catalog");

        Assert.Equal((RollbackOutcome.Paused, "shop/catalog:1.0"), (result.Outcome, shop.Image));
        Assert.Contains("step 2 of 4 (pause)", result.Message, StringComparison.Ordinal);
        Assert.Equal($"Resume-ArgoRollout catalog -Namespace {shop.Production.Namespace}", result.NextStep);
        Assert.Contains(result.Warnings, warning => warning.Contains("all 4 steps", StringComparison.Ordinal) && warning.Contains("-FastTrack", StringComparison.Ordinal));
        Assert.Equal(RunState.Succeeded, shop.Production.Runs.Read(result.RunId).State);

        var on = await shop.DoAsync(result.NextStep!);
        Assert.Equal(RollbackOutcome.Changed, on.Outcome);
        await shop.Production.UntilAsync(() => shop.Healthy && shop.Stable == shop.Current);
    }

    [Fact]
    public async Task On_the_fast_track_a_complete_rollout_is_back_without_steps()
    {
        await using var shop = await shared.OpenAsync();
        await shop.CompletedAsync();

        var result = await shop.DoAsync("Undo-ArgoRollout catalog -FastTrack -Confirm:$false");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Equal(("shop/catalog:1.0", "Healthy", true), (shop.Image, shop.Phase, shop.Stable == shop.Current));
        Assert.Contains(result.Steps, step => step.Contains("promoteFull", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Asked_again_on_the_fast_track_at_the_canarys_pause_it_goes_to_the_end()
    {
        await using var shop = await shared.OpenAsync();
        await shop.CompletedAsync();
        Assert.Equal(RollbackOutcome.Paused, (await shop.DoAsync("Undo-ArgoRollout catalog -ToRevision 1")).Outcome);
        Assert.Equal("ConfirmationImpossible", (await shop.RunAsync("Undo-ArgoRollout catalog -FastTrack")).Failure?.ErrorId);

        var result = await shop.DoAsync("Undo-ArgoRollout catalog -FastTrack -Confirm:$false");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/catalog:2.0-errors", "shop/catalog:1.0"), (result.Outcome, result.From, result.To));
        Assert.Equal(("shop/catalog:1.0", "Healthy", true), (shop.Image, shop.Phase, shop.Stable == shop.Current));
        Assert.Contains("promoteFull", Assert.Single(result.Steps), StringComparison.Ordinal);
        Assert.Equal(RollbackOutcome.AlreadyThere, (await shop.DoAsync("Undo-ArgoRollout catalog -FastTrack")).Outcome);
    }

    [Fact]
    public async Task Asked_again_on_the_fast_track_after_the_way_back_was_aborted_it_goes_to_the_end()
    {
        await using var shop = await shared.OpenAsync();
        await shop.CompletedAsync();
        await shop.DoAsync("Undo-ArgoRollout catalog -ToRevision 1");
        await shop.DoAsync("Stop-ArgoRollout catalog");

        var result = await shop.DoAsync("Undo-ArgoRollout catalog -ToRevision 1 -FastTrack -Confirm:$false");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Contains(result.Warnings, warning => warning.Contains("Was aborted", StringComparison.Ordinal));
        Assert.Equal(("shop/catalog:1.0", "Healthy", true), (shop.Image, shop.Phase, shop.Stable == shop.Current));
    }

    [Fact]
    public async Task The_fast_track_is_a_danger_of_its_own_and_asked_about()
    {
        await using var shop = await shared.OpenAsync();
        await shop.CompletedAsync();

        var unasked = await shop.RunAsync("Undo-ArgoRollout catalog -FastTrack");

        Assert.Equal("ConfirmationImpossible", unasked.Failure?.ErrorId);
        Assert.Equal("shop/catalog:2.0-errors", shop.Image);
        var planned = await shop.RunAsync("Undo-ArgoRollout catalog -FastTrack -WhatIf");
        Assert.Equal(RollbackOutcome.Planned, Assert.Single(planned.Of<RollbackResult>()).Outcome);
    }

    [Fact]
    public async Task Within_the_rollback_window_no_steps_are_gone_through_and_no_fast_track_is_needed()
    {
        await using var shop = await shared.OpenAsync();
        await shop.DeployAsync(shop.Manifest("1.0", more: "  rollbackWindow: { revisions: 1 }"));
        shop.Age(TimeSpan.FromDays(2));
        await shop.ShipAsync(shop.Manifest("2.0-errors", more: "  rollbackWindow: { revisions: 1 }"), () => shop.Phase == "Paused");
        await shop.CompletedFromHereAsync();

        var result = await shop.DoAsync("Undo-ArgoRollout catalog");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.DoesNotContain(result.Warnings, warning => warning.Contains("-FastTrack", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_paused_Rollout_is_refused_until_told_otherwise()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();
        await shop.ChangeAsync(body => body["spec"]!["paused"] = true);

        var refused = await shop.RunAsync("Undo-ArgoRollout catalog");
        Assert.Equal("Paused", Assert.Single(refused.Of<RollbackResult>()).ErrorId);

        var result = await shop.DoAsync("Undo-ArgoRollout catalog -ResumePaused");
        Assert.Equal((RollbackOutcome.RolledBack, "shop/catalog:1.0"), (result.Outcome, shop.Image));
    }

    [Fact]
    public async Task Undoing_the_run_brings_the_other_version_back_on_its_way()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();
        var result = await shop.DoAsync("Undo-ArgoRollout catalog");

        var undone = await shop.DoAsync($"Undo-RollbackRun {result.RunId}");

        Assert.Equal((RollbackOutcome.Undone, "shop/catalog:2.0-errors"), (undone.Outcome, shop.Image));
        await shop.Production.UntilAsync(() => shop.Phase == "Paused");
    }

    [Fact]
    public async Task Configuration_that_the_earlier_version_needs_and_is_gone_is_noticed_before_anything_is_changed()
    {
        await using var shop = await shared.OpenAsync();
        shop.Production.Apply($"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: flags-1, namespace: {shop.Production.Namespace} }}, data: {{ a: b }} }}");
        await shop.DeployAsync(shop.Manifest("1.0", container: ", envFrom: [{ configMapRef: { name: flags-1 } }]"));
        shop.Age(TimeSpan.FromDays(2));
        await shop.ShipAsync(shop.Manifest("2.0-errors"), () => shop.Phase == "Paused");
        shop.Production.Delete("flags-1", Resources.ConfigMaps);

        var output = await shop.RunAsync("Undo-ArgoRollout catalog");

        var result = Assert.Single(output.Of<RollbackResult>());
        Assert.Equal(("ConfigurationMissing", "shop/catalog:2.0-errors", "Paused"), (result.ErrorId, shop.Image, shop.Phase));
        Assert.Contains("configmap/flags-1", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task To_a_revision_that_is_named()
    {
        await using var shop = await shared.OpenAsync();
        await shop.CompletedAsync("2.0");
        shop.Age(TimeSpan.FromDays(1));
        await shop.ShipAsync(shop.Manifest("3.0-errors"), () => shop.Phase == "Paused");

        var result = await shop.DoAsync("Undo-ArgoRollout catalog -ToRevision 1");

        Assert.Equal((RollbackOutcome.Paused, "shop/catalog:1.0"), (result.Outcome, shop.Image));
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject item => new JsonObject(item.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
