using RollbackTools.Operations.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Estates.Zkprova;
using RollbackTools.Practice.Helm;

namespace RollbackTools.Practice.Drills.Zkprova;

/// <summary>
/// helm#8987, #12516: whoever ran the upgrade was killed. The release is pending for ever, and every upgrade after it is refused; the
/// usual advice is to delete a Secret by hand.
/// </summary>
internal sealed class StuckPendingDrill : IDrill
{
    private const string Image = ZkprovaImages.Backend + ":" + ZkprovaImages.WithoutColumn;

    public string Name => "zkprova/stuck-pending";

    public string Summary => "CI is killed in a bad upgrade: pending for ever, and helm refuses the next. Rolled back, and accepted again.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        using HelmScene scene = new(drill);
        await scene.ShowHealthyAsync(cancellation);

        drill.Screen.Heading($"The Deploy workflow ships {ZkprovaImages.WithoutColumn}, and its runner is evicted");
        drill.Timeline.Mark("bad image shipped", $"{ZkprovaImages.WithoutColumn}, by a helm that was killed");
        await scene.DeployAsync(ZkprovaImages.WithoutColumn, cancellation, new HelmOptions { KilledAt = HelmMoment.Applied });
        await drill.NoticeTrafficAsync(HelmScene.Selector, cancellation);

        drill.Screen.Heading("CI tries to put the old release back");
        var refused = await scene.DeployAsync(ZkprovaImages.Current, cancellation);
        DrillContext.Expect(refused == "another operation (install/upgrade/rollback) is in progress", $"helm did not refuse the upgrade: {refused}");
        await scene.ShowHistoryAsync(cancellation);

        drill.Screen.Heading("Roll it back");
        var seen = (await drill.TypeAsync($"Get-HelmRelease {ZkprovaEstate.Release} -Environment prod", cancellation)).Of<HelmRelease>();
        DrillContext.Expect(seen is [{ Stuck: true }], "The release is not seen to be stuck.");
        await scene.RollBackAsync($"Invoke-HelmRollback {ZkprovaEstate.Release} -Environment prod -Preempt -Reason 'INC-2081 runner evicted'", cancellation);
        await scene.TestAsync(cancellation);
        await drill.ProveAsync(Image, HelmScene.Selector, cancellation);

        // The rollback marked what the killed helm left; the next person does not have to wonder.
        var repaired = (await drill.TypeAsync($"Repair-HelmRelease {ZkprovaEstate.Release} -Environment prod -Reason INC-2081", cancellation)).Of<RollbackResult>();
        DrillContext.Expect(repaired is [{ Outcome: RollbackOutcome.AlreadyThere }], "Something was left pending.");
        await scene.ProveItGoesOnAsync(ZkprovaImages.Previous, cancellation);
    }
}
