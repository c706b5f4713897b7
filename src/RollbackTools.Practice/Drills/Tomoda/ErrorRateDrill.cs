using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Practice.Drills.Tomoda;

/// <summary>Every pod is ready and every status green, and half of the customers get a 500.</summary>
internal sealed class ErrorRateDrill : IDrill
{
    private const string Image = TomodaImages.Backend + ":" + TomodaImages.Failing;

    public string Name => "tomoda/error-rate";

    public string Summary => "A release answers half of all requests with 500 while every pod is ready: nothing but customers can tell.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        await drill.ShowHealthyAsync(TomodaWorkloads.BackendSelector, cancellation);
        await drill.ShipAsync(TomodaWorkloads.Backend, Image, cancellation);
        await drill.NoticeTrafficAsync(TomodaWorkloads.BackendSelector, cancellation);
        await drill.RollBackAsync(TomodaWorkloads.Backend, Image, cancellation);
        await drill.ProveAsync(Image, TomodaWorkloads.BackendSelector, cancellation);
    }
}
