using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Tests.Operations.Estate.Kubernetes;

/// <summary>Servers leave empty fields out, or send null for them (Go's empty lists): both mean "nothing", never a crash.</summary>
public sealed class AbsentFieldTests
{
    private static readonly KubernetesJson Json = KubernetesJson.Default;

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"metadata":null,"spec":null,"status":null}""")]
    [InlineData("""{"metadata":{"labels":null,"annotations":null,"ownerReferences":null},"spec":{"selector":{"matchLabels":null}},"status":{"conditions":null}}""")]
    public void A_workload_without_them_has_empty_ones(string json)
    {
        var workload = JsonSerializer.Deserialize(json, Json.Workload)!;

        Assert.Empty(workload.Metadata.Labels);
        Assert.Empty(workload.Metadata.Annotations);
        Assert.Empty(workload.Metadata.OwnerReferences);
        Assert.Empty(workload.Metadata.ManagedFields);
        Assert.Equal("", workload.Metadata.Name);
        Assert.Equal("", workload.Spec.Selector.ToString());
        Assert.Null(workload.Status.Condition("Progressing"));
    }

    [Fact]
    public void A_selector_of_labels_only_is_written_as_a_query()
    {
        var workload = JsonSerializer.Deserialize("""{"spec":{"selector":{"matchLabels":{"app":"api"}}}}""", Json.Workload)!;

        Assert.Equal("app=api", workload.Spec.Selector.ToString());
    }

    [Fact]
    public void A_pod_that_was_only_just_created_is_simply_not_ready()
    {
        var pod = JsonSerializer.Deserialize("""{"metadata":{"name":"api-1"},"status":{"phase":"Pending"}}""", Json.Pod)!;

        Assert.False(pod.IsReady);
        Assert.Equal(0, pod.Restarts);
        Assert.Empty(pod.Containers());
    }

    [Fact]
    public void A_container_that_never_ran_before_has_no_last_state()
    {
        var pod = JsonSerializer.Deserialize("""{"status":{"containerStatuses":[{"name":"api","lastState":{}}]}}""", Json.Pod)!;

        Assert.Null(pod.Status.ContainerStatuses[0].LastState.Terminated);
        Assert.Null(pod.Status.ContainerStatuses[0].State.Waiting);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"metadata":null,"items":null}""")]
    public void A_list_of_nothing_has_no_items(string json)
    {
        var list = JsonSerializer.Deserialize(json, Json.ResourceListPod)!;

        Assert.Empty(list.Items);
        Assert.Null(list.Metadata.Continue);
    }

    [Fact]
    public void An_update_strategy_that_does_not_say_is_a_rolling_update() =>
        Assert.Equal("RollingUpdate", JsonSerializer.Deserialize("""{"spec":{"updateStrategy":{}}}""", Json.Workload)!.Spec.UpdateStrategy!.Type);
}
