using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Drills.GitOps;
using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Practice.Drills.Tomoda;

/// <summary>Option 3 of tomoda's runbook: off, now, although self-heal would bring it back; then repaired, and on again as it was.</summary>
internal sealed class EmergencyStopDrill : IDrill
{
    private const string Api = "deployment/tomoda-api";
    private const string Selector = "app=tomoda-api";
    private const string Reason = "INC-2046";

    public string Name => "tomoda/emergency-stop";

    public string Estate => "tomoda-gitops";

    public string Summary => "The API does damage and must be off at once; self-heal does not bring it back, and later it is what it was.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        using GitOpsScene scene = new(drill);
        await scene.ShowHealthyAsync(Selector, cancellation);
        var good = await scene.TipAsync(cancellation);
        await CodeRelease.ShipAsync(scene, TomodaFeature.Discounts, Api, cancellation);
        await drill.NoticeTrafficAsync(Selector, cancellation);

        drill.Screen.Heading("Off, now");
        await scene.DoAsync("stopped", $"Suspend-Workload {Api} -Environment prod -Reason '{Reason} wrong prices are charged' -Confirm:$false", RollbackOutcome.Changed, cancellation);
        var seen = await scene.WatchAsync(Selector, 3, pod => throw new DrillFailedException($"It was started again: {pod["metadata"]!["name"]}."), cancellation);
        drill.Screen.Good($"For 3 rounds of whatever acts by itself: {seen} pods of the API.");
        drill.Timeline.Mark("still stopped", "3 rounds later");

        drill.Screen.Heading("Repair it, while it is off");
        await scene.DoAsync("promotion stopped", $"Suspend-ImageUpdate prod-tomoda -Tag {CodeRelease.Bad} -Environment prod -Reason {Reason} -Confirm:$false", RollbackOutcome.Changed, cancellation);
        await scene.DoAsync("Git reverted", $"Undo-GitCommit {await scene.CommitsSinceAsync(good, cancellation)} -Environment prod -Reason {Reason}", RollbackOutcome.RolledBack, cancellation);
        await scene.DoAsync("synced", $"Invoke-ArgoSync prod-tomoda -Environment prod -IncludeSuspended -Reason {Reason}", RollbackOutcome.Changed, cancellation);

        drill.Screen.Heading("On again, as it was");
        await scene.DoAsync("started", $"Resume-Workload {Api} -Environment prod -Reason {Reason}", RollbackOutcome.Changed, cancellation);
        await drill.TestAsync($"Test-RollbackHealth {Api} -Environment prod -ExpectedImage {TomodaImages.Api}:{TomodaImages.Current} -Since 1s -Wait -Timeout 30s -Interval 200ms", cancellation);

        await drill.ProveAsync($":{CodeRelease.Bad}", Selector, cancellation);
        await scene.ProveItStaysAsync($":{CodeRelease.Bad}", cancellation);
    }
}
