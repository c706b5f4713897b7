using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Drills.GitOps;
using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Practice.Drills.Tomoda;

/// <summary>Option 1 of tomoda's runbook, with the clean-up that everybody forgets: Git, Image Updater, and the policy.</summary>
internal sealed class ArgoRollbackDrill : IDrill
{
    public string Name => "tomoda/argo-rollback";

    public string Estate => "tomoda-gitops";

    public string Summary => "A bad release came through Git: Argo CD goes back, Git follows, and automated sync is again exactly what it was.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        using GitOpsScene scene = new(drill);
        await scene.ShowHealthyAsync(TomodaWorkloads.BackendSelector, cancellation);
        var good = await scene.TipAsync(cancellation);
        await CodeRelease.ShipAsync(scene, TomodaFeature.Refunds, TomodaWorkloads.Backend, cancellation);
        await drill.NoticeTrafficAsync(TomodaWorkloads.BackendSelector, cancellation);

        drill.Screen.Heading("Roll it back");
        await drill.TypeAsync("Get-ArgoHistory -Environment prod", cancellation);
        await drill.RollBackAsync("Invoke-ArgoRollback prod-tomoda -Environment prod -Reason 'INC-2043 customers get errors'", cancellation);
        await drill.TestAsync($"Test-RollbackHealth backend -Environment prod -ExpectedImage {TomodaImages.Backend}:{TomodaImages.Current} -Since 1s -Wait -Timeout 30s -Interval 200ms", cancellation);

        drill.Screen.Heading("Clean up, so that it stays");
        await scene.DoAsync("promotion stopped", $"Suspend-ImageUpdate prod-tomoda -Tag {CodeRelease.Bad} -Environment prod -Reason INC-2043 -Confirm:$false", RollbackOutcome.Changed, cancellation);
        await scene.DoAsync("Git reverted", $"Undo-GitCommit {await scene.CommitsSinceAsync(good, cancellation)} -Environment prod -Reason INC-2043", RollbackOutcome.RolledBack, cancellation);
        await scene.DoAsync("policy restored", "Set-ArgoSyncPolicy prod-tomoda -Policy Exact -Environment prod -Reason INC-2043", RollbackOutcome.Changed, cancellation);

        await drill.ProveAsync($":{CodeRelease.Bad}", TomodaWorkloads.BackendSelector, cancellation);
        await scene.ProveItStaysAsync($":{CodeRelease.Bad}", cancellation);
    }
}
