using System.Text.Json.Nodes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>An emergency stop holds against self-heal, and anybody can end it from anywhere.</summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class SuspendWorkloadTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Suspend-Workload api -Namespace prod")]
    [InlineData("Suspend-ImageUpdate shop")]
    public async Task Stopping_asks_first(string line)
    {
        await using var production = await WholeProduction.StartAsync(updates: true);

        Assert.Equal("ConfirmationImpossible", (await production.RunAsync(line)).Failure?.ErrorId);
    }

    [Fact]
    public async Task What_is_stopped_stays_stopped_and_comes_back_exactly_as_it_was()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        var policy = production.Policy;

        var stopped = await RunAsync(production, "Suspend-Workload api,web -Namespace prod -Reason INC-1 -Confirm:$false");

        Assert.Equal([("Application", "shop"), ("Deployment", "api"), ("Deployment", "web")], stopped.Select(one => (one.Kind, one.Name)).Order());
        Assert.All(stopped, one => Assert.Equal(RollbackOutcome.Changed, one.Outcome));
        Assert.Empty(production.Cluster.Store.List(Resources.Pods, "prod").Items);
        Assert.Contains("INC-1", Note(production, "api"));

        // Git is compared again, and nothing is healed.
        await production.CommitAsync("docs", "README.md", "hello\n");
        production.Cluster.Store.Update(RollbackTools.Practice.ArgoCd.ArgoResources.Applications, "argocd", "shop", body =>
        {
            (body["metadata"]!["annotations"] ??= new JsonObject())["argocd.argoproj.io/refresh"] = "hard";
            return true;
        });
        await production.UntilAsync(() => production.App["metadata"]!["annotations"]?["argocd.argoproj.io/refresh"] is null);
        Assert.Equal("OutOfSync", production.Sync);
        Assert.Equal((0, 0), (Replicas(production, "api"), Replicas(production, "web")));
        Assert.All(await RunAsync(production, "Suspend-Workload api,web -Namespace prod -Confirm:$false"), one => Assert.Equal(RollbackOutcome.AlreadyThere, one.Outcome));

        // One of the two: the other still needs the pause.
        var one = await RunAsync(production, "Resume-Workload api -Namespace prod");
        Assert.Equal((2, 0), (Replicas(production, "api"), Replicas(production, "web")));
        Assert.Contains("\"enabled\":false", production.Policy);
        Assert.Contains(one, result => result.Message.Contains("stays off, because deployment/web", StringComparison.Ordinal));

        var back = await RunAsync(production, "Resume-Workload web -Namespace prod");
        Assert.Equal(2, Replicas(production, "web"));
        Assert.Equal(policy, production.Policy);
        Assert.Equal(["sync policy of application/shop is what it was"], back.Where(result => result.Kind == "Application").Select(result => result.Message));
        Assert.Null(Note(production, "api"));
        Assert.Null(Note(production, "web"));
    }

    [Fact]
    public async Task What_if_changes_nothing_and_undo_takes_it_back()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        var policy = production.Policy;

        Assert.All(await RunAsync(production, "Suspend-Workload api -Namespace prod -WhatIf"), one => Assert.Equal(RollbackOutcome.Planned, one.Outcome));
        Assert.Equal((2, policy), (Replicas(production, "api"), production.Policy));

        var run = (await RunAsync(production, "Suspend-Workload api -Namespace prod -Confirm:$false"))[0].RunId;
        Assert.Equal(0, Replicas(production, "api"));
        Assert.All(await RunAsync(production, $"Undo-RollbackRun {run}"), one => Assert.Equal(RollbackOutcome.Undone, one.Outcome));
        Assert.Equal((2, policy, null), (Replicas(production, "api"), production.Policy, Note(production, "api")));
    }

    [Fact]
    public async Task Automated_sync_stays_off_while_git_says_something_else()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        await RunAsync(production, "Suspend-Workload api -Namespace prod -Confirm:$false");
        await production.CommitAsync("web 6", WholeProduction.File, (await production.ReadAsync(WholeProduction.File)).Replace("5.0.0", "6.0.0", StringComparison.Ordinal));

        var back = await RunAsync(production, "Resume-Workload api -Namespace prod");

        Assert.Equal(2, Replicas(production, "api"));
        Assert.Contains("\"enabled\":false", production.Policy);
        var application = Assert.Single(back, one => one.Kind == "Application");
        Assert.Contains("stays off", application.Message);
        Assert.Contains("deployment/web", application.Message);
        Assert.Contains("-Policy Exact", application.NextStep);
    }

    [Fact]
    public async Task What_starts_again_is_compared_with_Git_before_it_starts_and_the_command_for_the_version_in_Git_can_be_typed()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        var policy = production.Policy;
        await RunAsync(production, "Suspend-Workload web -Namespace prod -Confirm:$false");
        production.Cluster.Images.Push("shop/web", "6.0.0");
        await production.CommitAsync("web 6", WholeProduction.File, (await production.ReadAsync(WholeProduction.File)).Replace("5.0.0", "6.0.0", StringComparison.Ordinal));

        var plan = await production.RunAsync("Resume-Workload web -Namespace prod -WhatIf");
        Assert.Equal("deployment/web: deployment/web starts with web:5.0.0. Git holds web:6.0.0 for it by now. "
            + "To start that version instead: Invoke-ArgoSync shop -Namespace argocd -IncludeSuspended", Assert.Single(plan.Warnings));
        production.Watch();

        var synced = await production.DoAsync("Invoke-ArgoSync shop -Namespace argocd -IncludeSuspended");
        Assert.Equal(RollbackOutcome.Changed, synced.Outcome);
        Assert.Equal(("shop/web:6.0.0", 2), (production.Image("web"), Replicas(production, "web")));
        await RunAsync(production, synced.NextStep!);

        Assert.Equal(policy, production.Policy);
        Assert.Null(Note(production, "web"));
        Assert.DoesNotContain("shop/web:5.0.0", production.PodImages);
    }

    [Fact]
    public async Task A_sync_that_starts_what_is_stopped_does_so_once_however_often_it_is_typed()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        var policy = production.Policy;
        await RunAsync(production, "Suspend-Workload api,web -Namespace prod -Confirm:$false");
        production.Watch();

        var first = await production.DoAsync("Invoke-ArgoSync shop -IncludeSuspended");
        var pods = Pods(production);
        Assert.Equal((2, 2), (Replicas(production, "api"), Replicas(production, "web")));
        Assert.Equal(2, first.Warnings.Count(warning => warning.Contains(" starts again (stopped by ", StringComparison.Ordinal)));

        var second = await production.DoAsync("Invoke-ArgoSync shop -IncludeSuspended");
        Assert.DoesNotContain(second.Warnings, warning => warning.Contains("starts again", StringComparison.Ordinal));
        Assert.Equal(pods, Pods(production));
        await RunAsync(production, second.NextStep!);

        Assert.Equal((policy, null, null), (production.Policy, Note(production, "api"), Note(production, "web")));
        Assert.Equal((2, 2), (Replicas(production, "api"), Replicas(production, "web")));
        Assert.Equal(4, production.PodImages.Count);
    }

    [Fact]
    public async Task A_sync_that_starts_what_is_stopped_is_finished_after_it_was_killed_at_any_line_of_its_journal()
    {
        for (var line = 1; ; line++)
        {
            await using var production = await WholeProduction.StartAsync(updates: false);
            await RunAsync(production, "Suspend-Workload web -Namespace prod -Confirm:$false");
            var exitCode = await production.DieAsync("Invoke-ArgoSync shop -IncludeSuspended", line);
            var run = production.Runs.List()[0];
            if (run.State == RunState.Interrupted) await production.DoAsync($"Resume-RollbackRun {run.RunId}");

            Assert.Equal((RunState.Succeeded, 2), (production.Runs.Read(run.RunId).State, Replicas(production, "web")));
            if (exitCode == 0) break;
        }
    }

    [Fact]
    public async Task Whoever_declines_the_pause_is_not_asked_to_stop_what_would_be_started_again()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        List<string> asked = [];

        var output = await production.AnswerAsync("Suspend-Workload api -Namespace prod", question =>
        {
            asked.Add(question);
            return false;
        });

        Assert.Single(asked);
        Assert.All(output.Of<RollbackResult>(), one => Assert.Equal(RollbackOutcome.Declined, one.Outcome));
        Assert.Equal("application/shop was declined, and without that this would not last",
            Assert.Single(output.Of<RollbackResult>(), one => one.Kind == "Deployment").Message);
        Assert.Equal(2, Replicas(production, "api"));
    }

    [Fact]
    public async Task A_daemonset_is_refused_and_a_cronjob_suspended()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        production.Cluster.Operator.Apply("""
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: { name: agent, namespace: prod, labels: { team: ops } }
            spec:
              selector: { matchLabels: { app: agent } }
              template:
                metadata: { labels: { app: agent } }
                spec: { containers: [ { name: a, image: "ops/agent:1" } ] }
            """);
        production.Cluster.Operator.Apply("""
            apiVersion: batch/v1
            kind: CronJob
            metadata: { name: nightly, namespace: prod, labels: { team: ops } }
            spec:
              schedule: "0 3 * * *"
              jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [ { name: a, image: "ops/nightly:1" } ] } } } }
            """);

        var output = await production.RunAsync("Suspend-Workload -Selector team=ops -Namespace prod -Confirm:$false");

        Assert.Equal("NotScalable", Assert.Single(output.Errors).ErrorId);
        Assert.Equal(RollbackOutcome.Changed, Assert.Single(output.Of<RollbackResult>(), one => one.Kind == "CronJob").Outcome);
        Assert.True((bool?)production.Cluster.Store.Find(Resources.CronJobs, "prod", "nightly")!.Read["spec"]!["suspend"]);

        await RunAsync(production, "Resume-Workload -CronJob nightly -Namespace prod");
        Assert.NotEqual(true, (bool?)production.Cluster.Store.Find(Resources.CronJobs, "prod", "nightly")!.Read["spec"]!["suspend"]);
    }

    [Fact]
    public async Task A_restart_replaces_the_pods_once_and_leaves_known_good_alone()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        var before = Pods(production);

        var restarted = await production.DoAsync("Restart-Workload api -Namespace prod -Reason 'flags changed'");

        Assert.Equal(RollbackOutcome.Changed, restarted.Outcome);
        await production.UntilAsync(() => !before.Intersect(Pods(production)).Any());
        Assert.Equal("Synced", production.Sync);
        await production.BreakAsync();
        var back = await production.DoAsync("Invoke-ImageRollback api -Namespace prod");
        Assert.Equal(WholeProduction.Good, back.To);
    }

    private static async Task<IReadOnlyList<RollbackResult>> RunAsync(WholeProduction production, string line)
    {
        var output = await production.RunAsync(line);
        Assert.Null(output.Failure?.Message);
        Assert.Empty(output.Errors.Select(error => $"{error.ErrorId}: {error.Message}"));
        return [.. output.Of<RollbackResult>()];
    }

    private static int? Replicas(WholeProduction production, string name) => (int?)production.Cluster.Store.Find(Resources.Deployments, "prod", name)!.Read["spec"]!["replicas"];

    private static string? Note(WholeProduction production, string name) =>
        (string?)production.Cluster.Store.Find(Resources.Deployments, "prod", name)!.Read["metadata"]!["annotations"]?[SuspendedWorkload.Annotation];

    private static List<string> Pods(WholeProduction production) =>
        [.. production.Cluster.Store.List(Resources.Pods, "prod").Items.Select(pod => (string)pod.Read["metadata"]!["name"]!).Where(name => name.StartsWith("api-", StringComparison.Ordinal))];
}
