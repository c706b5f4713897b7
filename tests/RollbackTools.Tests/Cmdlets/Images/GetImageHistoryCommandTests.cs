using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;
using RollbackTools.Tests.Cmdlets.Fakes;

namespace RollbackTools.Tests.Cmdlets.Images;

public sealed class GetImageHistoryCommandTests : IDisposable
{
    private readonly Session session = new();

    public GetImageHistoryCommandTests() => session.Provider.Furnish = cluster => cluster
        .Deployment("api", "prod", broken: true, "repo/api:41", "repo/api:42")
        .Deployment("web", "prod", broken: false, "repo/web:7")
        .Deployment("api", "staging", broken: false, "repo/api:43");

    public void Dispose() => session.Dispose();

    [Fact]
    public void A_name_gives_its_revisions_newest_first()
    {
        var output = session.Run("Get-ImageHistory api").OrThrow();

        Assert.Equal([2L, 1L], output.Of<ImageRevision>().Select(revision => revision.Revision));
        Assert.Equal("repo/api:42", output.Of<ImageRevision>()[0].Image);
        Assert.Empty(output.Errors);
    }

    [Fact]
    public void Names_come_from_the_pipeline_too()
    {
        var output = session.Run("'api','deploy/web' | Get-ImageHistory").OrThrow();

        Assert.Equal(["api", "api", "web"], output.Of<ImageRevision>().Select(revision => revision.Name));
        Assert.Single(session.Provider.Opened);
    }

    [Fact]
    public void Without_a_name_it_gives_the_whole_namespace()
    {
        var output = session.Run("Get-ImageHistory -Namespace prod").OrThrow();

        Assert.Equal(["api", "web"], output.Of<ImageRevision>().Select(revision => revision.Name).Distinct().Order());
    }

    [Fact]
    public void A_selector_gives_what_it_selects()
    {
        var output = session.Run("Get-ImageHistory -Selector app=web").OrThrow();

        Assert.Equal("web", Assert.Single(output.Of<ImageRevision>()).Name);
    }

    [Fact]
    public void The_namespace_parameter_decides_where_to_look()
    {
        var output = session.Run("Get-ImageHistory api -n staging").OrThrow();

        Assert.Equal("repo/api:43", Assert.Single(output.Of<ImageRevision>()).Image);
    }

    [Fact]
    public void A_missing_workload_is_an_error_and_the_next_one_still_comes()
    {
        var output = session.Run("Get-ImageHistory nope,web");

        Assert.Null(output.Failure);
        Assert.Equal("WorkloadNotFound", Assert.Single(output.Errors).ErrorId);
        Assert.Equal("web", Assert.Single(output.Of<ImageRevision>()).Name);
    }

    [Fact]
    public void An_unreachable_server_ends_the_command()
    {
        session.Provider.Furnish = cluster => cluster.Before = _ => throw new EstateException(EstateErrorKind.Unreachable, "nobody home") { Recommendation = "kubectl cluster-info" };

        var output = session.Run("Get-ImageHistory api,web");

        Assert.Equal("Unreachable", output.Failure?.ErrorId);
        Assert.Equal("kubectl cluster-info", output.Failure?.RecommendedAction);
    }

    [Fact]
    public void A_name_kubernetes_would_refuse_never_reaches_it()
    {
        var output = session.Run("Get-ImageHistory ../secrets/x");

        Assert.Equal("ParameterArgumentTransformationError", output.Failure?.ErrorId);
        Assert.Contains("more than one '/'", output.Failure?.Message, StringComparison.Ordinal);
        Assert.Empty(session.Provider.Opened);
    }
}
