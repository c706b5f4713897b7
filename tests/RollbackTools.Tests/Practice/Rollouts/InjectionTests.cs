using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using static RollbackTools.Tests.Practice.Rollouts.RolloutPractice;

namespace RollbackTools.Tests.Practice.Rollouts;

/// <summary>What the controller puts into templates that the Rollout does not have.</summary>
public sealed class InjectionTests
{
    private const string Metadata =
        $"canaryMetadata: {{ labels: {{ role: canary }}, annotations: {{ note: careful }} }}, stableMetadata: {{ labels: {{ role: stable }} }}, {Steps}";

    private const string Apart = $"antiAffinity: {{ requiredDuringSchedulingIgnoredDuringExecution: {{}} }}, {Steps}";

    private static string? Role(StoredObject set) => (string?)set.Read["spec"]!["template"]!["metadata"]!["labels"]!["role"];

    [Fact]
    public async Task Pods_carry_the_metadata_of_their_part_and_change_it_with_the_part()
    {
        await using RolloutPractice practice = new();
        await practice.DeployAsync(Canary("1", Metadata));
        Assert.Equal("stable", Role(practice.Set("1")));
        await practice.ShipAsync(Canary("2", Metadata), "CanaryPauseStep");

        Assert.Equal(("stable", "canary"), (Role(practice.Set("1")), Role(practice.Set("2"))));
        Assert.Equal("careful", (string?)practice.Set("2").Read["spec"]!["template"]!["metadata"]!["annotations"]!["note"]);
        Assert.Equal("""{"labels":{"role":"canary"},"annotations":{"note":"careful"}}""", practice.Set("2").Annotation("rollout.argoproj.io/ephemeral-metadata"));
        Assert.All(practice.Cluster.PodsOf(practice.Set("2")), pod => Assert.Equal("canary", pod.Labels["role"]));

        await practice.PatchStatusAsync("""{ "promoteFull": true }""");
        await practice.Cluster.RunUntilAsync(() => practice.Healthy && Role(practice.Set("2")) == "stable");
        Assert.All(practice.Cluster.PodsOf(practice.Set("2")), pod => Assert.Equal(("stable", null), (pod.Labels["role"], pod.Annotation("note"))));
        Assert.Equal(2, practice.Sets.Count());
    }

    [Fact]
    public async Task A_canarys_pods_keep_off_the_stable_versions_nodes_where_it_is_asked_for()
    {
        await using RolloutPractice practice = new();
        await practice.DeployAsync(Canary("1", Apart, replicas: 2));
        Assert.Null(practice.Set("1").Read["spec"]!["template"]!["spec"]!["affinity"]);
        await practice.ShipAsync(Canary("2", Apart, replicas: 2), () => practice.Sets.Count() == 2);

        var term = practice.Set("2").Read["spec"]!["template"]!["spec"]!["affinity"]!["podAntiAffinity"]!["requiredDuringSchedulingIgnoredDuringExecution"]![0]!;
        Assert.Equal("kubernetes.io/hostname", (string?)term["topologyKey"]);
        var expression = term["labelSelector"]!["matchExpressions"]![0]!;
        Assert.Equal(("rollouts-pod-template-hash", "In", practice.Stable), ((string?)expression["key"], (string?)expression["operator"], (string?)expression["values"]![0]));
    }

    [Fact]
    public async Task Neither_makes_a_replica_sets_template_another_version()
    {
        await using RolloutPractice practice = new();
        const string Both = $"antiAffinity: {{ preferredDuringSchedulingIgnoredDuringExecution: {{ weight: 5 }} }}, {Metadata}";
        await practice.DeployAsync(Canary("1", Both));
        await practice.ShipAsync(Canary("2", Both), "CanaryPauseStep");
        await practice.PatchStatusAsync("""{ "promoteFull": true }""");
        await practice.Cluster.RunUntilAsync(() => practice.Healthy);

        // As the plugin undoes: the ReplicaSet's template with all that was injected into it, and only the hash taken out.
        var template = practice.Set("1").Copy()["spec"]!["template"]!.AsObject();
        template["metadata"]!["labels"]!.AsObject().Remove("rollouts-pod-template-hash");
        await practice.ChangeAsync(body => body["spec"]!["template"] = template.DeepClone());
        await practice.Cluster.RunUntilAsync(() => practice.Message == "CanaryPauseStep");
        Assert.Equal("1", practice.Set("1").Annotation("rollout.argoproj.io/revision-history"));
        Assert.Equal(2, practice.Sets.Count());
    }
}
