using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Kubernetes.Controllers;

public sealed class DeploymentAnnotationTests
{
    [Fact]
    public async Task Annotations_are_copied_to_the_current_replica_set_except_those_that_are_the_deployments_own()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 1, annotations: new Dictionary<string, string>
        {
            ["kubernetes.io/change-cause"] = "release 41",
            ["kubectl.kubernetes.io/last-applied-configuration"] = "{}",
        });
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        cluster.Change(Resources.Deployments, "api", body => body["metadata"]!["annotations"]!["team"] = "payments");
        await cluster.RunAsync(1);

        var set = cluster.List(Resources.ReplicaSets).Single();
        Assert.Equal("release 41", set.Annotation("kubernetes.io/change-cause"));
        Assert.Equal("payments", set.Annotation("team"));
        Assert.Null(set.Annotation("kubectl.kubernetes.io/last-applied-configuration"));
    }

    [Fact]
    public async Task A_hash_taken_by_another_owners_replica_set_counts_as_a_collision_and_gets_another_name()
    {
        await using PracticeStore first = new();
        first.CreateDeployment("api", "registry.example/api:41", 1);
        await first.RunUntilAsync(() => first.RolledOut("api"));
        var name = first.List(Resources.ReplicaSets).Single().Name;

        await using PracticeStore cluster = new();
        var foreign = PracticeStore.Workload(name, "registry.example/other:1", 0);
        cluster.Store.Create(Resources.ReplicaSets, foreign);
        cluster.CreateDeployment("api", "registry.example/api:41", 1);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));

        Assert.Equal(1, cluster.Get(Resources.Deployments, "api").Read.Number("status", "collisionCount"));
        Assert.Contains(cluster.List(Resources.ReplicaSets), set => set.Name != name && set.Controller() is not null);
    }

    [Fact]
    public async Task The_revision_history_drops_its_oldest_numbers_rather_than_grow_without_end()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 0);
        await cluster.RunAsync(1);
        cluster.Change(Resources.ReplicaSets, cluster.List(Resources.ReplicaSets).Single().Name, body =>
            body["metadata"]!["annotations"]!["deployment.kubernetes.io/revision-history"] = "999," + string.Join(',', Enumerable.Repeat("1", 998)));
        cluster.SetImage(Resources.Deployments, "api", "registry.example/api:42");
        await cluster.RunAsync(1);
        cluster.SetImage(Resources.Deployments, "api", "registry.example/api:41");
        await cluster.RunAsync(1);

        var history = cluster.List(Resources.ReplicaSets).Select(set => set.Annotation("deployment.kubernetes.io/revision-history")).OfType<string>().Single();
        Assert.True(history.Length <= 2000, $"{history.Length} characters");
        Assert.DoesNotContain("999", history);
        Assert.EndsWith(",1", history);
    }

    [Theory]
    [InlineData("""{"metadata":{"labels":{"app":"a","pod-template-hash":"x"}},"spec":{}}""", """{"spec":{},"metadata":{"labels":{"app":"a"}}}""", true)]
    [InlineData("""{"metadata":{"creationTimestamp":null,"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","resources":{}}]}}""",
        """{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c"}]}}""", true)]
    [InlineData("""{"spec":{"containers":[{"name":"c","image":"a:1"}]}}""", """{"spec":{"containers":[{"name":"c","image":"a:2"}]}}""", false)]
    [InlineData("""{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""", """{"spec":{"volumes":[{"name":"v"}]}}""", false)]
    [InlineData("""{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""", """{"spec":{"containers":[{"name":"b"},{"name":"a"}]}}""", false)]
    [InlineData("""{"metadata":{"annotations":{"restartedAt":"1"}},"spec":{}}""", """{"metadata":{},"spec":{}}""", false)]
    public void Templates_are_the_same_when_what_they_mean_is(string left, string right, bool same)
    {
        var (a, b) = (JsonNode.Parse(left), JsonNode.Parse(right));
        Assert.Equal(same, Templates.Same(a, b));
        Assert.Equal(same, Templates.Same(b, a));
        Assert.Equal(same, Templates.Hash(a, null) == Templates.Hash(b, null));
    }

    [Fact]
    public void A_collision_count_changes_the_hash()
    {
        var template = JsonNode.Parse("""{"spec":{}}""");
        Assert.NotEqual(Templates.Hash(template, null), Templates.Hash(template, 1));
        Assert.NotEqual(Templates.Hash(template, 1), Templates.Hash(template, 2));
    }
}
