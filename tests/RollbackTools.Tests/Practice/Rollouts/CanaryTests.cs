using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.Practice.Kubernetes.Controllers;
using static RollbackTools.Tests.Practice.Rollouts.RolloutPractice;

namespace RollbackTools.Tests.Practice.Rollouts;

public sealed class CanaryTests
{
    [Fact]
    public async Task The_first_version_is_deployed_whole_and_becomes_stable_without_steps()
    {
        await using RolloutPractice practice = new();
        await practice.DeployAsync(Canary("1"));

        var set = Assert.Single(practice.Sets);
        var hash = set.Labels["rollouts-pod-template-hash"];
        Assert.Equal($"catalog-{hash}", set.Name);
        Assert.Equal(("1", "4"), (set.Annotation("rollout.argoproj.io/revision"), set.Annotation("rollout.argoproj.io/desired-replicas")));
        Assert.Equal("1", practice.Stored.Annotation("rollout.argoproj.io/revision"));
        Assert.Equal((hash, hash, 4), (practice.Stable, practice.Current, practice.Step));
        // The first revision's number is written with the containers' empty resources.
        Assert.Equal("2", (string?)practice.Status["observedGeneration"]);
        Assert.Equal("app=catalog", (string?)practice.Status["selector"]);
        Assert.Equal(("True", "NewReplicaSetAvailable"), practice.Condition("Progressing"));
        Assert.Equal(("True", "RolloutHealthy"), practice.Condition("Healthy"));
        Assert.Equal(("True", "RolloutCompleted"), practice.Condition("Completed"));
        Assert.Equal(("True", "AvailableReason"), practice.Condition("Available"));
        Assert.All(practice.Cluster.PodsOf(set), pod => Assert.Equal(hash, pod.Labels["rollouts-pod-template-hash"]));

        // What is not a Rollout's template's own is the API server's: the ReplicaSet has its defaults.
        Assert.Equal(30, (int?)set.Read["spec"]!["template"]!["spec"]!["terminationGracePeriodSeconds"]);
    }

    [Fact]
    public async Task A_new_version_gets_its_share_of_the_pods_and_waits_at_the_pause()
    {
        await using RolloutPractice practice = new();
        await practice.DeployAsync(Canary("1"));
        await practice.ShipAsync(Canary("2"), "CanaryPauseStep");

        Assert.Equal(("Paused", 1), (practice.Phase, practice.Step));
        Assert.Equal((3, 1), (practice.Pods("1"), practice.Pods("2")));
        Assert.NotEqual(practice.Stable, practice.Current);
        Assert.True((bool)practice.Status["controllerPause"]!);
        Assert.Equal("CanaryPauseStep", (string?)practice.Status["pauseConditions"]![0]!["reason"]);
        await practice.Cluster.SettleAsync();
        Assert.Equal(("True", "RolloutPaused"), practice.Condition("Paused"));
        Assert.Equal(("Unknown", "RolloutPaused"), practice.Condition("Progressing"));
        Assert.Contains("Rollout step 1/4 completed (setWeight: 25)", practice.Cluster.EventsOf("catalog", "RolloutStepCompleted"));

        // It waits for somebody, not for a time.
        await practice.Cluster.RunAsync(3600);
        Assert.Equal("Paused", practice.Phase);
    }

    [Fact]
    public async Task It_never_says_it_is_healthy_with_a_spec_that_it_has_only_seen()
    {
        await using RolloutPractice practice = new();
        await practice.DeployAsync(Canary("1"));
        var from = practice.Stored.Version;
        var healthy = (string?)practice.Status["observedGeneration"];
        await practice.ShipAsync(Canary("2"), "CanaryPauseStep");

        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(10));
        var seen = 0;
        await foreach (var change in practice.Cluster.Store.Watch(practice.Platform.Rollouts, from, stop.Token))
        {
            var rollout = change.Object.Read;
            if ((string?)rollout["status"]!["observedGeneration"] != healthy) Assert.NotEqual("Healthy", (string?)rollout["status"]!["phase"]);
            seen++;
            if (change.Object.Version == practice.Stored.Version) break;
        }

