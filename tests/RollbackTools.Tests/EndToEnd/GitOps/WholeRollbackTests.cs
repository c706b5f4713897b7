using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Kubernetes.Api.Access;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>
/// An image rollback of what Argo CD deploys is the whole job: paused, back, proven, out of Git, and everything as it was. With self-heal and
/// Image Updater working against it all the time, the bad version never comes back.
/// </summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class WholeRollbackTests
{
    [Fact]
    public async Task The_bad_version_never_comes_back()
    {
        await using var production = await WholeProduction.StartAsync();
        await production.BreakAsync();
        var policy = production.Policy;
        var web = production.Cluster.Store.Find(RollbackTools.Practice.Kubernetes.Schema.Resources.Deployments, "prod", "web")!.Read["metadata"]!["generation"]!.ToJsonString();

        var overlay = await production.ReadAsync(WholeProduction.File);
        production.Watch();
        var result = await production.DoAsync("Invoke-ImageRollback api -Namespace prod -Reason INC-1");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Equal(("Deployment", "api", WholeProduction.Bad, WholeProduction.Good), (result.Kind, result.Name, result.From, result.To));
        Assert.Equal(policy, production.Policy);
        Assert.Equal("Synced", production.Sync);
        Assert.Equal(WholeProduction.Good, production.Image("api"));
        Assert.Equal(overlay.Replace("v2.0.0", "v1.0.0", StringComparison.Ordinal), await production.ReadAsync(WholeProduction.File));
        Assert.Contains("Resume-ImageUpdate shop", result.NextStep);

        // Self-heal is on, Image Updater has had its rounds, and somebody pushes something else: still the good one.
        await production.CommitAsync("docs", "README.md", "hello\n");
        await production.DoAsync("Invoke-ArgoSync shop");
        Assert.DoesNotContain(WholeProduction.Bad, production.PodImages);
        Assert.Equal(WholeProduction.Good, production.Image("api"));
        Assert.Equal(web, production.Cluster.Store.Find(RollbackTools.Practice.Kubernetes.Schema.Resources.Deployments, "prod", "web")!.Read["metadata"]!["generation"]!.ToJsonString());

        var again = await production.DoAsync("Invoke-ImageRollback api -Namespace prod");
        Assert.Equal(RollbackOutcome.AlreadyThere, again.Outcome);
        Assert.Empty(again.Warnings);
    }

    [Fact]
    public async Task A_pin_in_a_component_is_changed_there_and_the_next_release_still_arrives()
    {
        const string component = "apps/shop/components/images/kustomization.yaml";
        await using var production = await WholeProduction.StartAsync(updates: false);
        await production.CommitAsync("pins in a component", component, "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages:\n- name: shop/api\n  newTag: v1.0.0\n");
        await production.CommitAsync("one place for all", WholeProduction.File, "namespace: prod\nresources:\n- ../../base\ncomponents:\n- ../../components/images\nimages:\n- name: shop/web\n  newTag: \"5.0.0\"\n");
        production.Cluster.Images.Push("shop/api", "v2.0.0", new RollbackTools.Practice.Registry.ImageBehaviour.CrashLoop());
        production.Cluster.Images.Push("shop/api", "v3.0.0");
        await production.CommitAsync("v2", component, (await production.ReadAsync(component)).Replace("v1.0.0", "v2.0.0", StringComparison.Ordinal));
        await production.UntilAsync(() => production.Image("api") == WholeProduction.Bad && production.App["operation"] is null && production.Sync == "Synced");
        var overlay = await production.ReadAsync(WholeProduction.File);

        var result = await production.DoAsync("Invoke-ImageRollback api -Namespace prod -Reason INC-1");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Equal(overlay, await production.ReadAsync(WholeProduction.File));
        Assert.Contains("newTag: v1.0.0", await production.ReadAsync(component), StringComparison.Ordinal);
        Assert.Contains(result.Warnings, warning => warning.Contains($"{component} sets shop/api:v2.0.0, and is changed there", StringComparison.Ordinal));

        await production.CommitAsync("v3", component, (await production.ReadAsync(component)).Replace("v1.0.0", "v3.0.0", StringComparison.Ordinal));
        await production.RunsAsync("shop/api:v3.0.0");
    }

    [Theory]
    [InlineData("")]
    [InlineData("-Via Git")]
    public async Task Where_Image_Updater_cannot_be_kept_from_the_bad_tag_automated_sync_stays_off(string way)
    {
        // It is between two of its rounds: the bad tag would come with the next.
        await using var production = await WholeProduction.StartAsync(updates: false);
        await production.BreakAsync();
        // Everything but Image Updater's own kind.
        production.Cluster.Server.Policy.Grant(new AccessRule
        {
            Users = ["oncall"], Verbs = ["*"], ApiGroups = ["", "apps", "argoproj.io", "coordination.k8s.io", "authorization.k8s.io"], Resources = ["*"],
        });

        var output = await production.RunAsync($"Invoke-ImageRollback api -Namespace prod -As oncall {way}");

        Assert.Null(output.Failure?.Message);
        var result = Assert.Single(output.Of<RollbackResult>());
        Assert.True(result.Outcome == RollbackOutcome.RolledBack, result.Message);
        Assert.Contains("stays off, because Image Updater would promote", result.Message, StringComparison.Ordinal);
        Assert.Contains(result.Warnings, warning => warning.Contains("could not be kept from promoting", StringComparison.Ordinal));
        Assert.Contains("-Policy Exact", result.NextStep, StringComparison.Ordinal);
        Assert.Contains("\"enabled\":false", production.Policy, StringComparison.Ordinal);
        Assert.Equal(WholeProduction.Good, production.Image("api"));
    }

    [Theory]
    [InlineData("-Via Git")]
    [InlineData("-Via ArgoCD")]
    [InlineData("-GitChange Revert")]
    public async Task Every_way_ends_in_the_same_place(string way)
    {
        await using var production = await WholeProduction.StartAsync();
        await production.BreakAsync();
        var policy = production.Policy;

        var result = await production.DoAsync($"Invoke-ImageRollback api -Namespace prod {way}");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Equal(policy, production.Policy);
        Assert.Equal("Synced", production.Sync);
        Assert.Equal(WholeProduction.Good, production.Image("api"));
        Assert.Contains("newTag: v1.0.0", await production.ReadAsync(WholeProduction.File));
        var head = await production.Git.ResolveAsync("main", TestContext.Current.CancellationToken);
        Assert.Equal(head, (string?)production.App["status"]!["history"]!.AsArray()[^1]!["revision"]);
    }

    [Fact]
    public async Task What_if_shows_every_step_in_its_order_and_changes_nothing()
    {
        await using var production = await WholeProduction.StartAsync();
        await production.BreakAsync();
        var (policy, head) = (production.Policy, await production.Git.ResolveAsync("main", TestContext.Current.CancellationToken));

        var result = await production.DoAsync("Invoke-ImageRollback api -Namespace prod -WhatIf");

        Assert.Equal(RollbackOutcome.Planned, result.Outcome);
        string[] order = ["applications/shop", "imageupdaters/shop", "no sync is under way", "PATCH apps/v1 deployments/api", "healthy", "PUSH team/devops main", "SYNC", "applications/shop"];
        var at = -1;
        foreach (var expected in order)
        {
            at = result.Steps.ToList().FindIndex(at + 1, step => step.Contains(expected, StringComparison.Ordinal));
            Assert.True(at >= 0, $"'{expected}' is not in its place:\n{string.Join('\n', result.Steps)}");
        }

        Assert.Equal((policy, head), (production.Policy, await production.Git.ResolveAsync("main", TestContext.Current.CancellationToken)));
        Assert.Equal(WholeProduction.Bad, production.Image("api"));
    }

    [Fact]
    public async Task A_protected_branch_leaves_it_paused_and_says_what_to_merge()
    {
        await using var production = await WholeProduction.StartAsync();
        await production.BreakAsync();
        production.Git.Rules.Protect("main");

        var result = await production.DoAsync("Invoke-ImageRollback api -Namespace prod");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Contains("stays off until rollback/shop-", result.Message);
        Assert.Contains("Set-ArgoSyncPolicy shop -Namespace argocd -Policy Exact", result.NextStep);
        Assert.Contains("\"enabled\":false", production.Policy);
        Assert.Equal(WholeProduction.Good, production.Image("api"));

        // Switched on too early it is refused; after the merge it is let through.
        var early = await production.RunAsync("Set-ArgoSyncPolicy shop -Policy Exact");
        Assert.Equal("GitStillBad", Assert.Single(early.Errors).ErrorId);
        production.Git.Rules.Unprotect("main");
        await production.CommitAsync("merge", WholeProduction.File, (await production.ReadAsync(WholeProduction.File)).Replace("v2.0.0", "v1.0.0", StringComparison.Ordinal));
        Assert.Equal(RollbackOutcome.Changed, (await production.DoAsync("Set-ArgoSyncPolicy shop -Policy Exact")).Outcome);
        await production.RunsAsync(WholeProduction.Good);
    }

    [Fact]
    public async Task Without_git_the_workload_goes_back_and_what_is_left_is_said()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        await production.BreakAsync();

        var result = await production.DoAsync("Invoke-ImageRollback api -Namespace prod -Repository file:///nowhere/at-all");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Equal(WholeProduction.Good, production.Image("api"));
        Assert.Contains("\"enabled\":false", production.Policy);
        Assert.Contains(result.Warnings, warning => warning.StartsWith("Git was left as it is", StringComparison.Ordinal));
        Assert.Contains("-Policy Exact", result.NextStep);
    }

    [Fact]
    public async Task Undo_brings_back_what_was_there_git_and_policy_included()
    {
        await using var production = await WholeProduction.StartAsync();
        await production.BreakAsync();
        var policy = production.Policy;
        var result = await production.DoAsync("Invoke-ImageRollback api -Namespace prod");

        var undone = await production.DoAsync($"Undo-RollbackRun {result.RunId}");

        Assert.Equal(RollbackOutcome.Undone, undone.Outcome);
        Assert.Equal(policy, production.Policy);
        Assert.Contains("newTag: v2.0.0", await production.ReadAsync(WholeProduction.File));
        Assert.Equal(WholeProduction.Bad, production.Image("api"));
        Assert.DoesNotContain("ignoreTags", production.Cluster.Store.Find(ArgoResources.ImageUpdaters, "argocd", "shop")!.Read.ToJsonString());
        Assert.Null((string?)production.App["metadata"]!["annotations"]?[VersionMarks.BadAnnotation]);
    }

    [Fact]
    public async Task In_the_cluster_alone_it_says_who_will_fight_back()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        await production.BreakAsync();

        var result = await production.DoAsync("Invoke-ImageRollback api -Namespace prod -Via Cluster -WhatIf");

        Assert.Contains(result.Warnings, warning => warning.Contains("Without -Via Cluster, the rollback pauses that", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Asked_again_it_finishes_what_was_left_of_it_in_Git()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        await production.BreakAsync();
        var policy = production.Policy;
        await production.RunAsync("Invoke-ImageRollback api -Namespace prod -Repository file:///nowhere/at-all");
        Assert.Equal(WholeProduction.Good, production.Image("api"));

        var again = await production.DoAsync("Invoke-ImageRollback api -Namespace prod");

        Assert.True(again.Outcome == RollbackOutcome.Changed, $"{again.Outcome}: {again.Message}");
        Assert.Contains("Git says the same", again.Message, StringComparison.Ordinal);
        Assert.Contains("newTag: v1.0.0", await production.ReadAsync(WholeProduction.File), StringComparison.Ordinal);
        Assert.Equal((policy, "Synced", WholeProduction.Good), (production.Policy, production.Sync, production.Image("api")));
        Assert.Equal(RollbackOutcome.AlreadyThere, (await production.DoAsync("Invoke-ImageRollback api -Namespace prod")).Outcome);
    }

    [Fact]
    public async Task Asked_again_after_the_merge_it_gives_the_policy_back_and_before_it_says_what_to_merge()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        await production.BreakAsync();
        var policy = production.Policy;
        production.Git.Rules.Protect("main");
        await production.DoAsync("Invoke-ImageRollback api -Namespace prod");

        var early = await production.DoAsync("Invoke-ImageRollback api -Namespace prod");
        Assert.Contains("stays off until rollback/shop-", early.Message, StringComparison.Ordinal);
        Assert.Contains("\"enabled\":false", production.Policy, StringComparison.Ordinal);

        await production.CommitAsync("merge", WholeProduction.File, (await production.ReadAsync(WholeProduction.File)).Replace("v2.0.0", "v1.0.0", StringComparison.Ordinal));
        var late = await production.DoAsync("Invoke-ImageRollback api -Namespace prod");
        Assert.True(late.Outcome == RollbackOutcome.Changed, $"{late.Outcome}: {late.Message}");
        Assert.Equal((policy, WholeProduction.Good), (production.Policy, production.Image("api")));
    }

    [Fact]
    public async Task Asked_again_it_leaves_a_newer_version_in_Git_alone()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        await production.BreakAsync();
        await production.RunAsync("Invoke-ImageRollback api -Namespace prod -Repository file:///nowhere/at-all");
        production.Cluster.Images.Push("shop/api", "v3.0.0");
        var fixedUp = (await production.ReadAsync(WholeProduction.File)).Replace("v2.0.0", "v3.0.0", StringComparison.Ordinal);
        await production.CommitAsync("a fixed version", WholeProduction.File, fixedUp);

        await production.DoAsync("Invoke-ImageRollback api -Namespace prod");

        Assert.Equal(fixedUp, await production.ReadAsync(WholeProduction.File));
        Assert.Equal(WholeProduction.Good, production.Image("api"));
        Assert.Contains("\"enabled\":false", production.Policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-Via Git")]
    [InlineData("-Via ArgoCD")]
    public async Task A_sync_window_is_seen_before_anything_is_changed(string way)
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        await production.BreakAsync();
        production.CloseWindow();
        var (policy, head) = (production.Policy, await production.Git.ResolveAsync("main", TestContext.Current.CancellationToken));

        var output = await production.RunAsync($"Invoke-ImageRollback api -Namespace prod {way}");

        var error = Assert.Single(output.Errors);
        Assert.Equal("SyncWindowBlocked", error.ErrorId);
        Assert.Contains("Invoke-ImageRollback", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal((policy, head), (production.Policy, await production.Git.ResolveAsync("main", TestContext.Current.CancellationToken)));
        Assert.Equal(WholeProduction.Bad, production.Image("api"));
    }

    [Fact]
    public async Task Behind_a_closed_sync_window_it_goes_back_without_a_sync()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        await production.BreakAsync();
        production.CloseWindow();
        var policy = production.Policy;

        var result = await production.DoAsync("Invoke-ImageRollback api -Namespace prod");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Contains(result.Steps, step => step.StartsWith("checked: a deny window is open", StringComparison.Ordinal));
        Assert.Equal((policy, WholeProduction.Good), (production.Policy, production.Image("api")));
        Assert.Contains("newTag: v1.0.0", await production.ReadAsync(WholeProduction.File), StringComparison.Ordinal);
    }
}
