using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Tests.Integrations.Support;

namespace RollbackTools.Tests.Integrations.Kubernetes;

public sealed class KindTests
{
    private const string Apps = """
        {"kind":"APIResourceList","groupVersion":"apps/v1","resources":[
          {"name":"deployments/scale","kind":"Scale","namespaced":true,"verbs":["get"]},
          {"name":"deployments","kind":"Deployment","namespaced":true,"verbs":["get","list","patch"]},
          {"name":"deployments/status","kind":"Deployment","namespaced":true,"verbs":["get"]},
          {"name":"fleets","kind":"Fleet","namespaced":false,"verbs":["get"]}]}
        """;

    [Fact]
    public async Task A_kind_is_found_by_what_a_manifest_says_and_asked_for_once()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Json(Apps));
        using var cluster = fixture.Connect();

        var deployment = (await cluster.FindKindAsync("apps/v1", "Deployment", default))!;
        var fleet = (await cluster.FindKindAsync("apps/v1", "Fleet", default))!;

        Assert.Equal(("apps", "v1", "deployments", true), (deployment.Resource.Group, deployment.Resource.Version, deployment.Resource.Plural, deployment.Resource.Namespaced));
        Assert.Equal(["get", "list", "patch"], deployment.Verbs);
        Assert.False(fleet.Resource.Namespaced);
        Assert.Equal("/apis/apps/v1", Assert.Single(fixture.Server.Requests).Target);
    }

    [Fact]
    public async Task The_core_group_lies_elsewhere()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Json("""{"resources":[{"name":"secrets","kind":"Secret","namespaced":true}]}"""));
        using var cluster = fixture.Connect();

        Assert.Equal("secrets", (await cluster.FindKindAsync("v1", "Secret", default))!.Resource.QualifiedName);
        Assert.Equal("/api/v1", Assert.Single(fixture.Server.Requests).Target);
    }

    [Fact]
    public async Task What_is_not_served_is_asked_for_again_for_it_may_be_by_then()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Status(404, "NotFound", "the server could not find the requested resource"));
        fixture.Server.Then(Answers.Json("""{"resources":[{"name":"widgets","kind":"Widget","namespaced":true}]}"""));
        using var cluster = fixture.Connect();

        Assert.Null(await cluster.FindKindAsync("example.com/v1", "Widget", default));
        Assert.NotNull(await cluster.FindKindAsync("example.com/v1", "Widget", default));
    }

    [Theory]
    [InlineData("../v1")]
    [InlineData("apps/v1/namespaces")]
    [InlineData("apps/..")]
    [InlineData("apps?x/v1")]
    public async Task A_version_that_is_none_is_never_part_of_a_request(string apiVersion)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        using var cluster = fixture.Connect();

        Assert.Null(await cluster.FindKindAsync(apiVersion, "Deployment", default));
        Assert.Empty(fixture.Server.Requests);
    }

    [Fact]
    public async Task A_deletion_says_what_becomes_of_what_the_object_owns()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Json(Answers.Deployment()));
        using var cluster = fixture.Connect();

        await cluster.DeleteAsync(Resources.Deployments, "prod", "api", new DeleteOptions { Propagation = DeletePropagation.Background }, default);

        Assert.Contains("\"propagationPolicy\":\"Background\"", Assert.Single(fixture.Server.Requests).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_may_have_a_name_that_others_may_not()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Json("""{"metadata":{"name":"team:readers"}}"""));
        using var cluster = fixture.Connect();
        var roles = ServedKind.ResourceOf("rbac.authorization.k8s.io/v1", "clusterroles", "ClusterRole", namespaced: false);

        await cluster.GetAsync(roles, null, "team:readers", default);

        Assert.Equal("/apis/rbac.authorization.k8s.io/v1/clusterroles/team:readers", Assert.Single(fixture.Server.Requests).Target);
        await Assert.ThrowsAsync<RollbackTools.Operations.Estate.EstateException>(() => cluster.GetAsync(roles, null, "..", default));
    }
}
