using System.Net;
using RollbackTools.Practice.Kubernetes.Api;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

public sealed class KnownRequestsTests
{
    private static readonly IReadOnlySet<RequestKind> Known = new HashSet<RequestKind> { new("GET /api/v1/namespaces/{namespace}/pods") };

    private static async Task<ApiSession> StartAsync(string client)
    {
        var api = await ApiSession.StartAsync();
        api.Server.Known.Require(client, Known, "Record it.");
        return api;
    }

    [Fact]
    public async Task What_is_known_is_served()
    {
        await using var api = await StartAsync("tests/");

        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync("/api/v1/namespaces/prod/pods")).Code);
        Assert.Empty(api.Server.Known.TakeRefused());
    }

    [Fact]
    public async Task What_is_not_is_refused_by_name_and_handed_over_once_to_whose_namespace_it_is()
    {
        await using var api = await StartAsync("tests/");

        var refused = await api.GetAsync("/api/v1/namespaces/prod/pods?limit=5");
        var everybodys = await api.GetAsync("/version");

        Assert.Equal((HttpStatusCode.NotImplemented, "No recording of a real server answers GET /api/v1/namespaces/{namespace}/pods?limit. Record it."), (refused.Code, refused.Message));
        Assert.Equal(HttpStatusCode.NotImplemented, everybodys.Code);
        Assert.Equal(["GET /version"], api.Server.Known.TakeRefused("default").Select(kind => kind.Text));
        Assert.Equal(["GET /api/v1/namespaces/{namespace}/pods?limit"], api.Server.Known.TakeRefused("prod").Select(kind => kind.Text));
        Assert.Empty(api.Server.Known.TakeRefused());
    }

    [Fact]
    public async Task A_deletion_still_has_its_body_when_its_kind_was_read()
    {
        await using var api = await ApiSession.StartAsync();
        api.Server.Known.Require("tests/", new HashSet<RequestKind>
        {
            new("POST /api/v1/namespaces/{namespace}/configmaps"), new("DELETE /api/v1/namespaces/{namespace}/configmaps/{name} preconditions.uid"),
        }, "Record it.");
        await api.PostAsync("/api/v1/namespaces/prod/configmaps", """{"metadata":{"name":"one"}}""");

        var other = await api.DeleteAsync("/api/v1/namespaces/prod/configmaps/one", """{"preconditions":{"uid":"of-another"}}""");

        Assert.Equal(HttpStatusCode.Conflict, other.Code);
    }

    [Fact]
    public async Task Other_clients_are_left_alone()
    {
        await using var api = await StartAsync("RollbackTools/");

        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync("/version")).Code);
    }
}
