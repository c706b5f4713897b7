using System.Text.Json.Nodes;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Helm.Charts.Samples;

namespace RollbackTools.Practice.Estates.Bookstore;

/// <summary>
/// What lies on the Bookstore's platform-base path: an addon that the platform team installs with Helm 4, by hand and outside Argo CD.
/// </summary>
internal static class BookstoreAddon
{
    public const string Namespace = "platform-base";
    public const string Release = "metering";

    /// <summary>Its first three releases, on one day.</summary>
    public static async Task InstallAsync(EstatePast past, CancellationToken cancellation)
    {
        past.Operator.Apply($"{{ apiVersion: v1, kind: Namespace, metadata: {{ name: {Namespace}, labels: {{ part-of: platform }} }} }}");
        using var helm = past.Helm(Namespace, new HelmOptions { Version = HelmVersion.Helm4 });
        await helm.InstallAsync(Release, MeteringChart.Of("0.4.0", "1.2.0"), null, cancellation);
        await past.PassAsync(TimeSpan.FromHours(2), cancellation);
        await helm.UpgradeAsync(Release, MeteringChart.Of("0.4.1", "1.2.1"), new JsonObject { ["limit"] = 500 }, cancellation);
        await past.PassAsync(TimeSpan.FromHours(3), cancellation);
        await helm.UpgradeAsync(Release, MeteringChart.Of("0.5.0", "1.3.0"), null, cancellation);
    }
}
