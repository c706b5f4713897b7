using System.Collections;
using System.Diagnostics;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Tests.Cmdlets.Fakes;

namespace RollbackTools.Tests.Cmdlets.Shared.Completion;

public sealed class LiveCompleterTests : IDisposable
{
    private readonly Session session = new();

    public LiveCompleterTests() => session.Provider.Furnish = cluster => cluster
        .Deployment("api", "prod", true, "repo/api:41", "repo/api:42").Deployment("web", "prod", false, "repo/web:7").Deployment("admin", "shop", false, "a:1");

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData("", "api,web")]
    [InlineData("w", "web")]
    [InlineData("W", "web")]
    [InlineData("deployment/a", "deployment/api")]
    [InlineData("x", "")]
    public void Workloads_are_offered_by_name_and_in_full_once_a_kind_is_typed(string word, string offered)
    {
        Assert.Equal(offered, string.Join(',', Suggest<WorkloadCompleter>(word)));
    }

    [Fact]
    public void The_namespace_on_the_line_counts()
    {
        Assert.Equal(["admin"], Suggest<WorkloadCompleter>("", ("Namespace", "shop")));
    }

    [Fact]
    public void Revisions_of_the_named_workload_are_offered_without_the_current_one()
    {
        Assert.Equal(["1"], Suggest<RevisionCompleter>("", ("Name", "api")));
        Assert.Empty(Suggest<RevisionCompleter>(""));
    }

    [Fact]
    public void Tags_and_images_that_the_workload_ran_before_are_offered()
    {
        Assert.Equal(["41"], Suggest<FormerTagCompleter>("", ("Name", "api")));
        Assert.Equal(["repo/api:41"], Suggest<FormerImageCompleter>("r", ("Name", "api")));
        Assert.Empty(Suggest<FormerDigestCompleter>("", ("Name", "api")));
        Assert.Empty(Suggest<FormerTagCompleter>(""));
    }

    [Fact]
    public void Containers_are_those_of_the_workload_on_the_line() => Assert.NotEmpty(Suggest<ContainerCompleter>("", ("Name", "web")));

    [Fact]
    public void Contexts_and_environments_come_from_their_files()
    {
        session.Provider.File = new EnvironmentFile("/rollback.yaml", new Dictionary<string, EnvironmentSettings> { ["prod-eu"] = new(), ["dev"] = new() });

        Assert.Equal(["practice", "prod"], Suggest<ContextCompleter>("p"));
        Assert.Equal(["prod-eu"], Suggest<EnvironmentCompleter>("p"));
    }

    [Fact]
    public void A_second_Tab_asks_nobody()
    {
        Suggest<WorkloadCompleter>("a");
        var asked = session.Provider.Estates.Sum(estate => estate.Cluster.Requests.Count);

        Assert.Equal(["web"], Suggest<WorkloadCompleter>("w"));
        Assert.Equal(asked, session.Provider.Estates.Sum(estate => estate.Cluster.Requests.Count));
    }

    [Fact]
    public void Trouble_is_silence()
    {
        session.Provider.Refuse = _ => new EstateException(EstateErrorKind.Configuration, "broken");
        Assert.Empty(Suggest<WorkloadCompleter>(""));

        session.Provider.Refuse = _ => null;
        Assert.NotEmpty(Suggest<WorkloadCompleter>("")); // And it is not remembered.
    }

    [Fact]
    public void A_slow_estate_is_given_up_on_and_remembered_when_it_answers()
    {
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        session.Provider.Prepare = estate => estate.Cluster.Before = _ => answer.Task;
        var watch = Stopwatch.StartNew();

        Assert.Empty(Suggest<WorkloadCompleter>(""));
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(4));

        answer.SetResult();
        Assert.Equal(["api", "web"], Suggest<WorkloadCompleter>(""));
    }

    [Fact]
    public void What_may_not_be_listed_does_not_hide_what_may()
    {
        session.Provider.Prepare = estate => estate.Cluster.Before = request =>
            request.Contains("statefulsets", StringComparison.Ordinal) ? throw new EstateException(EstateErrorKind.Forbidden, "no") : Task.CompletedTask;

        Assert.Equal(["api", "web"], Suggest<WorkloadCompleter>(""));
    }

    private string[] Suggest<T>(string word, params (string Name, string Value)[] bound)
        where T : LiveCompleter, new()
    {
        Hashtable parameters = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in bound) parameters[name] = value;
        CompletionRequest request = new(session.Services, session.Runner, word, parameters, () => session.Folder);
        return [.. new T().Suggest(request).Select(found => found.Text)];
    }
}
