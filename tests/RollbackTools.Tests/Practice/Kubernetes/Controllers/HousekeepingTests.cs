using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Kubernetes.Controllers;

public sealed class HousekeepingTests
{
    [Fact]
    public async Task Deleting_a_deployment_takes_its_replica_sets_and_pods_along()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 2);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        cluster.Store.Delete(Resources.Deployments, PracticeStore.Ns, "api");
        await cluster.RunAsync(60);
        Assert.Empty(cluster.List(Resources.ReplicaSets));
        Assert.Empty(cluster.List(Resources.Pods));
    }

    [Fact]
    public async Task A_foreground_deletion_keeps_the_owner_until_its_dependents_are_gone()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 2);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        Delete(cluster, "foregroundDeletion");
        await cluster.SettleAsync();
        Assert.True(cluster.Get(Resources.Deployments, "api").Deleting());
        await cluster.RunUntilAsync(() => cluster.Store.Find(Resources.Deployments, PracticeStore.Ns, "api") is null);
        Assert.Empty(cluster.List(Resources.Pods));
    }

    [Fact]
    public async Task An_orphaning_deletion_leaves_the_dependents_running_without_an_owner()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 2);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        Delete(cluster, "orphan");
        await cluster.RunAsync(60);
        Assert.Null(cluster.Store.Find(Resources.Deployments, PracticeStore.Ns, "api"));
        Assert.Null(cluster.List(Resources.ReplicaSets).Single().Controller());
        Assert.Equal(2, cluster.List(Resources.Pods).Count(pod => pod.PodReady()));
    }

    [Fact]
    public async Task Orphans_are_taken_by_the_next_owner_that_selects_them()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 2);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        var pods = cluster.List(Resources.Pods).Select(pod => pod.Name).ToList();
        Delete(cluster, "orphan");
        await cluster.RunAsync(5);
        cluster.CreateDeployment("api", "registry.example/api:41", 2);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        Assert.Single(cluster.List(Resources.ReplicaSets));
        Assert.Equal(pods, cluster.List(Resources.Pods).Select(pod => pod.Name));
    }

    [Fact]
    public async Task A_pod_set_aside_by_its_labels_is_let_go_and_replaced()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 2);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        var suspect = cluster.List(Resources.Pods)[0].Name;
        cluster.Change(Resources.Pods, suspect, body => body["metadata"]!["labels"]!["app"] = "quarantine");
        await cluster.RunAsync(60);
        Assert.Null(cluster.Get(Resources.Pods, suspect).Controller());
        Assert.Equal(3, cluster.List(Resources.Pods).Count(pod => pod.PodReady()));
        Assert.True(cluster.RolledOut("api"));
    }

    [Fact]
    public async Task A_dependent_of_an_owner_that_never_was_is_collected()
    {
        await using PracticeStore cluster = new();
        var body = PracticeStore.Workload("api-1", "registry.example/api:41", 0);
        body["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = "Deployment", ["name"] = "api", ["uid"] = "gone" });
        cluster.Store.Create(Resources.ReplicaSets, body);
        await cluster.SettleAsync();
        Assert.Empty(cluster.List(Resources.ReplicaSets));
    }

    [Fact]
    public async Task Deleting_a_namespace_empties_it_first()
    {
        await using PracticeStore cluster = new();
        cluster.Store.Create(Resources.Namespaces, JsonNode.Parse("""{"metadata":{"name":"prod","finalizers":["kubernetes"]}}""")!.AsObject());
        cluster.CreateDeployment("api", "registry.example/api:41", 2);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        cluster.Store.Delete(Resources.Namespaces, null, "prod");
        await cluster.SettleAsync();
        Assert.Equal("Terminating", cluster.Store.Find(Resources.Namespaces, null, "prod")!.Read.Text("status", "phase"));
        await cluster.RunUntilAsync(() => cluster.Store.Find(Resources.Namespaces, null, "prod") is null);
        Assert.All(Resources.BuiltIn.Where(kind => kind.Namespaced), kind => Assert.Empty(cluster.List(kind)));
    }

    [Fact]
    public async Task Events_are_forgotten_an_hour_after_they_last_happened()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 1);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        await cluster.RunAsync(50 * 60);
        Assert.NotEmpty(cluster.List(Resources.Events));
        await cluster.RunAsync(12 * 60);
        Assert.Empty(cluster.List(Resources.Events));
    }

    [Fact]
    public async Task A_repeated_event_is_counted_not_repeated()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:missing", 1);
        await cluster.RunAsync(300);
        var pod = cluster.List(Resources.Pods).Single();
        var backOff = cluster.List(Resources.Events).Single(e => e.Read.Text("reason") == "BackOff" && e.Read.Text("involvedObject", "name") == pod.Name);
        Assert.True(backOff.Read.Number("count") > 3);
        Assert.True(string.CompareOrdinal(backOff.Read.Text("lastTimestamp"), backOff.Read.Text("firstTimestamp")) > 0);
        Assert.Equal("spec.containers{app}", backOff.Read.Text("involvedObject", "fieldPath"));
    }

    private static void Delete(PracticeStore cluster, string finalizer)
    {
        cluster.Change(Resources.Deployments, "api", body => body["metadata"]!["finalizers"] = new JsonArray(finalizer));
        cluster.Store.Delete(Resources.Deployments, PracticeStore.Ns, "api");
    }
}
