using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Tests.Integrations.Support;

namespace RollbackTools.Tests.Integrations.Kubernetes;

public sealed class ListTests
{
    [Fact]
    public async Task Pages_are_joined_and_selectors_sent_with_each()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(
            Answers.Json(Answers.List("50", "next page=", Answers.Deployment("a"), Answers.Deployment("b"))),
            Answers.Json(Answers.List("50", null, Answers.Deployment("c"))));
        using var cluster = fixture.Connect();

        var list = await cluster.ListAsync(
            Resources.Deployments, "prod", new ListFilter { LabelSelector = "app in (a,b)", FieldSelector = "metadata.name=a" }, default);

        Assert.Equal(["a", "b", "c"], list.Items.Select(item => item.Metadata.Name));
        Assert.Equal("50", list.Metadata.ResourceVersion);
        Assert.Equal(
            [
                "/apis/apps/v1/namespaces/prod/deployments?labelSelector=app%20in%20%28a%2Cb%29&fieldSelector=metadata.name%3Da&limit=500",
                "/apis/apps/v1/namespaces/prod/deployments?labelSelector=app%20in%20%28a%2Cb%29&fieldSelector=metadata.name%3Da&limit=500&continue=next%20page%3D",
            ],
            fixture.Server.Requests.Select(request => request.Target));
    }

    [Fact]
    public async Task A_list_whose_pages_expire_is_read_again_in_one_piece()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(
            Answers.Json(Answers.List("50", "p2", Answers.Deployment("a"))),
            Answers.Status(410, "Expired", "The provided continue parameter is too old"),
            Answers.Json(Answers.List("60", null, Answers.Deployment("a"), Answers.Deployment("b"))));
        using var cluster = fixture.Connect();

        var list = await cluster.ListAsync(Resources.Deployments, "prod", ListFilter.None, default);

        Assert.Equal(["a", "b"], list.Items.Select(item => item.Metadata.Name));
        Assert.Equal("60", list.Metadata.ResourceVersion);
        Assert.Equal("", fixture.Server.Requests[2].Query);
    }

    [Fact]
    public async Task Without_a_namespace_all_of_them_are_listed()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Json("""{"metadata":{"resourceVersion":"5"},"items":null}"""));
        using var cluster = fixture.Connect();

        var list = await cluster.ListAsync(Resources.Pods, null, ListFilter.None, default);

        Assert.Empty(list.Items);
        Assert.Equal("/api/v1/pods?limit=500", fixture.Server.Requests[0].Target);
    }
}
