using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Practice.Drills.Tomoda;

/// <summary>
/// kubernetes#67250: with OrderedReady the controller never replaces a pod that is not ready, so putting the template back is
/// not enough. The stuck pods have to be deleted, and only those.
/// </summary>
internal sealed class StuckStatefulSetDrill : IDrill
{
    private const string Image = TomodaImages.Search + ":" + TomodaImages.Crashing;

    public string Name => "tomoda/stuck-statefulset";

    public string Summary => "A StatefulSet's pod crashes in the middle of an update; kubectl's undo would leave it stuck for good.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        await drill.ShowHealthyAsync(TomodaWorkloads.SearchSelector, cancellation);
        await drill.ShipAsync(TomodaWorkloads.Search, Image, cancellation);
        await drill.NoticeCrashingPodAsync(TomodaWorkloads.SearchSelector, cancellation);
        var result = await drill.RollBackAsync(TomodaWorkloads.Search, Image, cancellation);
        await drill.ReadAsync($"Get-RollbackRun {result.RunId}", cancellation);
        await drill.ProveAsync(Image, TomodaWorkloads.SearchSelector, cancellation);
    }
}
