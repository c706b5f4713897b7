using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using static RollbackTools.Tests.Practice.Rollouts.RolloutPractice;

namespace RollbackTools.Tests.Practice.Rollouts;

public sealed class AbortTests
{
    private static async Task<RolloutPractice> PausedAsync()
    {
        RolloutPractice practice = new();
        await practice.DeployAsync(Canary("1"));
        await practice.ShipAsync(Canary("2"), "CanaryPauseStep");
        return practice;
    }

    [Fact]
    public async Task An_abort_gives_the_pods_back_to_the_stable_version_and_leaves_the_spec_bad()
    {
        await using var practice = await PausedAsync();
        await practice.PatchStatusAsync("""{ "abort": true }""");
        await practice.Cluster.RunUntilAsync(() => practice.Pods("1") == 4 && practice.Pods("2") == 0);

        Assert.Equal(("Degraded", "RolloutAborted: Rollout aborted update to revision 2"), (practice.Phase, practice.Message));
        Assert.Equal(("False", "RolloutAborted"), practice.Condition("Progressing"));
        Assert.True((bool)practice.Status["abort"]!);
        Assert.NotNull(practice.Status["abortedAt"]);
        Assert.Null(practice.Status["pauseConditions"]);
        Assert.Equal(0, practice.Step);
        Assert.Equal("shop/catalog:2", (string?)practice.Rollout["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]);

        await practice.Cluster.RunAsync(3600);
        Assert.Equal("Degraded", practice.Phase);
    }

    [Fact]
    public async Task A_retry_begins_at_the_first_step_again()
    {
        await using var practice = await PausedAsync();
        await practice.PatchStatusAsync("""{ "abort": true }""");
        await practice.Cluster.RunUntilAsync(() => practice.Pods("2") == 0);
        await practice.PatchStatusAsync("""{ "abort": false }""");
        await practice.Cluster.RunUntilAsync(() => practice.Message == "CanaryPauseStep");

        Assert.Equal((1, 3, 1), (practice.Step, practice.Pods("1"), practice.Pods("2")));
        Assert.NotEqual(true, (bool?)practice.Status["abort"]);
        Assert.False(practice.Status.ContainsKey("abortedAt"));
    }

    [Fact]
    public async Task Back_to_the_stable_version_after_an_abort_skips_the_steps_and_ends_the_abort()
    {
        await using var practice = await PausedAsync();
        await practice.PatchStatusAsync("""{ "abort": true }""");
        await practice.Cluster.RunUntilAsync(() => practice.Pods("2") == 0);
        await practice.SetImageAsync("1");
        await practice.Cluster.RunUntilAsync(() => practice.Healthy);

        Assert.Equal((practice.Stable, 4), (practice.Current, practice.Step));
        Assert.False(practice.Status.ContainsKey("abort"));
        Assert.Contains("Rollback to stable ReplicaSets", practice.Cluster.EventsOf("catalog", "SkipSteps"));
        Assert.Equal(("3", "1"), (practice.Set("1").Annotation("rollout.argoproj.io/revision"), practice.Set("1").Annotation("rollout.argoproj.io/revision-history")));
        Assert.Equal("3", practice.Stored.Annotation("rollout.argoproj.io/revision"));
    }

    [Fact]
    public async Task Back_to_the_stable_version_in_the_middle_needs_no_abort()
    {
        await using var practice = await PausedAsync();
        await practice.SetImageAsync("1");
        await practice.Cluster.RunUntilAsync(() => practice.Healthy);
        Assert.Equal((4, 0), (practice.Pods("1"), practice.Pods("2")));
    }

    [Fact]
    public async Task The_template_of_a_replica_set_is_the_same_version_though_defaults_were_filled_in()
    {
        await using var practice = await PausedAsync();
        var template = practice.Set("1").Copy()["spec"]!["template"]!.DeepClone().AsObject();
        template["metadata"]!["labels"]!.AsObject().Remove("rollouts-pod-template-hash");
        await practice.ChangeAsync(body => body["spec"]!["template"] = template.DeepClone());
        await practice.Cluster.RunUntilAsync(() => practice.Healthy);

        Assert.Equal(2, practice.Sets.Count());
        Assert.Equal(practice.Stable, practice.Current);
    }

    [Fact]
    public async Task An_abort_of_a_rollout_that_is_through_is_dropped()
    {
        await using RolloutPractice practice = new();
        await practice.DeployAsync(Canary("1"));
        await practice.PatchStatusAsync("""{ "abort": true }""");
        await practice.Cluster.RunAsync(5);
        Assert.False(practice.Status.ContainsKey("abort"));
        Assert.Equal("Healthy", practice.Phase);
    }

    [Fact]
    public async Task A_full_promotion_skips_what_is_left()
    {
        await using var practice = await PausedAsync();
        await practice.PatchStatusAsync("""{ "promoteFull": true }""");
        await practice.Cluster.RunUntilAsync(() => practice.Healthy);
        Assert.Equal((0, 4), (practice.Pods("1"), practice.Pods("2")));
        Assert.Contains(practice.Cluster.EventsOf("catalog", "RolloutCompleted"), message => message.EndsWith(": Full promotion requested", StringComparison.Ordinal));
        Assert.False(practice.Status.ContainsKey("promoteFull"));
    }

    [Fact]
    public async Task Going_back_after_a_completed_canary_runs_its_steps_again_unless_it_is_fully_promoted()
    {
        await using var practice = await PausedAsync();
        await practice.PatchStatusAsync("""{ "promoteFull": true }""");
        await practice.Cluster.RunUntilAsync(() => practice.Healthy);

        await practice.SetImageAsync("1");
        await practice.Cluster.RunUntilAsync(() => practice.Message == "CanaryPauseStep");
        Assert.Equal((1, 3), (practice.Pods("1"), practice.Pods("2")));

        await practice.PatchStatusAsync("""{ "promoteFull": true }""");
        await practice.Cluster.RunUntilAsync(() => practice.Healthy);
        Assert.Equal((4, 0), (practice.Pods("1"), practice.Pods("2")));
    }

    [Fact]
    public async Task Within_the_rollback_window_an_older_version_comes_back_without_steps()
    {
        await using RolloutPractice practice = new();
        const string Window = "  rollbackWindow: { revisions: 2 }";
        foreach (var tag in (string[])["1", "2", "3", "4"])
        {
            await practice.Cluster.RunAsync(60);
            practice.Cluster.Operator.Apply(Canary(tag, more: Window));
            await practice.Cluster.SettleAsync();
            if (tag != "1") await practice.PatchStatusAsync("""{ "promoteFull": true }""");
            await practice.Cluster.RunUntilAsync(() => practice.Healthy);
        }

        // One ReplicaSet was created between 2 and 4, which is fewer than two.
        await practice.SetImageAsync("2");
        await practice.Cluster.RunUntilAsync(() => practice.Healthy);
        Assert.Equal(4, practice.Pods("2"));
        Assert.Contains(practice.Cluster.EventsOf("catalog", "RolloutCompleted"), message => message.EndsWith(": Rollback within window", StringComparison.Ordinal));

        // Forward is never within the window; and two were created between 1 and 4.
        await practice.SetImageAsync("4");
        await practice.Cluster.RunUntilAsync(() => practice.Message == "CanaryPauseStep");
        await practice.PatchStatusAsync("""{ "promoteFull": true }""");
        await practice.Cluster.RunUntilAsync(() => practice.Healthy);
        await practice.SetImageAsync("1");
        await practice.Cluster.RunUntilAsync(() => practice.Message == "CanaryPauseStep");
        Assert.Equal(1, practice.Pods("1"));
    }
}
