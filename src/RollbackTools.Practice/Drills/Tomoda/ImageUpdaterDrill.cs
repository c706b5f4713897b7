using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Drills.GitOps;
using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Practice.Drills.Tomoda;

/// <summary>
/// What a revert alone does where Image Updater runs: two minutes later the bad tag is back. It remembers nothing of a rollback, so it
/// has to be told.
/// </summary>
internal sealed class ImageUpdaterDrill : IDrill
{
    private const string Reason = "INC-2044";

    public string Name => "tomoda/image-updater";

    public string Estate => "tomoda-gitops";

    public string Summary => "The bad tag is reverted in Git, and Image Updater promotes it again; told to ignore that tag, it does not.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        using GitOpsScene scene = new(drill);
        await scene.ShowHealthyAsync(TomodaWorkloads.BackendSelector, cancellation);
        var good = await scene.TipAsync(cancellation);
        await CodeRelease.ShipAsync(scene, TomodaFeature.Exports, TomodaWorkloads.Backend, cancellation);
        await drill.NoticeTrafficAsync(TomodaWorkloads.BackendSelector, cancellation);

        drill.Screen.Heading("Revert it in Git, and do nothing else");
        var reverted = await RevertAsync(scene, good, cancellation);
        await scene.DeployedAsync(TomodaWorkloads.Backend, $":{TomodaImages.Current}", cancellation);
        drill.Timeline.Mark("back", $"{TomodaWorkloads.Backend} runs {TomodaImages.Current}");
        await scene.DeployedAsync(TomodaWorkloads.Backend, $":{CodeRelease.Bad}", cancellation);
        drill.Timeline.Mark("promoted again", $"{TomodaWorkloads.Backend} runs {CodeRelease.Bad}");
        drill.Screen.Bad($"Image Updater has promoted {CodeRelease.Bad} again.");
        await scene.ShowAsync(cancellation);

        drill.Screen.Heading("Tell Image Updater, then revert");
        await scene.DoAsync("promotion stopped", $"Suspend-ImageUpdate prod-tomoda -Tag {CodeRelease.Bad} -Environment prod -Reason {Reason} -Confirm:$false", RollbackOutcome.Changed, cancellation);
        await RevertAsync(scene, reverted, cancellation);
        await scene.DoAsync("synced", $"Invoke-ArgoSync prod-tomoda -Environment prod -Reason {Reason}", RollbackOutcome.Changed, cancellation);
        await drill.TestAsync($"Test-RollbackHealth backend -Environment prod -ExpectedImage {TomodaImages.Backend}:{TomodaImages.Current} -Since 1s -Wait -Timeout 30s -Interval 200ms", cancellation);

        await drill.ProveAsync($":{CodeRelease.Bad}", TomodaWorkloads.BackendSelector, cancellation);
        await scene.ProveItStaysAsync($":{CodeRelease.Bad}", cancellation);
    }

    /// <summary>Takes out all that came since a commit, and says by which commit.</summary>
    private static async Task<string> RevertAsync(GitOpsScene scene, string since, CancellationToken cancellation) =>
        (await scene.DoAsync("Git reverted", $"Undo-GitCommit {await scene.CommitsSinceAsync(since, cancellation)} -Environment prod -Reason {Reason}", RollbackOutcome.RolledBack, cancellation))
        .Of<GitChange>().Single().Commit;
}
