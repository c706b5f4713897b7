using System.Text.Json.Nodes;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Estates.Zkprova;

/// <summary>
/// zkprova: a backend and a frontend that GitHub Actions ships with helm, to staging and, after a person has looked at it, to production.
/// Behind production lie a release whose migration failed and one that was rolled back; the present one has been good for four days.
/// Staging is a step ahead: Helm 4 deploys it, server-side.
/// </summary>
public sealed class ZkprovaEstate : Estate
{
    public const string Production = "production";
    public const string Staging = "staging";
    public const string Release = "zkprova";

    /// <summary>Of a release that failed half of its requests: deployed, and rolled back after twelve minutes.</summary>
    internal const string RolledBack = "6a0e4c1-errors";

    private static readonly TimeSpan Quickly = TimeSpan.FromMinutes(5);

    public override string Name => "zkprova";

    public override string Namespace => Production;

    public override IReadOnlyList<string> OtherEnvironments => [Staging];

    public override IReadOnlyDictionary<string, string> Health { get; } = new Dictionary<string, string> { ["database"] = "ok" };

    public override TimeSpan Age => TimeSpan.FromDays(21);

    /// <summary>The chart as the main branch has it now.</summary>
    public static HelmChart Chart { get; } = ZkprovaChart.Of("0.14.2", "1.9.0");

    /// <summary>What the pipeline gives: the image's tag, and what differs between the environments.</summary>
    public static JsonObject Values(string ns, string tag)
    {
        var production = ns == Production;
        return new JsonObject
        {
            ["backend"] = new JsonObject { ["replicas"] = production ? 3 : 1 },
            ["frontend"] = new JsonObject { ["minReplicas"] = production ? 2 : 1, ["maxReplicas"] = production ? 6 : 2 },
            ["host"] = production ? "zkprova.example" : "staging.zkprova.example",
            ["image"] = new JsonObject { ["tag"] = tag },
        };
    }

    public override void Furnish(ImageCatalogue images)
    {
        ZkprovaImages.Push(images);
        images.Push(ZkprovaImages.Backend, RolledBack, new ImageBehaviour.ErrorRate(0.5));
        foreach (var repository in (string[])[ZkprovaImages.Frontend, ZkprovaImages.Migrations, ZkprovaImages.Smoke]) images.Push(repository, RolledBack);
    }

    public override async Task LiveAsync(EstatePast past, CancellationToken cancellation)
    {
        foreach (var ns in (string[])[Staging, Production])
            past.Operator.Apply($"{{ apiVersion: v1, kind: Namespace, metadata: {{ name: {ns}, labels: {{ environment: {ns} }} }} }}");
        using var staging = past.Helm(Staging, new HelmOptions { Version = HelmVersion.Helm4 });
        using var production = past.Helm(Production);
        Pipeline pipeline = new(past, staging, production);

        await pipeline.InstallAsync("41be2d0", ZkprovaChart.Of("0.12.0", "1.7.0"), cancellation);
        await past.PassAsync(TimeSpan.FromDays(5), cancellation);
        await pipeline.UpgradeAsync("58c9e13", ZkprovaChart.Of("0.13.0", "1.8.0"), cancellation);
        await past.PassAsync(TimeSpan.FromDays(3), cancellation);
        await pipeline.FailAsync(ZkprovaImages.Crashing, ZkprovaChart.Of("0.14.0", "1.9.0-rc.1"), cancellation);
        await past.PassAsync(TimeSpan.FromHours(3), cancellation);
        await pipeline.UpgradeAsync(ZkprovaImages.Previous, ZkprovaChart.Of("0.14.0", "1.9.0-rc.2"), cancellation);
        await past.PassAsync(TimeSpan.FromDays(6), cancellation);
        await pipeline.UpgradeAsync(RolledBack, ZkprovaChart.Of("0.14.1", "1.9.0-rc.3"), cancellation);
        await past.PassAsync(TimeSpan.FromMinutes(12), cancellation);
        await production.RollbackAsync(Release, 4, cancellation);
        await past.UnfoldAsync(Quickly, cancellation);
        await past.PassAsync(TimeSpan.FromDays(2), cancellation);
        await pipeline.UpgradeAsync(ZkprovaImages.Current, Chart, cancellation);

        // What is left of the three weeks: four days in which nothing happened.
        await past.PassAsync(Age, cancellation);
    }

    /// <summary>The Deploy workflow: staging first, production an hour later.</summary>
    private sealed class Pipeline(EstatePast past, PracticeHelm staging, PracticeHelm production)
    {
        private static readonly TimeSpan Verified = TimeSpan.FromHours(1);

        public Task InstallAsync(string tag, HelmChart chart, CancellationToken cancellation) =>
            ShipAsync((helm, ns) => helm.InstallAsync(Release, chart, Values(ns, tag), cancellation), cancellation);

        public Task UpgradeAsync(string tag, HelmChart chart, CancellationToken cancellation) =>
            ShipAsync((helm, ns) => helm.UpgradeAsync(Release, chart, Values(ns, tag), cancellation), cancellation);

        /// <summary>Staging's database was empty, so the migration went through there; in production it panicked.</summary>
        public async Task FailAsync(string tag, HelmChart chart, CancellationToken cancellation)
        {
            try
            {
                await production.UpgradeAsync(Release, chart, Values(Production, tag), cancellation);
            }
            catch (HelmException)
            {
                // As it did: the record says failed, and the objects are as they were.
            }
        }

        private async Task ShipAsync(Func<PracticeHelm, string, Task<int>> ship, CancellationToken cancellation)
        {
            await ship(staging, Staging);
            await past.UnfoldAsync(Quickly, cancellation);
            await past.PassAsync(Verified, cancellation);
            await ship(production, Production);
            await past.UnfoldAsync(Quickly, cancellation);
        }
    }
}
