using System.Text.RegularExpressions;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>Invoke-ArgoRollback against a practice Argo CD, over the cluster's API.</summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed partial class ArgoRollbackTests
{
    [Fact]
    public async Task It_pauses_goes_back_to_known_good_and_stays_there()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        var policy = production.Policy;

        var result = await production.DoAsync("Invoke-ArgoRollback shop -Reason INC-1");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Equal("shop/api:1.0", production.Image);
        Assert.Equal("OutOfSync", production.Sync);
        Assert.Equal("""{"prune":true,"selfHeal":true,"enabled":false}""", production.Policy);
        Assert.Contains("INC-1", production.Annotation(PausedPolicy.Annotation), StringComparison.Ordinal);
        Assert.Contains("Set-ArgoSyncPolicy shop -Namespace argocd -Policy Exact", result.NextStep, StringComparison.Ordinal);

        var undone = await production.DoAsync($"Undo-RollbackRun {result.RunId}");

        Assert.Equal(RollbackOutcome.Undone, undone.Outcome);
        await production.UntilAsync(() => production.Image == "shop/api:2.0-errors");
        Assert.Equal(policy, production.Policy);
        Assert.Null(production.Annotation(PausedPolicy.Annotation));
        Assert.Null(production.Annotation(VersionMarks.BadAnnotation));
    }

    [Fact]
    public async Task Of_an_application_that_was_paused_before_it_says_too_how_it_is_switched_on_again()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        await production.DoAsync("Set-ArgoSyncPolicy shop -Policy None");

        var result = await production.DoAsync("Invoke-ArgoRollback shop");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Contains("Set-ArgoSyncPolicy shop -Namespace argocd -Policy Exact", result.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Typed_three_times_it_goes_back_one_deployment()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();

        Assert.Equal(RollbackOutcome.RolledBack, (await production.DoAsync("Invoke-ArgoRollback shop")).Outcome);
        Assert.Equal(RollbackOutcome.AlreadyThere, (await production.DoAsync("Invoke-ArgoRollback shop")).Outcome);
        Assert.Equal(RollbackOutcome.AlreadyThere, (await production.DoAsync("Invoke-ArgoRollback shop")).Outcome);

        Assert.Equal("shop/api:1.0", production.Image);
    }

    [Fact]
    public async Task A_sync_that_fails_says_that_automated_sync_is_off_and_what_is_said_next_works()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();

        var failed = await production.FailAsync($"Invoke-ArgoRollback shop -ToRevision {new string('e', 40)}", "SyncFailed");

        Assert.EndsWith("Automated sync of application/shop stays off.", failed.Message, StringComparison.Ordinal);
        Assert.Equal("shop/api:2.0-errors", production.Image);
        var record = Assert.Single(production.Runs.List());
        Assert.Equal(failed.RecommendedAction, record.NextStep);
        Assert.EndsWith("Automated sync of application/shop stays off.", record.Targets[0].Message, StringComparison.Ordinal);

        var result = await production.DoAsync(failed.RecommendedAction!);

        Assert.Equal((RollbackOutcome.RolledBack, "shop/api:1.0"), (result.Outcome, production.Image));
        Assert.Contains("automated sync of application/shop stays off, because Git still holds another version", result.Message, StringComparison.Ordinal);
        var kept = (await production.RunAsync($"Get-RollbackRun {result.RunId}")).OrThrow().Of<RunRecord>().Single();
        // The same commands, with the connection of the run: whoever reads the record stands somewhere else.
        Assert.Equal((result.NextStep, result.Message), (Connection().Replace(kept.NextStep!, ""), kept.Targets[0].Message));
        Assert.Equal(result.Warnings, kept.Targets[0].Warnings);
    }

    [Fact]
    public async Task The_history_tells_commits_images_and_the_target()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();

        var entries = (await production.RunAsync("Get-ArgoHistory shop")).OrThrow().Of<ArgoHistoryEntry>().ToList();

        Assert.Equal([true, false], entries.Select(entry => entry.Current));
        Assert.Equal([false, true], entries.Select(entry => entry.IsDefaultTarget));
        Assert.Equal(["shop/api:1.0"], entries[1].Images);
        Assert.True(entries[1].Health >= RevisionHealth.Likely);
    }

    [Fact]
    public async Task What_was_left_for_a_commit_that_was_mistyped_is_not_where_the_next_one_goes()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync(policy: "{}");
        production.Age(TimeSpan.FromHours(2)); // The bad one, too, ran for long enough to look good.
        var mistyped = production.Git.Commit("shop", Tests.Practice.ArgoCd.ArgoPractice.Deployment("shop/api:0.1"));
        Assert.Equal(RollbackOutcome.RolledBack, (await production.DoAsync($"Invoke-ArgoRollback shop -ToRevision {mistyped} -Confirm:$false")).Outcome);

        var judged = (await production.RunAsync("Get-ArgoHistory shop")).OrThrow().Of<ArgoHistoryEntry>().ToList();

        Assert.Equal(["shop/api:1.0"], Assert.Single(judged, entry => entry.IsDefaultTarget).Images);
        Assert.Contains(judged, entry => entry.Images.Contains("shop/api:2.0-errors") && entry.Evidence.Contains("Was rolled away from before"));

        // Trying again what was left says nothing against what is left for it.
        await production.DoAsync("Invoke-ArgoRollback shop -Id 1 -Confirm:$false");
        Assert.DoesNotContain((await production.RunAsync("Get-ArgoHistory shop")).OrThrow().Of<ArgoHistoryEntry>(),
            entry => entry.Images.Contains("shop/api:0.1") && entry.Evidence.Contains("Was rolled away from before"));
    }

    [GeneratedRegex(" -Context \\S+ -Kubeconfig \\S+")]
    private static partial Regex Connection();
}
