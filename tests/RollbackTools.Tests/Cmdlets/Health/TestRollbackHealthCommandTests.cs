using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Health;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Cmdlets.Fakes;

namespace RollbackTools.Tests.Cmdlets.Health;

public sealed class TestRollbackHealthCommandTests : IDisposable
{
    private const string Url = "http://127.0.0.1/health";

    private readonly Session session = new();

    public TestRollbackHealthCommandTests() => session.Provider.Furnish = cluster => cluster
        .Deployment("api", "prod", broken: true, "repo/api:41", "repo/api:42")
        .Deployment("web", "prod", broken: false, "repo/web:7");

    public void Dispose() => session.Dispose();

    [Fact]
    public void Every_check_is_an_object()
    {
        var checks = session.Run("Test-RollbackHealth web -SkipLogs").OrThrow().Of<HealthCheck>();

        Assert.All(checks, check => Assert.Equal(("web", "prod"), (check.Name, check.Namespace)));
        Assert.Contains(checks, check => check is { Check: "Rollout", Status: HealthStatus.Passed });
        Assert.DoesNotContain(checks, check => check.Check is "Image" or "Logs");
    }

    [Fact]
    public void A_result_brings_the_image_it_went_to()
    {
        session.Runner.Variables["results"] = new object[]
        {
            new RollbackResult { Estate = "practice", Namespace = "prod", Kind = "Deployment", Name = "api", To = "repo/api:41" },
            new RollbackResult { Estate = "practice", Namespace = "prod", Kind = "Deployment", Name = "web", To = "repo/web:7" },
        };

        var images = session.Run("$results | Test-RollbackHealth -SkipLogs").OrThrow().Of<HealthCheck>().Where(check => check.Check == "Image");

        Assert.Equal([("api", HealthStatus.Failed), ("web", HealthStatus.Passed)], images.Select(check => (check.Name, check.Status)).Order());
    }

    [Theory]
    [InlineData("api")]
    [InlineData("api,web")]
    [InlineData("web,api")]
    [InlineData("api,gone")]
    public void Quiet_is_one_answer_whatever_was_asked_about_so_that_not_fires(string names)
    {
        Assert.Equal([false], session.Run($"Test-RollbackHealth {names} -SkipLogs -Quiet").OrThrow().Of<bool>());
    }

    [Fact]
    public void An_endpoint_is_asked_for_its_status_and_fields()
    {
        Answer("""{"database":"ok","checks":{"cache":"up","warm":true}}""");

        var check = Assert.Single(session.Run($"Test-RollbackHealth -Url {Url} -ExpectJson @{{ database = 'ok'; checks = @{{ cache = 'up'; warm = $true }} }}").OrThrow().Of<HealthCheck>());

        Assert.Equal(HealthStatus.Passed, check.Status);
    }

    [Theory]
    [InlineData("-ExpectJson @{ database = 'ok' }", false)]
    [InlineData("-ExpectJson @{ database = 'down' }", true)]
    [InlineData("-ExpectStatus 503", false)]
    [InlineData("-ExpectStatus 200", true)]
    public void What_it_answers_decides(string expectation, bool healthy)
    {
        Answer("""{"database":"down"}""");

        Assert.Equal([healthy], session.Run($"Test-RollbackHealth -Url {Url} {expectation} -Quiet").OrThrow().Of<bool>());
    }

    [Theory]
    [InlineData("Test-RollbackHealth", "NothingToTest")]
    [InlineData("Test-RollbackHealth api -ExpectStatus 204", "NothingToExpectFrom")]
    [InlineData("Test-RollbackHealth -Url ftp://host/x", "InvalidUrl")]
    [InlineData("Test-RollbackHealth -Url health", "InvalidUrl")]
    [InlineData("Test-RollbackHealth api -Selector app=api", "NameAndSelector")]
    [InlineData("Test-RollbackHealth api -For soon", "ParameterArgumentTransformationError")]
    public void A_question_that_makes_no_sense_is_refused(string line, string errorId)
    {
        Assert.Equal(errorId, session.Run(line).Failure?.ErrorId);
    }

    [Fact]
    public void An_environment_brings_its_endpoints_and_only_those_that_speak_for_the_workload()
    {
        Answer("{}");
        session.Provider.File = new EnvironmentFile("/rollback.yaml", new Dictionary<string, EnvironmentSettings>
        {
            ["prod"] = new()
            {
                Name = "prod",
                Health = new HealthSettings
                {
                    Endpoints = [new EndpointExpectation { Url = new Uri(Url), Workloads = ["web"] }, new EndpointExpectation { Url = new Uri("http://127.0.0.1/other"), Workloads = ["api"] }],
                },
            },
        });

        var checks = session.Run("Test-RollbackHealth web -Environment prod -SkipLogs").OrThrow().Of<HealthCheck>();

        Assert.Equal(Url, Assert.Single(checks, check => check.Check == "Endpoint").Name);
        Assert.Equal("prod", Assert.Single(session.Provider.Opened).EstateName);
    }

    [Fact]
    public void One_check_that_did_not_pass_or_could_not_be_asked_decides()
    {
        HealthCheck[] passed =
        [
            new() { Kind = "Deployment", Name = "api", Check = "Pods", Status = HealthStatus.Passed },
            new() { Kind = "Endpoint", Name = Url, Check = "Endpoint", Status = HealthStatus.Passed },
        ];

        Assert.True(RollbackTools.Cmdlets.Health.HealthTargets.Verdict(passed));
        Assert.False(RollbackTools.Cmdlets.Health.HealthTargets.Verdict([.. passed, passed[0] with { Status = HealthStatus.Unknown }]));
        Assert.False(RollbackTools.Cmdlets.Health.HealthTargets.Verdict([.. passed, passed[1] with { Status = HealthStatus.Failed }]));
        Assert.False(RollbackTools.Cmdlets.Health.HealthTargets.Verdict([]));
    }

    private void Answer(string body) =>
        session.Provider.Prepare = estate => estate.Answers[Url] = new ProbeAnswer(200, body, null, TimeSpan.FromMilliseconds(3));
}
