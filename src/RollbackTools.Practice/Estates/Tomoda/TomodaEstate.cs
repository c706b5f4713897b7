using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Estates.Tomoda;

/// <summary>
/// tomoda.life: a backend, an API under an autoscaler, an asynchronous worker, a search cluster and a log agent. Three weeks of
/// releases lie behind it; one of them crashed and was rolled back; the present one has been good for four days.
/// </summary>
public sealed class TomodaEstate : Estate
{
    private static readonly TimeSpan Quickly = TimeSpan.FromMinutes(5);

    public override string Name => "tomoda";

    public override string Namespace => "prod";

    public override TimeSpan Age => TimeSpan.FromDays(21);

    public override void Furnish(ImageCatalogue images) => TomodaImages.Push(images);

    public override async Task LiveAsync(EstatePast past, CancellationToken cancellation)
    {
        past.Operator.Apply(TomodaManifests.Namespaces);
        past.Operator.Apply(TomodaManifests.Foundation("prod"));
        past.Operator.Apply(TomodaManifests.Foundation("staging"));
        await ReleaseAsync(past, "v2.11.0", "release v2.11.0", daysLater: 5, cancellation);
        await ReleaseAsync(past, "v2.12.0", "release v2.12.0: saved searches", daysLater: 4, cancellation);
        await ReleaseAsync(past, "v2.12.1", "release v2.12.1: fix pagination", daysLater: 3, cancellation);
        await FailAsync(past, cancellation);
        await past.PassAsync(TimeSpan.FromDays(3), cancellation);
        await ReleaseAsync(past, "v2.13.1", "release v2.13.1: tenants, with its migration", daysLater: 2, cancellation);
        await ReleaseAsync(past, TomodaImages.Current, "release v2.14.0: invoices", daysLater: 0, cancellation);

        // What is left of the three weeks: four days in which nothing happened.
        await past.PassAsync(Age, cancellation);
    }

    private static async Task ReleaseAsync(EstatePast past, string tag, string cause, int daysLater, CancellationToken cancellation)
    {
        foreach (var ns in (string[])["staging", "prod"])
        {
            var prod = ns == "prod";
            past.Operator.Apply(TomodaManifests.Deployment(ns, "backend", $"{TomodaImages.Backend}:{tag}", prod ? 3 : 1), cause);
            past.Operator.Apply(TomodaManifests.Deployment(ns, "tomoda-api", $"{TomodaImages.Api}:{tag}", prod ? 3 : 1), cause);
            past.Operator.Apply(TomodaManifests.Deployment(ns, "tomoda-async", $"{TomodaImages.Async}:{tag}", prod ? 2 : 1), cause);
            past.Operator.Apply(TomodaManifests.Search(ns, $"{TomodaImages.Search}:{tag}", prod ? 3 : 1), cause);
            if (prod) past.Operator.Apply(TomodaManifests.LogAgent(ns, $"{TomodaImages.LogAgent}:{tag}"), cause);
            await past.UnfoldAsync(Quickly, cancellation);
        }

        await past.PassAsync(TimeSpan.FromDays(daysLater), cancellation);
    }

    /// <summary>v2.13.0 reached the backend without its migration, crashed for twelve minutes and was taken back.</summary>
    private static async Task FailAsync(EstatePast past, CancellationToken cancellation)
    {
        past.Operator.Deploy(Resources.Deployments, "prod", "backend", $"{TomodaImages.Backend}:v2.13.0", "release v2.13.0: tenants");
        await past.UnfoldAsync(TimeSpan.FromMinutes(1), cancellation);
        await past.PassAsync(TimeSpan.FromMinutes(11), cancellation);
        past.Operator.Deploy(Resources.Deployments, "prod", "backend", $"{TomodaImages.Backend}:v2.12.1", "rollback: v2.13.0 crashes, back to v2.12.1");
        await past.UnfoldAsync(Quickly, cancellation);
    }
}
