using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>Nothing that is stopped, and nothing that was not asked for, changes because a sync comes along.</summary>
public sealed class StoppedBystanderTests
{
    private const string Start = "Resume-Workload deployment/web -Namespace prod";

    [Theory]
    [InlineData("Invoke-ImageRollback api -Namespace prod", WholeProduction.Good)]
    [InlineData("Invoke-ImageRollback api -Namespace prod -Via Git", WholeProduction.Good)]
    [InlineData("Invoke-ImageRollback api -Namespace prod -Via ArgoCD", WholeProduction.Good)]
    [InlineData("Invoke-ImageRollback api -Namespace prod -GitChange Revert", WholeProduction.Good)]
    [InlineData("Invoke-ArgoRollback shop", WholeProduction.Good)]
    [InlineData("Invoke-ReleaseRollback shop", WholeProduction.Good)]
    [InlineData("Invoke-ArgoSync shop -NoWait", WholeProduction.Bad)]
    public async Task A_workload_that_was_stopped_stays_stopped_while_the_application_goes_back(string command, string image)
    {
        await using var production = await StoppedAsync();
        production.Watch();

        var result = await production.DoAsync(command);
        await production.UntilAsync(() => production.App["operation"] is null && (string?)production.App["status"]!["operationState"]!["phase"] == "Succeeded");

        Assert.Equal((image, 0), (production.Image("api"), Replicas(production, "web")));
        Assert.DoesNotContain(production.PodImages, made => made.StartsWith("shop/web", StringComparison.Ordinal));
        Assert.Contains(result.Steps, step => step.StartsWith("a sync leaves deployment/web (stopped by ", StringComparison.Ordinal));
        Assert.Contains(result.Steps, step => step.StartsWith("a sync applies ", StringComparison.Ordinal)
            && step.Contains("deployment/api", StringComparison.Ordinal));
        Assert.Contains(result.Warnings, warning => warning.StartsWith("deployment/web stays as it is: stopped by ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_said_to_do_next_starts_it_again_and_gives_automated_sync_back()
    {
        await using var production = await StoppedAsync();
        production.Watch();

        var result = await production.DoAsync("Invoke-ImageRollback api -Namespace prod");

        Assert.Equal((RollbackOutcome.RolledBack, Start), (result.Outcome, result.NextStep));
        Assert.EndsWith("; Git says the same, and automated sync of application/shop is still off, because it would start deployment/web again",
            result.Message, StringComparison.Ordinal);
        Assert.Equal(Start, production.Runs.Read(result.RunId).NextStep);

        var next = await production.RunAsync(result.NextStep!);

        Assert.Empty(next.Errors.Select(error => error.Message));
        Assert.Equal((WholeProduction.Good, 2), (production.Image("api"), Replicas(production, "web")));
        Assert.Contains("\"selfHeal\":true", production.Policy, StringComparison.Ordinal);
        Assert.DoesNotContain("enabled", production.Policy, StringComparison.Ordinal);
        Assert.DoesNotContain(WholeProduction.Bad, production.PodImages);
    }

    [Fact]
    public async Task A_workload_that_somebody_scaled_to_zero_by_hand_stays_there_too()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        production.Age(TimeSpan.FromDays(2));
        await production.BreakAsync();
        await production.RunAsync("Set-ArgoSyncPolicy shop -Policy None");
        production.Cluster.Store.Update(Resources.Deployments, "prod", "web", body =>
        {
            body["spec"]!["replicas"] = 0;
            return true;
        });
        await production.UntilAsync(() => production.Sync == "OutOfSync");

        var result = await production.DoAsync("Invoke-ArgoRollback shop");

        Assert.Equal((RollbackOutcome.RolledBack, WholeProduction.Good, 0), (result.Outcome, production.Image("api"), Replicas(production, "web")));
        Assert.Contains("deployment/web stays as it is: it wants no pods, and Git says otherwise.", result.Warnings);
        Assert.Equal(RollbackOutcome.AlreadyThere, (await production.DoAsync("Invoke-ArgoRollback shop")).Outcome);
    }

    [Fact]
    public async Task A_change_in_Git_that_waits_for_a_sync_of_its_own_is_not_deployed_by_a_rollback_of_something_else()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        production.Age(TimeSpan.FromDays(2));
        await production.BreakAsync();
        await production.RunAsync("Set-ArgoSyncPolicy shop -Policy None");
        production.Cluster.Images.Push("shop/web", "6.0.0");
        var file = await production.ReadAsync(WholeProduction.File);
        await production.CommitAsync("web 6, for tonight", WholeProduction.File, file.Replace("5.0.0", "6.0.0", StringComparison.Ordinal));
        await production.RunAsync("Get-ArgoApplication shop -Refresh");
        await production.UntilAsync(() => production.Sync == "OutOfSync");

        var result = await production.DoAsync("Invoke-ImageRollback api -Namespace prod");

        Assert.Equal((RollbackOutcome.RolledBack, WholeProduction.Good, "shop/web:5.0.0"), (result.Outcome, production.Image("api"), production.Image("web")));
        Assert.Contains("6.0.0", await production.ReadAsync(WholeProduction.File), StringComparison.Ordinal);
        Assert.Contains("a sync leaves deployment/web (it differs from Git already, and was not asked for)", result.Steps);
    }

    [Fact]
    public async Task Automated_sync_is_not_switched_on_over_what_is_stopped()
    {
        await using var production = await StoppedAsync();
        var policy = production.Policy;

        foreach (var wanted in (string[])["Exact", "Automated"])
        {
            var error = Assert.Single((await production.RunAsync($"Set-ArgoSyncPolicy shop -Policy {wanted}")).Errors);
            Assert.Equal(("WorkloadSuspended", Start), (error.ErrorId, error.RecommendedAction));
        }

        Assert.Equal((policy, 0), (production.Policy, Replicas(production, "web")));
    }

    [Theory]
    [InlineData("Git")]
    [InlineData("ArgoCD")]
    public async Task A_stopped_workload_itself_goes_back_without_a_sync_or_not_at_all(string via)
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        production.Age(TimeSpan.FromDays(2));
        await production.BreakAsync();
        await production.RunAsync("Suspend-Workload api -Namespace prod -Confirm:$false");

        var error = Assert.Single((await production.RunAsync($"Invoke-ImageRollback api -Namespace prod -ToTag v1.0.0 -Via {via}")).Errors);
        Assert.Equal("WorkloadSuspended", error.ErrorId);

        var result = await production.DoAsync("Invoke-ImageRollback api -Namespace prod -ToTag v1.0.0");
        Assert.Equal((RollbackOutcome.Unverified, WholeProduction.Good, 0), (result.Outcome, production.Image("api"), Replicas(production, "api")));
        Assert.Contains("v1.0.0", await production.ReadAsync(WholeProduction.File), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_after_any_line_of_its_journal_the_rollback_is_resumed_and_starts_nothing()
    {
        for (var line = 3; ; line += 3)
        {
            await using var production = await StoppedAsync();
            var exitCode = await production.DieAsync("Invoke-ArgoRollback shop", line);
            var run = production.Runs.List()[0];
            if (run.State == RunState.Interrupted) await production.DoAsync($"Resume-RollbackRun {run.RunId}");

            Assert.Equal((WholeProduction.Good, 0), (production.Image("api"), Replicas(production, "web")));
            if (exitCode == 0) break;
        }
    }

    private static async Task<WholeProduction> StoppedAsync()
    {
        var production = await WholeProduction.StartAsync(updates: false);
        production.Age(TimeSpan.FromDays(2));
        await production.BreakAsync();
        await production.RunAsync("Suspend-Workload web -Namespace prod -Reason INC-7 -Confirm:$false");
        await production.UntilAsync(() => Replicas(production, "web") == 0 && production.Sync == "OutOfSync" && production.App["operation"] is null);
        return production;
    }

    private static int? Replicas(WholeProduction production, string name) => (int?)production.Cluster.Store.Find(Resources.Deployments, "prod", name)!.Read["spec"]!["replicas"];
}
