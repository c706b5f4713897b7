using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>StatefulSets and DaemonSets, whose controllers do not put everything right by themselves (kubernetes#67250).</summary>
public sealed class StatefulSetTests(SharedCluster shared)
{
    private static readonly ResourceType Sts = Resources.StatefulSets;
    private static readonly ResourceType Ds = Resources.DaemonSets;

    [Theory]
    [InlineData("2.0-crash", "CrashLoopBackOff")]
    [InlineData("2.0-bad-pull", "ImagePullBackOff")]
    public async Task A_pod_that_is_stuck_is_replaced_and_only_that_one(string bad, string trouble)
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("queue", bad, trouble, Sts, replicas: 3);
        var well = Uids(production).Where(pod => pod.Name is "queue-0" or "queue-1").ToList();

        var result = await production.RollBackAsync("Invoke-ImageRollback queue");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/queue:1.0"), (result.Outcome, result.To));
        Assert.Equal(["shop/queue:1.0"], production.Running("queue"));
        Assert.Equal(well, Uids(production).Where(pod => pod.Name is "queue-0" or "queue-1"));
        Assert.Contains(production.Runs.Read(result.RunId).Steps, step => step.Event == "Done" && step.Step.StartsWith("DELETE v1 pods/queue-2 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pods_that_are_ready_on_the_bad_release_are_rolled_one_by_one()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("queue", "2.0-errors", kind: Sts);

        var result = await production.RollBackAsync("Invoke-ImageRollback queue");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Equal(["shop/queue:1.0"], production.Running("queue"));
    }

    [Fact]
    public async Task Behind_a_partition_the_pods_it_keeps_back_are_left_and_reported()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("queue", "1.0", Sts, replicas: 3);
        production.Age("queue", TimeSpan.FromDays(2));
        production.Ship("queue", "2.0-errors", Sts);
        await production.CompleteAsync("queue", Sts);
        production.Change("queue", body => body["spec"]!["updateStrategy"]!["rollingUpdate"]!["partition"] = 2, Sts);

        var result = await production.RollBackAsync("Invoke-ImageRollback queue");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Contains(result.Warnings, warning => warning.Contains("queue-0, queue-1", StringComparison.Ordinal) && warning.Contains("partition 2", StringComparison.Ordinal));
        Assert.Equal(["shop/queue:1.0", "shop/queue:2.0-errors"], production.Running("queue").Order());
    }

    [Fact]
    public async Task With_OnDelete_broken_pods_are_replaced_and_healthy_ones_reported()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("queue", "1.0", Sts, replicas: 2, more: "updateStrategy: { type: OnDelete }, podManagementPolicy: Parallel,");
        production.Age("queue", TimeSpan.FromDays(2));
        production.Ship("queue", "2.0-crash", Sts);
        await production.Client.DeleteAsync($"/api/v1/namespaces/{production.Namespace}/pods/queue-1", TestContext.Current.CancellationToken);
        await production.UntilAsync(() => production.Running("queue").Contains("shop/queue:2.0-crash"));

        var result = await production.RollBackAsync("Invoke-ImageRollback queue");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Equal(["shop/queue:1.0"], production.Running("queue"));
    }

    [Theory]
    [InlineData("2.0-crash", "CrashLoopBackOff")]
    [InlineData("2.0-errors", null)]
    public async Task A_DaemonSet_goes_back_on_every_node(string bad, string? trouble)
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("agent", bad, trouble, Ds);

        var result = await production.RollBackAsync("Invoke-ImageRollback agent");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/agent:1.0"), (result.Outcome, result.To));
        await production.CompleteAsync("agent", Ds);
        Assert.Equal(["shop/agent:1.0"], production.Running("agent"));
        Assert.Equal((int)production.Get("agent", Ds)["status"]!["desiredNumberScheduled"]!, production.Pods("agent").Count);
    }

    [Fact]
    public async Task A_revision_recorded_before_the_server_knew_some_default_is_still_reached()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("queue", "2.0-crash", "CrashLoopBackOff", Sts);
        var recorded = production.List(Resources.ControllerRevisions).First(revision => (long)revision.Read["revision"]! == 1);
        production.Rewrite(
            recorded.Name, body => Assert.True(body["data"]!["spec"]!["template"]!["spec"]!.AsObject().Remove("terminationGracePeriodSeconds")), Resources.ControllerRevisions);

        var result = await production.RollBackAsync("Invoke-ImageRollback queue");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/queue:1.0"), (result.Outcome, production.Image("queue", Sts)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_into_a_template_that_the_server_filled_in_is_taken_up_and_taken_back(bool killed)
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("queue", "2.0-crash", "CrashLoopBackOff", Sts);
        var recorded = production.List(Resources.ControllerRevisions).First(revision => (long)revision.Read["revision"]! == 1);
        production.Rewrite(
            recorded.Name, body => Assert.True(body["data"]!["spec"]!["template"]!["spec"]!.AsObject().Remove("terminationGracePeriodSeconds")), Resources.ControllerRevisions);
        using CancellationTokenSource interrupt = new();
        // Between the change and its outcome on record: what resumes has only the plan to compare with.
        if (killed) production.AddFault(new FaultRule { Kind = FaultKind.Latency, DelayMilliseconds = 1500, Verb = "delete", Resource = "pods", Times = 1 });
        var running = production.RunAsync("Invoke-ImageRollback queue", interrupt.Token);
        if (killed)
        {
            await production.UntilAsync(() => production.Image("queue", Sts) == "shop/queue:1.0");
            await interrupt.CancelAsync();
        }

        await running;
        var run = Assert.Single(production.Runs.List());
        if (killed)
        {
            var resumed = Assert.Single((await production.RunAsync($"Resume-RollbackRun {run.RunId}")).Of<RollbackResult>());
            Assert.Equal((RollbackOutcome.RolledBack, null), (resumed.Outcome, resumed.ErrorId));
            await production.CompleteAsync("queue", Sts);
        }

        var undone = Assert.Single((await production.RunAsync($"Undo-RollbackRun {run.RunId}")).Of<RollbackResult>());
        Assert.Equal((RollbackOutcome.Undone, "shop/queue:2.0-crash"), (undone.Outcome, production.Image("queue", Sts)));
    }

    [Fact]
    public async Task Under_OnDelete_the_pods_left_behind_are_named_each_time_it_is_asked()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("queue", "1.0", Sts, replicas: 2, more: "updateStrategy: { type: OnDelete }, podManagementPolicy: Parallel,");
        production.Age("queue", TimeSpan.FromDays(2));
        production.Ship("queue", "2.0-errors", Sts);
        await production.Client.DeleteAsync($"/api/v1/namespaces/{production.Namespace}/pods/queue-1", TestContext.Current.CancellationToken);
        await production.UntilAsync(() => production.Running("queue").Contains("shop/queue:2.0-errors") && production.Pods("queue").Count == 2);
        await production.UntilAsync(() => (int?)production.Get("queue", Sts)["status"]!["readyReplicas"] == 2);

        var first = await production.RollBackAsync("Invoke-ImageRollback queue");
        var second = await production.RollBackAsync("Invoke-ImageRollback queue");

        Assert.Equal((RollbackOutcome.RolledBack, RollbackOutcome.AlreadyThere), (first.Outcome, second.Outcome));
        Assert.Contains(first.Warnings, warning => warning.StartsWith("queue-1 still run", StringComparison.Ordinal));
        Assert.Contains(second.Warnings, warning => warning.StartsWith("queue-1 still run", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rolling_a_StatefulSet_back_twice_stays()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("queue", "2.0-crash", "CrashLoopBackOff", Sts);
        await production.RollBackAsync("Invoke-ImageRollback queue");

        var again = await production.RollBackAsync("Invoke-ImageRollback queue");

        Assert.Equal((RollbackOutcome.AlreadyThere, "shop/queue:1.0"), (again.Outcome, production.Image("queue", Sts)));
    }

    private static IReadOnlyList<(string Name, string Uid)> Uids(Production production) =>
        [.. production.List(Resources.Pods).Select(pod => (pod.Name, (string)pod.Read["metadata"]!["uid"]!))];
}
