using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Practice.Drills.Tomoda;

/// <summary>The classic: the rollout goes through green, and a moment later production is down.</summary>
internal sealed class BadImageDrill : IDrill
{
    private const string Image = TomodaImages.Backend + ":" + TomodaImages.Leaking;

    public string Name => "tomoda/bad-image";

    public string Summary => "A release passes its probes, then runs out of memory: customers get errors. Back to known-good.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        await drill.ShowHealthyAsync(TomodaWorkloads.BackendSelector, cancellation);
        await drill.ShipAsync(TomodaWorkloads.Backend, Image, cancellation);
        await drill.NoticeTrafficAsync(TomodaWorkloads.BackendSelector, cancellation);
        await drill.RollBackAsync(TomodaWorkloads.Backend, Image, cancellation);
        await drill.ProveAsync(Image, TomodaWorkloads.BackendSelector, cancellation);
    }
}