        Assert.InRange(seen, 5, 100);
    }

    [Fact]
    public async Task Promoting_goes_on_to_the_next_pause_which_ends_by_itself_and_then_the_new_version_is_stable()
    {
        await using RolloutPractice practice = new();
        await practice.DeployAsync(Canary("1"));
        await practice.ShipAsync(Canary("2"), "CanaryPauseStep");
        await practice.PatchStatusAsync("""{ "pauseConditions": null }""");
        await practice.Cluster.RunUntilAsync(() => practice.Step == 3 && practice.Phase == "Paused");
        Assert.Equal((2, 2), (practice.Pods("1"), practice.Pods("2")));

        await practice.Cluster.RunAsync(55);
        Assert.Equal("Paused", practice.Phase);
        await practice.Cluster.RunUntilAsync(() => practice.Healthy);
        Assert.Equal((practice.Current, 4), (practice.Stable, practice.Step));
        Assert.Equal((0, 4), (practice.Pods("1"), practice.Pods("2")));
        Assert.Null(practice.Status["pauseConditions"]);
        Assert.Contains(practice.Cluster.EventsOf("catalog", "RolloutCompleted"),
            message => message == $"Rollout completed update to revision 2 ({practice.Current}): Completed all 4 canary steps");
    }

    [Fact]
    public async Task Pods_never_exceed_surge_nor_fall_below_availability_on_the_way()
    {
        await using RolloutPractice practice = new();
        await practice.DeployAsync(Canary("1", "steps: [{ setWeight: 25 }, { setWeight: 75 }], maxSurge: 1, maxUnavailable: 0"));
        await practice.ShipAsync(Canary("2", "steps: [{ setWeight: 25 }, { setWeight: 75 }], maxSurge: 1, maxUnavailable: 0"), () =>
        {
            var pods = practice.Cluster.List(Resources.Pods).Where(pod => !pod.Deleting()).ToList();
            Assert.True(pods.Count <= 5, $"{pods.Count} pods");
            Assert.True(pods.Count(pod => pod.PodReady()) >= 4, "fewer than four ready");
            return practice.Healthy;
        });
    }

    [Fact]
    public async Task A_version_that_never_gets_ready_stays_at_its_share_and_is_late_after_its_deadline()
    {
        await using RolloutPractice practice = new();
        await practice.DeployAsync(Canary("1"));
        await practice.ShipAsync(Canary("2-notready", more: "  progressDeadlineSeconds: 120"), () => practice.Phase == "Degraded");

        Assert.Equal($"ProgressDeadlineExceeded: ReplicaSet \"{practice.Set("2-notready").Name}\" has timed out progressing.", practice.Message);
        Assert.Equal(0, practice.Step);
        Assert.Equal(("False", "ProgressDeadlineExceeded"), practice.Condition("Progressing"));
        Assert.Equal(1, practice.Pods("2-notready"));
        Assert.False(practice.Status.ContainsKey("abort"));
    }

    [Fact]
    public async Task A_late_version_is_aborted_where_the_spec_says_so()
    {
        await using RolloutPractice practice = new();
        await practice.DeployAsync(Canary("1"));
        await practice.ShipAsync(Canary("2-notready", more: "  progressDeadlineSeconds: 120\n  progressDeadlineAbort: true"), () => practice.Phase == "Degraded");

        Assert.True((bool)practice.Status["abort"]!);
        Assert.StartsWith("RolloutAborted: Rollout aborted update to revision 2: ReplicaSet \"", practice.Message);
        await practice.Cluster.RunAsync(60);
        Assert.Equal((4, 0), (practice.Pods("1"), practice.Pods("2-notready")));
    }

    [Fact]
    public async Task Stable_and_canary_services_select_their_replica_sets()
    {
        await using RolloutPractice practice = new();
        foreach (var name in (string[])["catalog", "catalog-canary"]) practice.Cluster.Operator.Apply(Service(name));
        const string Strategy = $"canaryService: catalog-canary, stableService: catalog, {Steps}";
        await practice.DeployAsync(Canary("1", Strategy));
        await practice.Cluster.RunUntilAsync(() => practice.Selected("catalog") == practice.Stable && practice.Selected("catalog-canary") == practice.Stable);

        await practice.ShipAsync(Canary("2", Strategy), "CanaryPauseStep");
        Assert.Equal((practice.Stable, practice.Current), (practice.Selected("catalog"), practice.Selected("catalog-canary")));
        Assert.Equal("catalog", practice.Cluster.Get(Resources.Services, "catalog").Annotation("argo-rollouts.argoproj.io/managed-by-rollouts"));

        await practice.PatchStatusAsync("""{ "abort": true }""");
        await practice.Cluster.RunAsync(10);
        Assert.Equal((practice.Stable, practice.Stable), (practice.Selected("catalog"), practice.Selected("catalog-canary")));
    }

    [Fact]
    public async Task Scaling_in_the_middle_keeps_the_share()
    {
        await using RolloutPractice practice = new();
        await practice.DeployAsync(Canary("1"));
        await practice.ShipAsync(Canary("2"), "CanaryPauseStep");
        await practice.ChangeAsync(body => body["spec"]!["replicas"] = 8);
        await practice.Cluster.RunUntilAsync(() => practice.Pods("1") == 6 && practice.Pods("2") == 2);

        await practice.Cluster.RunAsync(30);
        Assert.Equal(("Paused", 1), (practice.Phase, practice.Step));
        Assert.All(practice.Sets, set => Assert.Equal("8", set.Annotation("rollout.argoproj.io/desired-replicas")));
    }

    [Fact]
    public async Task A_paused_spec_halts_everything_until_it_is_resumed()
    {
        await using RolloutPractice practice = new();
        await practice.DeployAsync(Canary("1"));
        await practice.ChangeAsync(body => body["spec"]!["paused"] = true);
        await practice.ShipAsync(Canary("2", more: "  paused: true"), () => practice.Sets.Count() == 2);
        await practice.Cluster.RunAsync(60);
        Assert.Equal(("Paused", "manually paused", 0), (practice.Phase, practice.Message, practice.Pods("2")));

        await practice.ChangeAsync(body => body["spec"]!.AsObject().Remove("paused"));
        await practice.Cluster.RunUntilAsync(() => practice.Message == "CanaryPauseStep");
    }

    [Fact]
    public async Task Replica_sets_beyond_the_history_limit_are_deleted()
    {
        await using RolloutPractice practice = new();
        foreach (var tag in (string[])["1", "2", "3", "4"])
        {
            await practice.DeployAsync(Canary(tag, "steps: []", more: "  revisionHistoryLimit: 1"));
            await practice.Cluster.RunAsync(60);
        }

        Assert.Equal(["3", "4"], practice.Sets.Select(set => set.Annotation("rollout.argoproj.io/revision")).Order());
    }

    [Fact]
    public async Task A_restart_replaces_every_pod_without_a_new_revision()
    {
        await using RolloutPractice practice = new();
        await practice.DeployAsync(Canary("1"));
        var before = practice.Cluster.List(Resources.Pods).Select(pod => pod.Uid()).ToHashSet();
        await practice.Cluster.RunAsync(10);
        var now = practice.Cluster.Clock.GetUtcNow();
        await practice.ChangeAsync(body => body["spec"]!["restartAt"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
        Assert.Equal("rollout is restarting", practice.Message);

        await practice.Cluster.RunUntilAsync(() => practice.Healthy && practice.Status["restartedAt"] is not null);
        Assert.DoesNotContain(practice.Cluster.List(Resources.Pods), pod => pod.Active() && before.Contains(pod.Uid()));
        Assert.Equal("1", Assert.Single(practice.Sets).Annotation("rollout.argoproj.io/revision"));
    }

    [Fact]
    public async Task An_invalid_spec_is_said_and_nothing_is_done_until_it_is_right()
    {
        await using RolloutPractice practice = new();
        practice.Cluster.Operator.Apply(Canary("1", $"stableService: catalog, {Steps}"));
        await practice.Cluster.SettleAsync();
        Assert.Equal("Degraded", practice.Phase);
        Assert.Equal("InvalidSpec: The Rollout \"catalog\" is invalid: spec.strategy.canary.stableService: Invalid value: \"catalog\": service \"catalog\" not found",
            practice.Message);
        Assert.Empty(practice.Sets);

        practice.Cluster.Operator.Apply(Service("catalog"));
        await practice.Cluster.RunUntilAsync(() => practice.Healthy);
        Assert.Null(practice.Stored.Condition("InvalidSpec"));
    }
}
