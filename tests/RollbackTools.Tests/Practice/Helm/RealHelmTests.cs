using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates.Zkprova;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Practice.Helm.Charts.Samples;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Helm;

/// <summary>The real helm on the practice cluster: it takes the practice helm's releases for its own, and writes the same.</summary>
public sealed class RealHelmTests(HelmCluster cluster) : IClassFixture<HelmCluster>
{
    private static readonly HelmChart Chart = ZkprovaChart.Of("0.14.0", "1.9.0");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, HelmVersion> Helms => new() { { "helm", HelmVersion.Helm3 }, { "helm4", HelmVersion.Helm4 } };

    private static JsonObject Tag(string tag) => new() { ["image"] = new JsonObject { ["tag"] = tag } };

    [Theory]
    [MemberData(nameof(Helms))]
    public async Task It_reads_upgrades_and_rolls_back_what_the_practice_helm_installed(string executable, HelmVersion version)
    {
        using var space = cluster.Space(new HelmOptions { Version = version });
        using var helm = RealHelm.In(space, executable);
        await space.Helm.InstallAsync("zkprova", Chart, Tag("one"), Stop);
        await space.Helm.UpgradeAsync("zkprova", Chart, Tag("two"), Stop);

        var listed = JsonNode.Parse(await helm.OkAsync("list", "-o", "json"))!.AsArray().Single()!;
        Assert.Equal(("zkprova", "2", "deployed", "zkprova-0.14.0", "1.9.0"), ((string?)listed["name"], (string?)listed["revision"], (string?)listed["status"], (string?)listed["chart"], (string?)listed["app_version"]));
        Assert.Contains("image: ghcr.io/zkprova/backend:two", await helm.OkAsync("get", "manifest", "zkprova"));
        Assert.Contains("tag: two", await helm.OkAsync("get", "values", "zkprova"));
        Assert.Contains("helm.sh/hook-weight", await helm.OkAsync("get", "hooks", "zkprova"));

        await helm.OkAsync("upgrade", "zkprova", helm.Lay(Chart), "--set-string", "image.tag=three", "--wait", "--timeout", "30s");
        await helm.OkAsync("rollback", "zkprova", "1", "--wait", "--timeout", "30s");
        Assert.Equal("1:superseded 2:superseded 3:superseded 4:deployed", await space.StatusesAsync("zkprova"));
        Assert.EndsWith(":one", (string?)space.Find(Resources.Deployments, "zkprova-zkprova-backend")!["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]);

        Assert.Equal(5, await space.Helm.UpgradeAsync("zkprova", Chart, Tag("five"), Stop));
        Assert.Contains("deployed", (await helm.OkAsync("history", "zkprova")).Split('\n')[5]);
        await helm.OkAsync("uninstall", "zkprova");
        Assert.Empty(space.Records());
    }

    [Theory]
    [MemberData(nameof(Helms))]
    public async Task It_refuses_while_another_operation_is_in_progress_as_the_practice_helm_does(string executable, HelmVersion version)
    {
        using var space = cluster.Space(new HelmOptions { Version = version });
        using var helm = RealHelm.In(space, executable);
        await space.Helm.InstallAsync("zkprova", Chart, Tag("one"), Stop);
        await Assert.ThrowsAsync<HelmKilledException>(() =>
            space.Helm.UpgradeAsync("zkprova", Chart, Tag("two"), Stop, new HelmOptions { Version = version, KilledAt = HelmMoment.HooksRan }));

        var said = await helm.FailAsync("upgrade", "zkprova", helm.Lay(Chart), "--set-string", "image.tag=three");
        var refused = await Assert.ThrowsAsync<HelmException>(() => space.Helm.UpgradeAsync("zkprova", Chart, Tag("three"), Stop));
        Assert.Contains(refused.Message, said);
    }

    [Theory]
    [MemberData(nameof(Helms))]
    public async Task It_writes_the_same_records_field_by_field(string executable, HelmVersion version)
    {
        using var ours = cluster.Space(new HelmOptions { Version = version });
        using var theirs = cluster.Space(new HelmOptions { Version = version });
        using var helm = RealHelm.In(theirs, executable);
        foreach (var (name, chart, set, values) in Releases())
        {
            await ours.Helm.InstallAsync(name, chart, values, Stop);
            await ours.Helm.UpgradeAsync(name, chart with { Version = "9.9.9" }, values, Stop);
            await helm.OkAsync(["install", name, helm.Lay(chart), .. set]);
            await helm.OkAsync(["upgrade", name, helm.Lay(chart with { Version = "9.9.9" }), .. set]);
            for (var revision = 1; revision <= 2; revision++)
            {
                Assert.Equal(LeveledRecord.Of(await theirs.Helm.History.ReadAsync(name, revision, Stop)), LeveledRecord.Of(await ours.Helm.History.ReadAsync(name, revision, Stop)));
                Assert.Equal(LeveledRecord.Labels(Secret(theirs, name, revision)), LeveledRecord.Labels(Secret(ours, name, revision)));
            }
        }

        static JsonObject Secret(HelmSpace space, string name, int revision) => space.Find(Resources.Secrets, $"sh.helm.release.v1.{name}.v{revision}")!;

        static IEnumerable<(string, HelmChart, string[], JsonObject)> Releases()
        {
            yield return ("zkprova", Chart, ["--set-string", "image.tag=one"], Tag("one"));
            yield return ("ledger", LedgerChart.Of("1.0.0"), ["--set", "replicas=2"], new JsonObject { ["replicas"] = 2 });
        }
    }
}
