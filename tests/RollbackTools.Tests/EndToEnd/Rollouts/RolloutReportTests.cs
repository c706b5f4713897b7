using RollbackTools.Operations.Rollouts;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>What somebody has to know of a Rollout at 03:00.</summary>
public sealed class RolloutReportTests(RolloutCluster shared)
{
    private const string Analysed = "canary: { steps: [{ setWeight: 50 }, { analysis: { templates: [{ templateName: smoke }] } }, { pause: {} }] }";

    [Fact]
    public async Task On_its_way_it_has_step_weight_and_both_versions()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();

        var report = await shop.ReportAsync();

        Assert.Equal((RolloutPhase.Paused, "Canary", 2, 4, "pause"), (report.Phase, report.Strategy, report.Step, report.Steps, report.StepWords));
        Assert.Equal((25, 25, 1, 2), (report.Weight, report.DesiredWeight, report.StableRevision, report.CanaryRevision));
        Assert.Equal(("shop/catalog:1.0", "shop/catalog:2.0-errors"), (report.StableImage, report.CanaryImage));
        Assert.Equal((true, 1), (report.WaitsForSomebody, report.DefaultTarget));
        Assert.Equal([1], report.KnownGood);
        Assert.Contains("until somebody promotes it", report.Standing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_analysis_tells_its_metric_and_makes_the_version_bad()
    {
        await using var shop = await shared.OpenAsync();
        Template(shop, "shop/smoke:1-fail");
        await shop.DeployAsync(shop.Manifest("1.0", Analysed));
        shop.Age(TimeSpan.FromDays(2));
        await shop.ShipAsync(shop.Manifest("2.0", Analysed), () => shop.Phase == "Degraded");

        var report = await shop.ReportAsync();

        Assert.Equal((RolloutPhase.Degraded, true), (report.Phase, report.AsksForAborted));
        var failed = Assert.Single(report.Analyses);
        Assert.Equal(("Failed", "smoke", 2), (failed.Phase, failed.Failing?.Name, failed.Revision));
        Assert.Contains("metric 'smoke' Failed", report.Failing, StringComparison.Ordinal);
        var bad = report.Revisions.Single(revision => revision.Revision == 2);
        Assert.Equal(RevisionHealth.Bad, bad.Health);
        Assert.Contains(bad.Evidence, line => line.Contains("metric 'smoke'", StringComparison.Ordinal));
        Assert.Equal(RollbackOutcome.RolledBack, (await shop.DoAsync("Undo-ArgoRollout catalog")).Outcome);
    }

    [Fact]
    public async Task A_version_that_its_analysis_measured_well_is_known_good()
    {
        await using var shop = await shared.OpenAsync();
        Template(shop, "shop/smoke:1");
        await shop.DeployAsync(shop.Manifest("1.0", Analysed));
        await shop.ShipAsync(shop.Manifest("2.0", Analysed), () => shop.Phase == "Paused");
        await shop.CompletedFromHereAsync();
        await shop.ShipAsync(shop.Manifest("3.0-errors", Analysed), () => shop.Phase == "Paused");
        await shop.CompletedFromHereAsync();

        var history = (await shop.RunAsync("Get-ImageHistory rollout/catalog")).Of<ImageRevision>();

        var good = history.Single(revision => revision.Revision == 2);
        Assert.Equal((RevisionHealth.KnownGood, true), (good.Health, good.IsDefaultTarget));
        Assert.Contains(good.Evidence, line => line.Contains("AnalysisRun", StringComparison.Ordinal) && line.Contains("succeeded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_the_version_that_comes_back_fails_its_analysis_that_is_told_with_the_metric()
    {
        await using var shop = await shared.OpenAsync();
        Template(shop, "shop/smoke:1");
        await shop.DeployAsync(shop.Manifest("1.0", Analysed));
        shop.Age(TimeSpan.FromDays(2));
        await shop.ShipAsync(shop.Manifest("2.0", Analysed), () => shop.Phase == "Paused");
        await shop.CompletedFromHereAsync();
        Template(shop, "shop/smoke:2-fail");

        var output = await shop.RunAsync("Undo-ArgoRollout catalog -ToRevision 1");

        var result = Assert.Single(output.Of<RollbackResult>());
        Assert.Equal((RollbackOutcome.Failed, "RolloutDegraded"), (result.Outcome, result.ErrorId));
        Assert.Contains(result.Evidence, line => line.Contains("metric 'smoke' Failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task All_of_a_namespace_are_listed_and_go_on_through_the_pipeline()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();

        Assert.Equal("catalog", Assert.Single((await shop.RunAsync("Get-ArgoRollout")).Of<RolloutReport>()).Name);
        Assert.Empty((await shop.RunAsync("Get-ArgoRollout -Selector app=other")).Of<RolloutReport>());
        var output = await shop.Production.RunAsync("Undo-ArgoRollout", await shop.ReportAsync());
        Assert.Equal(RollbackOutcome.RolledBack, Assert.Single(output.Of<RollbackResult>()).Outcome);
    }

    private static void Template(RolloutProduction shop, string image) => shop.Production.Apply($$"""
        apiVersion: argoproj.io/v1alpha1
        kind: AnalysisTemplate
        metadata: { name: smoke, namespace: {{shop.Production.Namespace}} }
        spec:
          metrics:
          - name: smoke
            provider: { job: { spec: { backoffLimit: 0, template: { spec: { restartPolicy: Never, containers: [{ name: smoke, image: "{{image}}" }] } } } } }
        """);
}
