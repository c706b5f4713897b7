using System.Text.Json.Nodes;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Helm;

/// <summary>The practice helm leaves the records that a real helm left after the same commands.</summary>
public sealed class RecordedReleaseTests(HelmCluster cluster) : IClassFixture<HelmCluster>
{
    public static TheoryData<HelmVersion> Versions => [HelmVersion.Helm3, HelmVersion.Helm4];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Install_upgrade_rollback_failure_and_death_leave_the_recorded_records(HelmVersion version)
    {
        HelmOptions options = new() { Version = version };
        using var space = cluster.Space(options);
        await space.Helm.InstallAsync("shop", RecordedReleases.Chart, null, Stop);
        await space.Helm.UpgradeAsync("shop", RecordedReleases.Chart, Tag("2.0"), Stop);
        await space.Helm.RollbackAsync("shop", 1, Stop);
        await Assert.ThrowsAsync<HelmException>(() => space.Helm.UpgradeAsync("shop", RecordedReleases.Chart, Tag("3.0-crash"), Stop,
            options with { Wait = true, Timeout = TimeSpan.FromSeconds(1) }));
        await Assert.ThrowsAsync<HelmKilledException>(() => space.Helm.UpgradeAsync("shop", RecordedReleases.Chart, Tag("4.0-crash"), Stop,
            options with { KilledAt = HelmMoment.Applied }));

        foreach (var (revision, recorded) in RecordedReleases.Secrets(version))
        {
            var written = space.Find(Resources.Secrets, $"sh.helm.release.v1.shop.v{revision}")!;
            Assert.Equal(LeveledRecord.Of(RecordedReleases.Release(recorded)), LeveledRecord.Of(RecordedReleases.Release(written)));
            Assert.Equal(LeveledRecord.Labels(recorded), LeveledRecord.Labels(written));
            Assert.Equal((string?)recorded["type"], (string?)written["type"]);
        }
    }

    private static JsonObject Tag(string tag) => new() { ["tag"] = tag };
}
