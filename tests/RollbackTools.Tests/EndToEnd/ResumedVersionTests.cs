using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>Whoever lets a stopped workload run again is told before it starts when the version that starts is bad.</summary>
public sealed class ResumedVersionTests(SharedCluster shared)
{
    [Fact]
    public async Task A_version_that_crashed_when_it_was_stopped_is_named_before_it_starts_and_the_way_back_can_be_typed()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-crash", "CrashLoopBackOff");
        var at = $"deployment/api -Namespace {production.Namespace}";

        var stopped = await production.RollBackAsync("Suspend-Workload api -Confirm:$false");
        Assert.Equal($"When it is safe: Invoke-ImageRollback {at}; Resume-Workload {at}", stopped.NextStep);

        var plan = await production.RunAsync("Resume-Workload api -WhatIf");
        var warning = Assert.Single(plan.Warnings);
        Assert.Contains("deployment/api starts with api:2.0-crash, which was bad when it was stopped: ", warning, StringComparison.Ordinal);
        Assert.Contains("CrashLoopBackOff", warning, StringComparison.Ordinal);
        Assert.EndsWith($"To take it back before it starts: Invoke-ImageRollback {at}", warning, StringComparison.Ordinal);
        Assert.Equal(0, (int)production.Get("api")["spec"]!["replicas"]!);

        var back = await production.RollBackAsync(warning[warning.IndexOf("Invoke-ImageRollback", StringComparison.Ordinal)..]);
        Assert.Equal((RollbackOutcome.Unverified, "shop/api:1.0", $"When it is safe: Resume-Workload {at}"), (back.Outcome, production.Image("api"), back.NextStep));
        var left = (await production.RunAsync("Get-ImageHistory api")).Of<ImageRevision>().Single(revision => revision.Image == "shop/api:2.0-crash");
        Assert.Equal(RevisionHealth.Bad, left.Health);
        var resumed = await production.RunAsync("Resume-Workload api");
        Assert.Empty(resumed.Warnings);
        Assert.Equal(RollbackOutcome.Changed, Assert.Single(resumed.Of<RollbackResult>()).Outcome);
        Assert.Equal(["shop/api:1.0"], production.Running("api"));
    }

    [Fact]
    public async Task A_version_that_ran_well_when_it_was_stopped_starts_without_a_warning()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");

        var stopped = await production.RollBackAsync("Suspend-Workload api -Confirm:$false");
        Assert.Equal($"When it is safe: Resume-Workload deployment/api -Namespace {production.Namespace}", stopped.NextStep);
        var resumed = await production.RunAsync("Resume-Workload api");

        Assert.Empty(resumed.Warnings);
        Assert.Equal(RollbackOutcome.Changed, Assert.Single(resumed.Of<RollbackResult>()).Outcome);
    }

    [Fact]
    public async Task What_a_record_leaves_to_type_acts_where_its_run_acted()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        await production.RollBackAsync("Suspend-Workload api -Confirm:$false");

        var record = Assert.Single((await production.RunAsync("Get-RollbackRun")).OrThrow().Of<RunRecord>());
        Assert.Contains($" -Kubeconfig {production.Kubeconfig} ", record.NextStep, StringComparison.Ordinal);
        Assert.Equal(record.NextStep, Assert.Single(record.Targets).NextStep);

        var back = await production.RollBackAsync(record.NextStep!["When it is safe: ".Length..]);
        Assert.Equal((RollbackOutcome.Changed, 2), (back.Outcome, (int)production.Get("api")["spec"]!["replicas"]!));
    }
}
