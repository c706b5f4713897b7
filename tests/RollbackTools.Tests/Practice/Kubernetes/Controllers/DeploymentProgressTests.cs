using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Kubernetes.Controllers;

public sealed class DeploymentProgressTests
{
    private const string Good = "registry.example/api:41";
    private const string Bad = "registry.example/api:42-missing";

    [Fact]
    public async Task A_new_replica_set_is_announced_then_updated_then_available()
    {
        await using PracticeStore cluster = new();
        var from = cluster.Store.Version;
        cluster.CreateDeployment("api", Good, 2);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));

        List<string> reasons = [];
        await foreach (var change in cluster.Store.Watch(Resources.Deployments, from, TestContext.Current.CancellationToken))
        {
            if (change.Object.Condition("Progressing") is { } condition && (string)condition["reason"]! is var reason && reasons.LastOrDefault() != reason)
                reasons.Add(reason);
            if (change.Object.Version == cluster.Get(Resources.Deployments, "api").Version) break;
        }

        Assert.Equal(["NewReplicaSetCreated", "ReplicaSetUpdated", "NewReplicaSetAvailable"], reasons);
    }

    [Fact]
    public async Task A_rollout_without_progress_exceeds_its_deadline_and_not_before()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", Good, 2, spec => spec["progressDeadlineSeconds"] = 60);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        cluster.SetImage(Resources.Deployments, "api", Bad);

        await cluster.RunAsync(55);
        Assert.Equal("ReplicaSetUpdated", Progressing(cluster, "reason"));
        await cluster.RunAsync(10);
        Assert.Equal("ProgressDeadlineExceeded", Progressing(cluster, "reason"));
        Assert.Equal("False", Progressing(cluster, "status"));
        Assert.EndsWith("has timed out progressing.", Progressing(cluster, "message"));
    }

    [Fact]
    public async Task A_stale_deadline_survives_the_first_status_after_an_undo()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", Good, 1, spec => spec["progressDeadlineSeconds"] = 30);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        cluster.SetImage(Resources.Deployments, "api", Bad);
        await cluster.RunUntilAsync(() => Progressing(cluster, "reason") == "ProgressDeadlineExceeded");
        var staleSince = Progressing(cluster, "lastUpdateTime");
        await cluster.RunAsync(5);

        var from = cluster.Store.Version;
        cluster.SetImage(Resources.Deployments, "api", Good);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));

        var generation = cluster.Get(Resources.Deployments, "api").Generation();
        List<StoredObject> observed = [];
        await foreach (var change in cluster.Store.Watch(Resources.Deployments, from, TestContext.Current.CancellationToken))
        {
            if (change.Object.Read.Number("status", "observedGeneration") == generation) observed.Add(change.Object);
            if (change.Object.Version == cluster.Get(Resources.Deployments, "api").Version) break;
        }

        Assert.Equal("ProgressDeadlineExceeded", observed[0].Condition("Progressing").Text("reason"));
        Assert.Equal(staleSince, observed[0].Condition("Progressing").Text("lastUpdateTime"));
        Assert.Equal("NewReplicaSetAvailable", Progressing(cluster, "reason"));
        Assert.NotEqual(staleSince, Progressing(cluster, "lastUpdateTime"));
    }

    [Fact]
    public async Task No_deadline_means_no_progressing_condition()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", Good, 1, spec => spec["progressDeadlineSeconds"] = int.MaxValue);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        Assert.Null(cluster.Get(Resources.Deployments, "api").Condition("Progressing"));
    }

    [Fact]
    public async Task Pausing_and_resuming_are_marked_and_a_paused_template_waits()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", Good, 2);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        cluster.Change(Resources.Deployments, "api", body => body["spec"]!["paused"] = true);
        cluster.SetImage(Resources.Deployments, "api", "registry.example/api:43");
        await cluster.RunAsync(60);

        Assert.Equal("DeploymentPaused", Progressing(cluster, "reason"));
        Assert.Single(cluster.List(Resources.ReplicaSets));
        Assert.Equal(3, cluster.Get(Resources.Deployments, "api").Read.Number("status", "observedGeneration"));

        cluster.Change(Resources.Deployments, "api", body => body["spec"]!.AsObject().Remove("paused"));
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        Assert.Equal(2, cluster.List(Resources.ReplicaSets).Count);
        Assert.Equal("NewReplicaSetAvailable", Progressing(cluster, "reason"));
    }

    [Fact]
    public async Task A_paused_deployment_still_scales()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", Good, 2);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        cluster.Change(Resources.Deployments, "api", body =>
        {
            body["spec"]!["paused"] = true;
            body["spec"]!["replicas"] = 4;
        });
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        Assert.Equal(4, cluster.List(Resources.Pods).Count);
    }

    [Fact]
    public async Task A_refused_pod_shows_as_replica_failure_with_the_refusal_and_clears_when_it_is_over()
    {
        Refusal admission = new();
        await using PracticeStore cluster = new(admission: admission);
        admission.Message = "pods \"api\" is forbidden: exceeded quota: prod, requested: pods=1, used: pods=10, limited: pods=10";
        cluster.CreateDeployment("api", Good, 2);
        await cluster.RunAsync(2);

        var failure = cluster.Get(Resources.Deployments, "api").Condition("ReplicaFailure");
        Assert.Equal("FailedCreate", failure.Text("reason"));
        Assert.Equal(admission.Message, failure.Text("message"));
        var set = cluster.List(Resources.ReplicaSets).Single();
        Assert.Contains($"Error creating: {admission.Message}", cluster.EventsOf(set.Name, "FailedCreate"));

        admission.Message = null;
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        Assert.Null(cluster.Get(Resources.Deployments, "api").Condition("ReplicaFailure"));
    }

    [Fact]
    public async Task Too_few_available_replicas_show_as_minimum_availability_lost()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:notready", 2);
        await cluster.RunAsync(30);
        var api = cluster.Get(Resources.Deployments, "api");
        Assert.Equal("MinimumReplicasUnavailable", api.Condition("Available").Text("reason"));
        Assert.Equal(2, api.Read.Number("status", "unavailableReplicas"));
        Assert.Null(api.Read.At("status", "availableReplicas"));
    }

    private static string? Progressing(PracticeStore cluster, string field) =>
        cluster.Get(Resources.Deployments, "api").Condition("Progressing").Text(field);

    private sealed class Refusal : IPodAdmission
    {
        public string? Message { get; set; }

        public System.Text.Json.Nodes.JsonObject Admit(string ns, System.Text.Json.Nodes.JsonObject pod) =>
            Message is null ? pod : throw new PodRefusedException(Message);
    }
}
