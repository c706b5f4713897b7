using System.Text.Json.Nodes;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Helm.Charts.Samples;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.Helm;

/// <summary>Runs of a release that are taken up again, or taken back, and do not come far.</summary>
public sealed class HelmResumeTests(SharedCluster shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_only_waited_is_planned_again()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        var first = await production.RollBackAsync();
        production.Drift(Resources.Deployments, "zkprova-zkprova-backend", body => body["spec"]!["minReadySeconds"] = 500);
        production.Drift(Resources.Deployments, "zkprova-zkprova-backend", body => body["spec"]!["template"]!["metadata"]!["annotations"] = new JsonObject { ["by"] = "hand" });
        using CancellationTokenSource interrupt = new();
        var waiting = production.Production.RunAsync("Invoke-HelmRollback zkprova -ToRevision 3", interrupt.Token);
        await production.Production.UntilAsync(() => production.Production.Runs.List().Count == 2);
        await interrupt.CancelAsync();
        await waiting;
        production.Drift(Resources.Deployments, "zkprova-zkprova-backend", body => body["spec"]!["minReadySeconds"] = 0);

        var run = Assert.Single(production.Production.Runs.List(), one => one.RunId != first.RunId);
        var resumed = await production.RollBackAsync($"Resume-RollbackRun {run.RunId}");

        Assert.Equal(RollbackOutcome.AlreadyThere, resumed.Outcome);
        Assert.Equal("1:superseded 2:superseded 3:deployed", await production.StatusesAsync());
    }

    [Fact]
    public async Task An_undo_that_cannot_be_finished_leaves_a_failed_record_and_no_pending_one()
    {
        await using var production = await HelmProduction.OpenAsync(shared);
        await production.Helm.InstallAsync("ledger", LedgerChart.Of("1.0.0"), null, Stop);
        await production.Helm.UpgradeAsync("ledger", LedgerChart.Of("1.1.0"), new JsonObject { ["tag"] = "2" }, Stop);
        var back = await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 1");
        using (production.Production.Review("policy.example.com", request => request.Operation == "UPDATE"
            && request.Name == "sh.helm.release.v1.ledger.v4" && (string?)request.Object?["metadata"]?["labels"]?["status"] == "deployed" ? "not now" : null))
        {
            await production.FailAsync($"Undo-RollbackRun {back.RunId}");
        }

        Assert.Equal("1:superseded 2:superseded 3:deployed 4:failed", await production.StatusesAsync("ledger"));
        await production.Helm.UpgradeAsync("ledger", LedgerChart.Of("1.2.0"), null, Stop);
    }
}
