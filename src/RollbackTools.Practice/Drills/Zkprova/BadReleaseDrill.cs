using RollbackTools.Operations.Helm;
using RollbackTools.Practice.Estates.Zkprova;

namespace RollbackTools.Practice.Drills.Zkprova;

/// <summary>
/// helm#1796, #5237: an upgrade fails its smoke test, which is after everything was changed, and fails again. <c>helm rollback</c> would go
/// one back, to the failure before this one; known-good lies behind both.
/// </summary>
internal sealed class BadReleaseDrill : IDrill
{
    private const string Image = ZkprovaImages.Backend + ":" + ZkprovaImages.WithoutColumn;

    public string Name => "zkprova/bad-release";

    public string Summary => "An upgrade fails its smoke test and leaves production broken; so does the retry. Back past both, where helm rollback would not go.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        using HelmScene scene = new(drill);
        await scene.ShowHealthyAsync(cancellation);

        drill.Screen.Heading($"The Deploy workflow ships {ZkprovaImages.WithoutColumn} to production");
        drill.Timeline.Mark("bad image shipped", $"{ZkprovaImages.WithoutColumn} by helm upgrade");
        await scene.DeployAsync(ZkprovaImages.WithoutColumn, cancellation);
        await drill.NoticeTrafficAsync(HelmScene.Selector, cancellation);

        drill.Screen.Heading("Somebody presses re-run");
        var failed = await scene.DeployAsync(ZkprovaImages.WithoutColumn, cancellation);
        DrillContext.Expect(failed is not null, "The second attempt was deployed.");
        var oneBack = await scene.ShowHistoryAsync(cancellation);

        drill.Screen.Heading("Roll it back");
        var history = (await drill.TypeAsync($"Get-HelmHistory {ZkprovaEstate.Release} -Environment prod", cancellation)).Of<HelmRevision>();
        var target = history.FirstOrDefault(revision => revision.IsDefaultTarget)
            ?? throw new DrillFailedException("The history names no revision to go back to.");
        var chosen = history.First(revision => revision.Revision == oneBack);
        drill.Screen.Bad($"helm rollback {ZkprovaEstate.Release}         would go to revision {oneBack}, one back, whatever that was: {string.Join(", ", chosen.Images)}");
        drill.Screen.Good($"Invoke-HelmRollback {ZkprovaEstate.Release}   goes to revision {target.Revision}, the last that was deployed and well: {string.Join(", ", target.Images)}");
        DrillContext.Expect(chosen.Images.Contains(Image), "One back is not the bad release.");

        await drill.TypeAsync($"Invoke-HelmRollback {ZkprovaEstate.Release} -Environment prod -WhatIf", cancellation);
        var result = await scene.RollBackAsync($"Invoke-HelmRollback {ZkprovaEstate.Release} -Environment prod -Reason 'INC-2077 proofs fail'", cancellation);
        await scene.TestAsync(cancellation);
        await drill.TypeAsync($"Get-RollbackRun {result.RunId}", cancellation);

        await drill.ProveAsync(Image, HelmScene.Selector, cancellation);
        await scene.ProveItGoesOnAsync(ZkprovaImages.Previous, cancellation);
    }
}
