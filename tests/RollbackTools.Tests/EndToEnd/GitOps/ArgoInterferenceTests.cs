using System.Text.Json.Nodes;
using RollbackTools.Operations.Argo;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>What gets into an Argo CD rollback's way, and how it ends.</summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class ArgoInterferenceTests
{
    private const string Manual = "{}";

    [Fact]
    public async Task Asked_twice_it_says_already_there_and_never_walks_back_into_the_bad_version()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        await production.DoAsync("Invoke-ArgoRollback shop");

        var again = await production.DoAsync("Invoke-ArgoRollback shop");
        // Somebody on another machine, with the mark of rest gone and the target sick: there is nowhere left that is good.
        production.Change(body => body["metadata"]!["annotations"]!.AsObject().Remove(VersionMarks.RestingAnnotation));
        var output = await GitOpsProduction.RunAsync(production.SomebodyElse(), "Invoke-ArgoRollback shop");

        Assert.Equal(RollbackOutcome.AlreadyThere, again.Outcome);
        Assert.Equal("NoKnownGoodRevision", Assert.Single(output.Errors).ErrorId);
        Assert.Contains("Was rolled away from before", output.Errors[0].Message, StringComparison.Ordinal);
        Assert.Equal("shop/api:1.0", production.Image);
    }

    [Fact]
    public async Task An_older_Argo_CD_that_drops_enabled_is_noticed_and_the_exact_policy_comes_back()
    {
        await using var production = await GitOpsProduction.StartAsync(options => options with { KnowsAutomatedEnabled = false });
        await production.BrokenAsync();
        var policy = production.Policy;

        await production.DoAsync("Invoke-ArgoRollback shop");

        Assert.Equal(("none", "shop/api:1.0"), (production.Policy, production.Image));
        production.Git.Commit("shop", Tests.Practice.ArgoCd.ArgoPractice.Deployment("shop/api:1.0"));
        var restored = await production.DoAsync("Set-ArgoSyncPolicy shop -Policy Exact");
        Assert.Equal(RollbackOutcome.Changed, restored.Outcome);
        Assert.Equal(policy, production.Policy);
    }

    [Fact]
    public async Task The_policy_is_not_restored_while_Git_still_holds_the_bad_version()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        await production.DoAsync("Invoke-ArgoRollback shop");

        await production.FailAsync("Set-ArgoSyncPolicy shop -Policy Exact", "GitStillBad");
        await production.FailAsync("Invoke-ArgoSync shop", "GitStillBad");

        Assert.Equal("shop/api:1.0", production.Image);
        production.Git.Commit("shop", Tests.Practice.ArgoCd.ArgoPractice.Deployment("shop/api:1.0"));
        Assert.Equal(RollbackOutcome.Changed, (await production.DoAsync("Set-ArgoSyncPolicy shop -Policy Exact")).Outcome);
        await production.UntilAsync(() => production.Sync == "Synced");
    }

    [Fact]
    public async Task A_sync_that_hangs_is_refused_and_ended_when_told_to()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync(policy: Manual);
        production.Git.Commit("shop", Tests.Practice.ArgoCd.ArgoPractice.Deployment("shop/api:3.0", """
            ---
            apiVersion: batch/v1
            kind: Job
            metadata: { name: migrate, annotations: { argocd.argoproj.io/hook: PreSync } }
            spec: { template: { spec: { restartPolicy: Never, containers: [ { name: job, image: "shop/api:1.0-missing" } ] } } }
            """));
        production.Change(body =>
        {
            body["operation"] = JsonNode.Parse("""{"initiatedBy":{"username":"bob"},"sync":{}}""");
            body["status"]!.AsObject().Remove("operationState");
        });
        await production.UntilAsync(() => (string?)production.App["status"]!["operationState"]?["phase"] == "Running");

        var error = await production.FailAsync("Invoke-ArgoRollback shop -Id 0", "OperationInProgress");
        var result = await production.DoAsync("Invoke-ArgoRollback shop -Id 0 -Preempt");

        Assert.Contains("by bob", error.Message, StringComparison.Ordinal);
        Assert.Equal((RollbackOutcome.RolledBack, "shop/api:1.0"), (result.Outcome, production.Image));
        Assert.Contains(result.Steps, step => step.StartsWith("TERMINATE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sync_window_is_seen_before_anything_is_changed()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        production.Cluster.Operator.Apply("""
            apiVersion: argoproj.io/v1alpha1
            kind: AppProject
            metadata: { name: default, namespace: argocd }
            spec:
              sourceRepos: ["*"]
              destinations: [ { server: "*", namespace: "*" } ]
              clusterResourceWhitelist: [ { group: "*", kind: "*" } ]
              syncWindows: [ { kind: deny, schedule: "* * * * *", duration: 24h, applications: ["sh*"], timeZone: Europe/Berlin } ]
            """);
        var policy = production.Policy;

        var error = await production.FailAsync("Invoke-ArgoRollback shop", "SyncWindowBlocked");

        Assert.Contains("deny '* * * * *' for 24h (Europe/Berlin)", error.Message, StringComparison.Ordinal);
        Assert.Equal(policy, production.Policy);
        var report = (await production.RunAsync("Get-ArgoApplication shop")).OrThrow().Of<ApplicationReport>().Single();
        Assert.Contains(report.Interference, line => line.Contains("deny window", StringComparison.Ordinal));

        production.Change(body => body["spec"]!["syncWindows"]![0]!["manualSync"] = true, "default", ArgoResources.AppProjects);
        Assert.Equal(RollbackOutcome.RolledBack, (await production.DoAsync("Invoke-ArgoRollback shop")).Outcome);
    }

    [Fact]
    public async Task A_target_that_crashes_fails_with_the_pods_last_words()
    {
        await using var production = await GitOpsProduction.StartAsync();
        production.Git.Commit("shop", Tests.Practice.ArgoCd.ArgoPractice.Deployment("shop/api:2.0-crash"));
        production.Cluster.Operator.Apply(Tests.Practice.ArgoCd.ArgoPractice.Application());
        await production.DoAsync("Invoke-ArgoSync shop -NoWait");
        await production.UntilAsync(() => production.App["status"]!["history"]?.AsArray().Count == 1);
        production.Git.Commit("shop", Tests.Practice.ArgoCd.ArgoPractice.Deployment("shop/api:3.0"));
        Assert.Equal(RollbackOutcome.Changed, (await production.DoAsync("Invoke-ArgoSync shop")).Outcome);

        var output = await production.RunAsync("Invoke-ArgoRollback shop -Id 0 -Timeout 1m");

        var result = Assert.Single(output.Of<RollbackResult>());
        Assert.Equal((RollbackOutcome.Failed, "ApplicationDegraded"), (result.Outcome, result.ErrorId));
        Assert.Contains(result.Evidence, line => line.Contains("CrashLoopBackOff", StringComparison.Ordinal));
        Assert.Contains(result.Evidence, line => line.StartsWith("log: ", StringComparison.Ordinal));
        Assert.Equal(
            $"Get-ArgoApplication shop -Namespace argocd; to wait on: Resume-RollbackRun {result.RunId}; for another version: Get-ArgoHistory shop -Namespace argocd",
            result.NextStep);
    }

    [Fact]
    public async Task A_hook_that_fails_is_named()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync(policy: Manual);
        production.Git.Commit("shop", Tests.Practice.ArgoCd.ArgoPractice.Deployment("shop/api:3.0", """
            ---
            apiVersion: batch/v1
            kind: Job
            metadata: { name: migrate, annotations: { argocd.argoproj.io/hook: PreSync } }
            spec: { backoffLimit: 0, template: { spec: { restartPolicy: Never, containers: [ { name: job, image: "shop/api:2.0-crash" } ] } } }
            """));

        var output = await production.RunAsync("Invoke-ArgoSync shop -Timeout 1m");

        var result = Assert.Single(output.Of<RollbackResult>());
        Assert.Equal("HookFailed", result.ErrorId);
        Assert.Contains("PreSync hook job/migrate", result.Message, StringComparison.Ordinal);
        Assert.Contains(result.Evidence, line => line.StartsWith("log: panic", StringComparison.Ordinal));
        Assert.Equal("shop/api:2.0-errors", production.Image);
    }

    [Fact]
    public async Task Git_down_is_Argo_CDs_reason_in_the_error()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync(policy: Manual);
        production.Git.Down = "dial tcp: connection refused";

        var error = await production.FailAsync("Invoke-ArgoRollback shop -ToRevision 00000000000000000000000000000000000000aa", "SyncFailed");

        Assert.Contains("connection refused", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_somebody_changed_since_is_left_alone_by_undo()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        var result = await production.DoAsync("Set-ArgoSyncPolicy shop -Policy None");
        production.Change(body => body["spec"]!["syncPolicy"]!["automated"] = JsonNode.Parse("""{"prune":false,"enabled":false}"""));

        await production.FailAsync($"Undo-RollbackRun {result.RunId}", "ChangedMeanwhile");

        Assert.Equal("""{"prune":false,"enabled":false}""", production.Policy);
    }

    [Theory]
    [InlineData("""{"prune":false}""", true)]
    [InlineData(null, false)]
    public async Task What_somebody_made_of_a_paused_policy_is_not_replaced_unawares(string? meanwhile, bool said)
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        var policy = production.Policy;
        await production.DoAsync("Set-ArgoSyncPolicy shop -Policy None");
        if (meanwhile is not null) production.Change(body => body["spec"]!["syncPolicy"]!["automated"] = JsonNode.Parse(meanwhile));

        var result = await production.DoAsync("Set-ArgoSyncPolicy shop -Policy Exact");

        Assert.Equal(said, result.Warnings.Any(warning => warning.Contains("Somebody made it automated after", StringComparison.Ordinal)));
        Assert.Equal(policy, production.Policy);
    }

    [Fact]
    public async Task A_sync_waits_for_an_automated_one_that_is_under_way_and_tells_what_it_deployed()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        production.Argo.ControllerDown = true;
        var commit = production.Git.Commit("shop", Tests.Practice.ArgoCd.ArgoPractice.Deployment("shop/api:1.1"));
        production.Change(body => body["operation"] = JsonNode.Parse("""{"initiatedBy":{"automated":true},"sync":{}}"""));

        var syncing = production.DoAsync("Invoke-ArgoSync shop");
        await production.UntilAsync(() => production.Cluster.Store.List(RollbackTools.Practice.Kubernetes.Schema.Resources.Leases, "argocd").Items.Length > 0);
        production.Argo.ControllerDown = false;
        var result = await syncing;

        Assert.Equal((RollbackOutcome.Changed, commit[..10]), (result.Outcome, result.To));
        Assert.Equal("shop/api:1.1", production.Image);
    }

    [Fact]
    public async Task An_application_that_is_not_there_or_skipped_is_said_so()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync(policy: Manual);

        await production.FailAsync("Invoke-ArgoRollback nothing", "ApplicationNotFound");
        await production.FailAsync("Invoke-ArgoRollback shop -Id 99", "HistoryEntryNotFound");
        production.Change(body => (body["metadata"]!["annotations"] ??= new JsonObject())["argocd.argoproj.io/skip-reconcile"] = "true");
        await production.FailAsync("Invoke-ArgoRollback shop", "ReconcileSkipped");
    }

    [Fact]
    public async Task Two_operators_at_once_are_one_rollback_and_one_lock_held()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();

        var both = await Task.WhenAll(production.RunAsync("Invoke-ArgoRollback shop"), GitOpsProduction.RunAsync(production.SomebodyElse(), "Invoke-ArgoRollback shop"));

        var outcomes = both.SelectMany(one => one.Of<RollbackResult>()).Select(result => (result.Outcome, result.ErrorId)).ToList();
        Assert.Contains(outcomes, one => one.Outcome == RollbackOutcome.RolledBack);
        // Half-way the good deployment is no earlier one any more, and not yet the one that runs.
        string[] late = ["LockHeld", "OperationInProgress", "ChangedMeanwhile", "NoKnownGoodRevision"];
        Assert.All(outcomes, one => Assert.True(one.Outcome is RollbackOutcome.RolledBack or RollbackOutcome.AlreadyThere || late.Contains(one.ErrorId), $"{one}"));
        Assert.Equal("shop/api:1.0", production.Image);
    }
}
