using RollbackTools.Operations.Releases;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Registry;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>A release goes back whole, by one commit that gives the overlay every byte it had; or it goes nowhere.</summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class ReleaseRollbackTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_previous_release_comes_back_byte_for_byte()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        var (policy, before) = (production.Policy, await production.ReadAsync(WholeProduction.File));
        await TagAsync(production, "release/v1.0.0");
        production.Age(TimeSpan.FromDays(2));
        await ShipAsync(production, "6.0.0");
        await TagAsync(production, "release/v2.0.0");

        var result = await production.DoAsync("Invoke-ReleaseRollback shop -Reason INC-2");

        Assert.Equal((RollbackOutcome.RolledBack, "Application", "shop", "release/v1.0.0"), (result.Outcome, result.Kind, result.Name, result.To));
        Assert.Equal(before, await production.ReadAsync(WholeProduction.File));
        Assert.Equal(policy, production.Policy);
        Assert.Equal("Synced", production.Sync);
        Assert.Equal((WholeProduction.Good, "shop/web:5.0.0"), (production.Image("api"), production.Image("web")));

        // Asked again, it stays where it is.
        Assert.Equal(RollbackOutcome.AlreadyThere, (await production.DoAsync("Invoke-ReleaseRollback shop")).Outcome);

        var undone = await production.DoAsync($"Undo-RollbackRun {result.RunId}");
        Assert.Equal(RollbackOutcome.Undone, undone.Outcome);
        Assert.Contains("v2.0.0", await production.ReadAsync(WholeProduction.File));
        Assert.Null((string?)production.App["metadata"]!["annotations"]?[MarkRelease.Annotation]);
        Assert.Null((string?)production.App["metadata"]!["annotations"]?[MarkRelease.RestingAnnotation]);
    }

    [Fact]
    public async Task Typed_twice_it_goes_back_one_release_although_somebody_takes_the_notes_off_the_application()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        await TagAsync(production, "release/v1.0.0");
        production.Age(TimeSpan.FromDays(4));
        await ShipAsync(production, "6.0.0");
        await TagAsync(production, "release/v2.0.0");
        production.Age(TimeSpan.FromDays(2));
        await ShipAsync(production, "7.0.0", "6.0.0");
        await TagAsync(production, "release/v3.0.0");
        Assert.Equal("release/v2.0.0", (await production.DoAsync("Invoke-ReleaseRollback shop")).To);

        // As an ApplicationSet does once it owns the application again.
        production.Cluster.Store.Update(RollbackTools.Practice.ArgoCd.ArgoResources.Applications, "argocd", "shop", body =>
        {
            body["metadata"]!.AsObject().Remove("annotations");
            return true;
        });

        Assert.Equal(RollbackOutcome.AlreadyThere, (await production.DoAsync("Invoke-ReleaseRollback shop")).Outcome);
        Assert.Equal("shop/web:6.0.0", production.Image("web"));
    }

    [Fact]
    public async Task Typed_three_times_it_goes_back_one_release()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        await TagAsync(production, "release/v1.0.0");
        production.Age(TimeSpan.FromDays(4));
        await ShipAsync(production, "6.0.0");
        await TagAsync(production, "release/v2.0.0");
        production.Age(TimeSpan.FromDays(2));
        await ShipAsync(production, "7.0.0", "6.0.0");
        await TagAsync(production, "release/v3.0.0");

        Assert.Equal("release/v2.0.0", (await production.DoAsync("Invoke-ReleaseRollback shop")).To);
        for (var again = 0; again < 2; again++)
        {
            var result = await production.DoAsync("Invoke-ReleaseRollback shop");
            Assert.Equal((RollbackOutcome.AlreadyThere, "shop/web:6.0.0"), (result.Outcome, production.Image("web")));
            Assert.Contains("name a release with -ToTag or -ToCommit to go further back", result.Message, StringComparison.Ordinal);
        }

        // Further back is where somebody says so.
        Assert.Equal(RollbackOutcome.RolledBack, (await production.DoAsync("Invoke-ReleaseRollback shop -ToTag release/v1.0.0")).Outcome);
        Assert.Equal("shop/web:5.0.0", production.Image("web"));
    }

    [Fact]
    public async Task A_run_of_the_same_release_that_was_killed_is_named_with_the_command_that_finishes_it()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        await TagAsync(production, "release/v1.0.0");
        production.Age(TimeSpan.FromDays(2));
        await ShipAsync(production, "6.0.0");
        var policy = production.Policy;
        await production.KillAsync("Invoke-ReleaseRollback shop", () => production.Image("web") == "shop/web:5.0.0", andItsChildren: true);
        var killed = Assert.Single(production.Runs.List());
        Assert.Equal(RunState.Interrupted, killed.State);

        var again = await production.RunAsync("Invoke-ReleaseRollback shop -WhatIf");

        Assert.Contains($"Run {killed.RunId} of the same target was cut off, and is unfinished: Resume-RollbackRun {killed.RunId}", Assert.Single(again.Of<RollbackResult>()).Warnings);
        await production.DoAsync($"Resume-RollbackRun {killed.RunId}");
        Assert.Equal((policy, "shop/web:5.0.0"), (production.Policy, production.Image("web")));
        var settled = await production.DoAsync("Invoke-ReleaseRollback shop");
        Assert.Equal(RollbackOutcome.AlreadyThere, settled.Outcome);
        Assert.DoesNotContain(settled.Warnings, warning => warning.Contains(killed.RunId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_release_that_was_replaced_within_the_hour_is_passed_over()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        await TagAsync(production, "release/v1.0.0");
        production.Age(TimeSpan.FromDays(2));
        await ShipAsync(production, "6.0.0");
        await TagAsync(production, "release/v2.0.0");
        await ShipAsync(production, "7.0.0", "6.0.0");
        await TagAsync(production, "release/v3.0.0");

        var result = await production.DoAsync("Invoke-ReleaseRollback shop");

        Assert.Equal("release/v1.0.0", result.To);
        Assert.Contains(result.Warnings, warning => warning.StartsWith("release/v2.0.0 is not known to have worked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_rollback_passes_over_is_not_shown_as_the_previous_release()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        var file = Path.Combine(Directory.CreateTempSubdirectory("rollback-env-").FullName, "rollback.yaml");
        await File.WriteAllTextAsync(file, $$"""
            environments:
              prod:
                namespace: prod
                argocd: { application: shop }
                git: { repository: "{{production.Git.HttpUrl}}", overlay: {{WholeProduction.Overlay}} }
              afar:
                kubeconfig: nowhere
                argocd: { application: shop }
                git: { repository: "{{production.Git.HttpUrl}}", overlay: {{WholeProduction.Overlay}} }
            """, Stop);
        await TagAsync(production, "release/v1.0.0");
        production.Age(TimeSpan.FromDays(2));
        await ShipAsync(production, "6.0.0");
        await TagAsync(production, "release/v2.0.0");
        await production.DoAsync("Invoke-ReleaseRollback shop");
        await ShipAsync(production, "7.0.0");
        await TagAsync(production, "release/v3.0.0");

        var tags = (await production.RunAsync($"Get-ReleaseTag -Environment prod -EnvironmentFile {file}")).OrThrow();
        var unasked = await production.RunAsync($"Get-ReleaseTag -Environment afar -EnvironmentFile {file}");
        var rollback = await production.DoAsync("Invoke-ReleaseRollback shop -WhatIf");

        Assert.Equal("release/v3.0.0", Assert.Single(tags.Of<ReleaseTag>(), tag => tag.Current).Name);
        Assert.Equal(rollback.To, Assert.Single(tags.Of<ReleaseTag>(), tag => tag.Previous).Name);
        Assert.Equal("release/v1.0.0", rollback.To);
        Assert.Empty(tags.Warnings);
        Assert.Contains(unasked.Warnings, warning => warning.Contains("could not be asked which releases were rolled away from", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_tags_it_is_the_overlays_own_commit_before()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        production.Age(TimeSpan.FromDays(2));
        await ShipAsync(production, "6.0.0");
        await production.CommitAsync("docs", "README.md", "hello\n");

        var result = await production.DoAsync("Invoke-ReleaseRollback shop");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Equal(WholeProduction.Good, production.Image("api"));
    }

    [Fact]
    public async Task A_release_that_does_not_work_is_taken_back_again()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        production.Cluster.Images.Push("shop/web", "4.0.0", new ImageBehaviour.CrashLoop());
        var good = await production.ReadAsync(WholeProduction.File);
        var policy = production.Policy;
        var broken = await production.CommitAsync("web 4", WholeProduction.File, good.Replace("5.0.0", "4.0.0", StringComparison.Ordinal));
        await production.CommitAsync("web 5", WholeProduction.File, good);
        await production.RunsAsync(WholeProduction.Good);

        var output = await production.RunAsync($"Invoke-ReleaseRollback shop -ToCommit {broken} -Timeout 20s");

        Assert.NotEmpty(output.Errors);
        Assert.Equal([RollbackOutcome.Failed, RollbackOutcome.Undone], output.Of<RollbackResult>().Select(result => result.Outcome));
        Assert.Equal(good, await production.ReadAsync(WholeProduction.File));
        Assert.Equal((policy, "shop/web:5.0.0"), (production.Policy, production.Image("web")));
        Assert.Contains("is deployed from Git again", output.Of<RollbackResult>().Last().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Invoke-ReleaseRollback shop -ToTag release/v1.0.0 -Preempt -Timeout 2m")]
    [InlineData("Invoke-ImageRollback statefulset/queue -Namespace prod -Via Git -ToTag v1 -Preempt -Timeout 2m")]
    public async Task A_pod_that_a_StatefulSet_leaves_stuck_is_replaced_on_the_way(string command)
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        const string set = "apps/shop/base/queue.yaml", list = "apps/shop/base/kustomization.yaml";
        production.Cluster.Images.Push("shop/queue", "v1");
        production.Cluster.Images.Push("shop/queue", "v2", new ImageBehaviour.CrashLoop());
        await production.CommitAsync("queue", set, """
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: { name: queue }
            spec:
              replicas: 2
              serviceName: queue
              selector: { matchLabels: { app: queue } }
              template:
                metadata: { labels: { app: queue } }
                spec: { containers: [ { name: app, image: shop/queue } ] }
            """);
        await production.CommitAsync("queue", WholeProduction.File, await production.ReadAsync(WholeProduction.File) + "- name: shop/queue\n  newTag: v1\n");
        await production.CommitAsync("queue", list, await production.ReadAsync(list) + "- queue.yaml\n");
        await production.UntilAsync(() => Queue(production).Count == 2 && Queue(production).TrueForAll(pod => pod.Ready) && production.Sync == "Synced");
        await TagAsync(production, "release/v1.0.0");
        production.Age(TimeSpan.FromDays(2));
        await production.CommitAsync("queue 2", WholeProduction.File, (await production.ReadAsync(WholeProduction.File)).Replace("newTag: v1\n", "newTag: v2\n", StringComparison.Ordinal));
        await production.UntilAsync(() => Queue(production).Exists(pod => pod is { Image: "shop/queue:v2", Ready: false }));

        var result = await production.DoAsync(command);

        Assert.True(result.Outcome == RollbackOutcome.RolledBack, $"{result.Message} {string.Join('\n', result.Evidence)}");
        Assert.All(Queue(production), pod => Assert.Equal(("shop/queue:v1", true), pod));
        Assert.Contains(production.Runs.Read(result.RunId).Steps, step => step.Event == "Done" && step.Step.StartsWith("DELETE v1 pods/", StringComparison.Ordinal));
    }

    private static List<(string Image, bool Ready)> Queue(WholeProduction production) =>
        [.. production.Cluster.Store.List(Resources.Pods, "prod").Items.Where(pod => pod.Name.StartsWith("queue-", StringComparison.Ordinal)).Select(pod => (
            (string)pod.Read["spec"]!["containers"]![0]!["image"]!, (bool?)pod.Read["status"]?["containerStatuses"]?[0]?["ready"] == true))];

    [Fact]
    public async Task In_the_cluster_alone_images_go_back_in_the_order_that_was_asked_for()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        await TagAsync(production, "release/v1.0.0");
        await ShipAsync(production, "6.0.0");
        await TagAsync(production, "release/v2.0.0");
        await production.RunAsync("Set-ArgoSyncPolicy shop -Policy None");

        var output = await production.RunAsync(
            $"Invoke-ReleaseRollback -Repository {production.Git.HttpUrl} -Overlay {WholeProduction.Overlay} -Namespace prod -Order web,api");

        Assert.Empty(output.Errors.Select(error => error.Message));
        Assert.Equal(["web", "api"], output.Of<RollbackResult>().Select(result => result.Name));
        Assert.Equal((WholeProduction.Good, "shop/web:5.0.0"), (production.Image("api"), production.Image("web")));
    }

    [Fact]
    public async Task A_sync_window_is_seen_before_anything_is_changed()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        await TagAsync(production, "release/v1.0.0");
        production.Age(TimeSpan.FromDays(2));
        await ShipAsync(production, "6.0.0");
        production.CloseWindow();
        var (policy, head) = (production.Policy, await production.Git.ResolveAsync("main", Stop));

        var output = await production.RunAsync("Invoke-ReleaseRollback shop");

        Assert.Equal("SyncWindowBlocked", Assert.Single(output.Errors).ErrorId);
        Assert.Equal((policy, head), (production.Policy, await production.Git.ResolveAsync("main", Stop)));
    }

    [Fact]
    public async Task A_base_outside_the_overlay_that_the_release_changed_goes_back_too_and_is_named()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        const string file = "apps/shop/base/web.yaml";
        var before = await production.ReadAsync(file);
        await TagAsync(production, "release/v1.0.0");
        production.Age(TimeSpan.FromDays(2));
        await production.CommitAsync("more pods", file, before.Replace("replicas: 2", "replicas: 3", StringComparison.Ordinal));
        await production.CommitAsync("beside it", "apps/other/base/kustomization.yaml", "resources: []\n");
        await production.UntilAsync(() => Replicas(production) == 3 && production.Sync == "Synced");
        await ShipAsync(production, "6.0.0");

        var result = await production.DoAsync("Invoke-ReleaseRollback shop");

        Assert.Equal("release/v1.0.0", result.To);
        Assert.Equal(before, await production.ReadAsync(file));
        Assert.Equal("resources: []\n", await production.ReadAsync("apps/other/base/kustomization.yaml"));
        Assert.Equal(2, Replicas(production));
        Assert.Contains($"change {file}", result.Steps);
        Assert.Contains(result.Warnings, warning => warning.StartsWith("apps/shop/base lies outside apps/shop/overlays/prod and goes back with it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_order_that_Git_cannot_keep_is_refused_before_anything_is_changed()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);

        var output = await production.RunAsync("Invoke-ReleaseRollback shop -Order web,api");

        var error = Assert.Single(output.Errors);
        Assert.Equal("OrderBySyncWaves", error.ErrorId);
        Assert.Contains("-ClusterOnly", error.RecommendedAction, StringComparison.Ordinal);
    }

    private static int? Replicas(WholeProduction production) => (int?)production.Cluster.Store.Find(Resources.Deployments, "prod", "web")!.Read["spec"]!["replicas"];

    private static async Task ShipAsync(WholeProduction production, string web, string from = "5.0.0")
    {
        production.Cluster.Images.Push("shop/api", "v2.0.0");
        production.Cluster.Images.Push("shop/web", web);
        await production.CommitAsync("release 2", WholeProduction.File,
            (await production.ReadAsync(WholeProduction.File)).Replace("v1.0.0", "v2.0.0", StringComparison.Ordinal).Replace(from, web, StringComparison.Ordinal));
        // Until the last pod of the release before is gone: one that still serves would speak for it.
        await production.UntilAsync(() => production.Image("web") == $"shop/web:{web}" && production.Sync == "Synced" && production.App["operation"] is null
            && production.Cluster.Store.List(Resources.Pods, "prod").Items.Select(pod => (string?)pod.Read["spec"]!["containers"]![0]!["image"])
                .All(image => image == $"shop/web:{web}" || image == "shop/api:v2.0.0"));
    }

    private static async Task TagAsync(WholeProduction production, string tag) =>
        await production.Git.TagAsync(tag, (await production.Git.ResolveAsync("main", Stop))!, Stop);
}
