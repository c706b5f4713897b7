using System.Net;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

public sealed class DeleteTests
{
    private const string Deployments = "/apis/apps/v1/namespaces/prod/deployments";
    private const string Pods = "/api/v1/namespaces/prod/pods";

    [Fact]
    public async Task A_deleted_object_is_answered_with_its_identity()
    {
        await using var api = await ApiSession.StartAsync();
        var made = (await api.PostAsync(Deployments, ApiSession.Deployment)).Json;

        var gone = (await api.DeleteAsync($"{Deployments}/api")).Json;

        Assert.Equal(("Status", "Success"), ((string?)gone["kind"], (string?)gone["status"]));
        Assert.Equal((string?)made["metadata"]!["uid"], (string?)gone["details"]!["uid"]);
        Assert.Equal("deployments.apps \"api\" not found", (await api.DeleteAsync($"{Deployments}/api")).Message);
    }

    [Theory]
    [InlineData("Foreground", "foregroundDeletion")]
    [InlineData("Orphan", "orphan")]
    public async Task Propagation_that_needs_the_garbage_collector_waits_for_it(string policy, string finalizer)
    {
        await using var api = await ApiSession.StartAsync();
        await api.PostAsync(Deployments, ApiSession.Deployment);

        var reply = await api.DeleteAsync($"{Deployments}/api", $$"""{"propagationPolicy":"{{policy}}"}""");

        Assert.Equal("Deployment", (string?)reply.Json["kind"]);
        Assert.Equal([finalizer], reply.Json["metadata"]!["finalizers"]!.AsArray().Select(one => (string?)one));
        Assert.NotNull(reply.Json["metadata"]!["deletionTimestamp"]);
        await api.PatchAsync($"{Deployments}/api", "application/merge-patch+json", """{"metadata":{"finalizers":null}}""");
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync($"{Deployments}/api")).Code);
    }

    [Fact]
    public async Task A_running_pod_is_given_its_grace_and_loses_it_to_an_impatient_delete()
    {
        await using var api = await ApiSession.StartAsync();
        Pod(api, "p", "node-1");

        var marked = await api.DeleteAsync($"{Pods}/p");
        Assert.Equal((30, "p"), ((int?)marked.Json["metadata"]!["deletionGracePeriodSeconds"], (string?)marked.Json["metadata"]!["name"]));
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync($"{Pods}/p")).Code);

        await api.DeleteAsync($"{Pods}/p?gracePeriodSeconds=0");
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync($"{Pods}/p")).Code);
    }

    [Fact]
    public async Task A_pod_that_runs_nowhere_goes_at_once()
    {
        await using var api = await ApiSession.StartAsync();
        Pod(api, "p", "");
        await api.DeleteAsync($"{Pods}/p");
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync($"{Pods}/p")).Code);
    }

    [Theory]
    [InlineData("""{"preconditions":{"uid":"another"}}""", 409)]
    [InlineData("""{"preconditions":{"resourceVersion":"1"}}""", 409)]
    [InlineData("""{"propagationPolicy":"Sideways"}""", 422)]
    [InlineData("""{"gracePeriodSeconds":-1}""", 422)]
    public async Task A_delete_with_conditions_that_do_not_hold_does_nothing(string options, int code)
    {
        await using var api = await ApiSession.StartAsync();
        await api.PostAsync(Deployments, ApiSession.Deployment);
        Assert.Equal(code, (int)(await api.DeleteAsync($"{Deployments}/api", options)).Code);
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync($"{Deployments}/api")).Code);
    }

    [Fact]
    public async Task A_collection_is_deleted_by_selector()
    {
        await using var api = await ApiSession.StartAsync();
        foreach (var name in (string[])["a", "b"])
            api.Add(Resources.ConfigMaps, $$$"""{"metadata":{"name":"{{{name}}}","namespace":"prod","labels":{"n":"{{{name}}}" } } }""");
        await api.DeleteAsync("/api/v1/namespaces/prod/configmaps?labelSelector=n%3Da");
        Assert.Equal("b", Assert.Single(api.Store.List(Resources.ConfigMaps).Items).Name);
    }

    [Fact]
    public async Task An_eviction_asks_the_disruption_budget_first()
    {
        await using var api = await ApiSession.StartAsync();
        Pod(api, "p", "");
        api.Add(Resources.PodDisruptionBudgets, """{"metadata":{"name":"keep","namespace":"prod"},"spec":{"selector":{"matchLabels":{"app":"p"}}},"status":{"disruptionsAllowed":0,"desiredHealthy":1,"currentHealthy":1}}""");
        const string eviction = """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}}""";

        var refused = await api.PostAsync($"{Pods}/p/eviction", eviction);
        Assert.Equal((HttpStatusCode.TooManyRequests, "Cannot evict pod as it would violate the pod's disruption budget."), (refused.Code, refused.Message));

        api.Store.Update(Resources.PodDisruptionBudgets, "prod", "keep", body =>
        {
            body["status"]!["disruptionsAllowed"] = 1;
            return true;
        });
        Assert.Equal(HttpStatusCode.Created, (await api.PostAsync($"{Pods}/p/eviction", eviction)).Code);
        Assert.Null(api.Store.Find(Resources.Pods, "prod", "p"));
    }

    private static void Pod(ApiSession api, string name, string node) => api.Add(Resources.Pods,
        $$$"""{"metadata":{"name":"{{{name}}}","namespace":"prod","labels":{"app":"{{{name}}}" } },"spec":{"nodeName":"{{{node}}}","terminationGracePeriodSeconds":30},"status":{"phase":"Running"}}""");
}
