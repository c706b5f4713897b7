using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Practice.Drills.Tomoda;

/// <summary>The new pods never get up; the rollout hangs half-way with fewer pods than customers need.</summary>
internal sealed class CrashLoopDrill : IDrill
{
    private const string Image = TomodaImages.Backend + ":" + TomodaImages.Crashing;

    public string Name => "tomoda/crash-loop";

    public string Summary => "A release panics at start, and its rollout hangs half-way. Back before the old pods go as well.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        await drill.ShowHealthyAsync(TomodaWorkloads.BackendSelector, cancellation);
        await drill.ShipAsync(TomodaWorkloads.Backend, Image, cancellation);
        await drill.NoticeCrashingPodAsync(TomodaWorkloads.BackendSelector, cancellation);
        await drill.RollBackAsync(TomodaWorkloads.Backend, Image, cancellation);
        await drill.ProveAsync(Image, TomodaWorkloads.BackendSelector, cancellation);
    }
}
