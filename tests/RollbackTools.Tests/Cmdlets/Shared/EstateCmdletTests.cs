using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Tests.Cmdlets.Fakes;

namespace RollbackTools.Tests.Cmdlets.Shared;

public sealed class EstateCmdletTests : IDisposable
{
    private readonly Session session = new();

    public EstateCmdletTests() => session.Provider.Furnish = cluster => cluster.Deployment("api", "prod", false, "a:1").Deployment("api", "shop", false, "b:1");

    public void Dispose() => session.Dispose();

    [Fact]
    public void The_second_command_of_a_session_reuses_the_first_ones_connection()
    {
        session.Run("Get-ImageHistory api").OrThrow();
        session.Run("Get-ImageHistory api -Namespace shop | Get-ImageHistory").OrThrow();

        Assert.Single(session.Provider.Opened);
        Assert.False(session.Provider.Estates[0].Disposed);
    }

    [Fact]
    public void A_session_that_ends_hangs_up()
    {
        session.Run("Get-ImageHistory api").OrThrow();

        session.Runner.Dispose();

        Assert.True(session.Provider.Estates[0].Disposed);
    }

    [Fact]
    public void A_kubeconfig_that_changed_is_opened_anew_and_the_old_connection_closed()
    {
        var file = Path.Combine(session.Folder, "kubeconfig");
        File.WriteAllText(file, "one");
        session.Run("Get-ImageHistory api -Kubeconfig kubeconfig").OrThrow();
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(1));

        session.Run("Get-ImageHistory api -Kubeconfig kubeconfig").OrThrow();

