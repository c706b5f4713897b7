using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Drills.GitOps;
using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Practice.Drills.Tomoda;

/// <summary>Option 2 of tomoda's runbook: the code is reverted and tagged with the next patch version; the way to production is the usual one.</summary>
internal sealed class GitRevertDrill : IDrill
{
    private const string Fixed = "v2.15.1";

    public string Name => "tomoda/git-revert";

    public string Estate => "tomoda-gitops";

    public string Summary => "The bug is in the code: revert the commit, tag the next patch version, and let it be built, promoted and deployed.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        using GitOpsScene scene = new(drill);
        await scene.ShowHealthyAsync(TomodaWorkloads.BackendSelector, cancellation);
        await CodeRelease.ShipAsync(scene, TomodaFeature.Refunds, TomodaWorkloads.Backend, cancellation);
        await drill.NoticeTrafficAsync(TomodaWorkloads.BackendSelector, cancellation);

        drill.Screen.Heading("Revert the code");
        var code = scene.Ops.Repositories[TomodaCode.Name];
        var bad = (await (await scene.CloneAsync(code, cancellation)).LogAsync("main", 1, cancellation))[0];
        drill.Screen.Dim($"git log --oneline in {TomodaCode.Name} would say:");
        drill.Screen.Line(bad.Line);
        await drill.TypeAsync($"Get-ReleaseTag -Repository {code} -Pattern 'v*'", cancellation);
        await scene.DoAsync("code reverted", $"Undo-GitCommit {bad.Commit} -Repository {code} -PatchTag -Reason 'INC-2045 refunds fail'", RollbackOutcome.RolledBack, cancellation);
        await scene.DeployedAsync(TomodaWorkloads.Backend, $":{Fixed}", cancellation);
        drill.Screen.Line();
        drill.Screen.Line($"Cloud Build built {Fixed}, Image Updater committed it, Argo CD deployed it.");
        drill.Timeline.Mark("deployed", $"{TomodaWorkloads.Backend} runs {Fixed}");
        await drill.TestAsync($"Test-RollbackHealth backend -Environment prod -ExpectedImage {TomodaImages.Backend}:{Fixed} -Since 1s -Wait -Timeout 30s -Interval 200ms", cancellation);

        await drill.ProveAsync($":{CodeRelease.Bad}", TomodaWorkloads.BackendSelector, cancellation);
        await scene.ProveItStaysAsync($":{CodeRelease.Bad}", cancellation);
    }
}