        Assert.Equal([file, file], session.Provider.Opened.Select(options => options.Kubeconfig));
        Assert.Equal([true, false], session.Provider.Estates.Select(estate => estate.Disposed));
    }

    [Theory]
    [InlineData(EstateErrorKind.Unauthenticated, 2)]
    [InlineData(EstateErrorKind.Untrusted, 2)]
    [InlineData(EstateErrorKind.Unreachable, 2)]
    [InlineData(EstateErrorKind.Overloaded, 1)]
    public void A_connection_whose_credentials_or_line_failed_is_not_used_again(EstateErrorKind kind, int opened)
    {
        session.Provider.Prepare = estate => estate.Cluster.Before = _ => throw new EstateException(kind, "no");

        Assert.Equal(kind.ToString(), session.Run("Get-ImageHistory api").Failure?.ErrorId);
        session.Run("Get-ImageHistory api");

        Assert.Equal(opened, session.Provider.Opened.Count);
    }

    [Fact]
    public void Warnings_are_said_every_time_and_once_a_command()
    {
        session.Provider.Warnings.Add("the server's certificate is not verified");

        Assert.Single(session.Run("Get-ImageHistory api,api").OrThrow().Warnings);
        Assert.Single(session.Run("Get-ImageHistory api").OrThrow().Warnings);
    }

    [Fact]
    public void A_connection_that_cannot_be_opened_is_a_terminating_error()
    {
        session.Provider.Refuse = _ => new EstateException(EstateErrorKind.Configuration, "no such context 'x'") { Recommendation = "kubectl config get-contexts" };

        var failure = session.Run("Get-ImageHistory api -Context x").Failure;

        Assert.Equal(("Configuration", "kubectl config get-contexts"), (failure?.ErrorId, failure?.RecommendedAction));
    }

    [Fact]
    public void An_environment_says_where_and_explicit_parameters_win()
    {
        Environments(new EnvironmentSettings { Name = "shop", Context = "prod", Namespace = "shop", Kubeconfig = "kube/config" });

        var revisions = session.Run("Get-ImageHistory api -Environment SHOP").OrThrow().Of<ImageRevision>();
        session.Run("Get-ImageHistory api -Env shop -Context practice -Namespace prod").OrThrow();

        Assert.Equal(("shop", "b:1", "shop"), (revisions[0].Namespace, revisions[0].Image, revisions[0].Estate));
        Assert.Equal(
            [("prod", Path.GetFullPath("/etc/kube/config")), ("practice", Path.GetFullPath("/etc/kube/config"))],
            session.Provider.Opened.Select(options => (options.Context!, options.Kubeconfig!)));
        Assert.Equal("practice", session.Provider.Estates[1].Cluster.Info.Estate);
    }

    [Fact]
    public void An_environment_that_is_not_there_names_those_that_are()
    {
        Environments(new EnvironmentSettings { Name = "prod" }, new EnvironmentSettings { Name = "dev" });

        var failure = session.Run("Get-ImageHistory api -Environment stage").Failure;

        Assert.Equal("EnvironmentNotFound", failure?.ErrorId);
        Assert.Equal("It has: dev, prod.", failure?.RecommendedAction);
    }

    [Fact]
    public void Without_a_file_an_environment_means_nothing()
    {
        Assert.Equal("EnvironmentFileNotFound", session.Run("Get-ImageHistory api -Environment prod").Failure?.ErrorId);
    }

    [Fact]
    public void Without_being_asked_for_no_environment_decides_anything()
    {
        Environments(new EnvironmentSettings { Name = "prod", Context = "prod" });

        session.Run("Get-ImageHistory api").OrThrow();

        Assert.Null(Assert.Single(session.Provider.Opened).Context);
    }

    [Fact]
    public void The_connection_parameters_arrive()
    {
        session.Run("Get-ImageHistory api -Context prod -RequestTimeout 5s -As eve -AsGroup ops,dev -Kubeconfig a,~/b").OrThrow();

        var options = Assert.Single(session.Provider.Opened);
        Assert.Equal(("prod", TimeSpan.FromSeconds(5), "eve"), (options.Context, options.RequestTimeout, options.ImpersonateUser));
        Assert.Equal(["ops", "dev"], options.ImpersonateGroups);
        Assert.Equal(
            string.Join(Path.PathSeparator, Path.Combine(session.Folder, "a"), Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "b")),
            options.Kubeconfig);
    }

    [Fact]
    public void A_piped_object_finds_its_estate_not_one_of_the_same_name_whose_kubeconfig_is_gone()
    {
        var gone = Path.Combine(session.Folder, "gone");
        File.WriteAllText(gone, "an estate that has ended");
        session.Run("Get-ImageHistory api -Kubeconfig gone").OrThrow();
        File.Delete(gone);

        session.Run("Get-ImageHistory api | Get-ImageHistory").OrThrow();

        Assert.True(session.Provider.Estates[0].Disposed);
        Assert.Equal(2, session.Provider.Opened.Count);
        Assert.Null(session.Provider.Opened[1].Kubeconfig);
    }

    [Fact]
    public void An_environment_opened_over_its_cluster_and_over_Argo_CDs_API_alone_is_one_estate()
    {
        EstateCache cache = new();
        EstateOptions both = new() { EstateName = "prod", Context = "prod" };
        using var api = cache.Take(session.Provider, both with { WithoutCluster = true });
        using var cluster = cache.Take(session.Provider, both);

        using var found = cache.TakeNamed("prod");

        Assert.Same(cluster.Estate, found!.Estate);
    }

    [Fact]
    public void A_name_that_stands_for_two_servers_is_not_guessed_at()
    {
        File.WriteAllText(Path.Combine(session.Folder, "other"), "another cluster, the same context name");
        session.Provider.Server = options => options.Kubeconfig is null ? "https://127.0.0.1:6443" : "https://127.0.0.1:7443";
        session.Run("Get-ImageHistory api -Kubeconfig other").OrThrow();

        var failure = session.Run("Get-ImageHistory api | Get-ImageHistory").Failure;

        Assert.Equal("EstateAmbiguous", failure?.ErrorId);
        Assert.Contains("https://127.0.0.1:6443, https://127.0.0.1:7443", failure?.Message);
    }

    [Fact]
    public void Acting_as_somebody_else_does_not_rub_off_on_what_is_piped_later()
    {
        session.Run("Get-ImageHistory api -As eve").OrThrow();

        session.Run("Get-ImageHistory api | Get-ImageHistory").OrThrow();

        Assert.Equal(["eve", null], session.Provider.Opened.Select(options => options.ImpersonateUser));
    }

    private void Environments(params EnvironmentSettings[] settings) =>
        session.Provider.File = new EnvironmentFile("/etc/rollback.yaml", settings.ToDictionary(one => one.Name));
}
