using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates.Zkprova;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Practice.Helm.Charts.Samples;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Helm;

/// <summary>The records, field by field, as <c>pkg/release</c> and <c>pkg/storage</c> of Helm 3.21 and 4.2 write them.</summary>
public sealed class ReleaseRecordTests(HelmCluster cluster) : IClassFixture<HelmCluster>
{
    private const string Moment = @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static JsonObject Values => JsonNode.Parse("""{ "image": { "tag": "one" }, "features": [{ "name": "AGE_CHECKS", "state": "<on> & off" }] }""")!.AsObject();

    private static string Keys(JsonNode? node) => string.Join(' ', node!.AsObject().Select(pair => pair.Key));

    private static string Unpack(string secretData)
    {
        var inner = Convert.FromBase64String(Encoding.ASCII.GetString(Convert.FromBase64String(secretData)));
        Assert.Equal([0x1f, 0x8b, 0x08], inner[..3]);
        using GZipStream gzip = new(new MemoryStream(inner), CompressionMode.Decompress);
        using StreamReader text = new(gzip);
        return text.ReadToEnd();
    }

    [Fact]
    public async Task A_secret_is_named_typed_and_labelled_as_helm_finds_it()
    {
        using var space = cluster.Space(new HelmOptions { Labels = new Dictionary<string, string> { ["team"] = "proofs" } });
        await space.Helm.InstallAsync("zkprova", ZkprovaChart.Of("0.14.0", "1.9.0"), Values, Stop);

        var record = Assert.Single(space.Records());
        Assert.Equal("sh.helm.release.v1.zkprova.v1", (string?)record["metadata"]!["name"]);
        var labels = record["metadata"]!["labels"]!.AsObject();
        Assert.Equal(["modifiedAt", "name", "owner", "status", "team", "version"], labels.Select(pair => pair.Key).Order(StringComparer.Ordinal));
        Assert.Equal(("zkprova", "helm", "deployed", "1"), ((string?)labels["name"], (string?)labels["owner"], (string?)labels["status"], (string?)labels["version"]));
        Assert.Matches(@"^\d{10}$", (string?)labels["modifiedAt"]);
        Assert.Equal("release", Keys(record["data"]));
    }

    [Theory]
    [InlineData(HelmVersion.Helm3, "first_deployed last_deployed deleted description status notes", "started_at completed_at phase",
        "metadata lock templates values schema files", "name data", "name info chart config manifest hooks version namespace")]
    [InlineData(HelmVersion.Helm4, "first_deployed last_deployed description status notes", "phase",
        "metadata lock templates values schema schemamodtime files modtime", "name data modtime", "name info chart config manifest hooks version namespace apply_method")]
    public async Task A_record_has_the_fields_of_its_helm_in_their_order(HelmVersion version, string info, string run, string chart, string file, string release)
    {
        using var space = cluster.Space(new HelmOptions { Version = version, NoHooks = true });
        await space.Helm.InstallAsync("zkprova", ZkprovaChart.Of("0.14.0", "1.9.0"), Values, Stop);

        var text = Unpack((string)Assert.Single(space.Records())["data"]!["release"]!);
        Assert.Contains(@"\u003con\u003e", text);
        Assert.Contains(@"\u0026 off", text);
        var record = JsonNode.Parse(text)!;
        Assert.Equal(release, Keys(record));
        Assert.Equal(info, Keys(record["info"]));
        Assert.Matches(Moment, (string?)record["info"]!["first_deployed"]);
        Assert.Equal(chart, Keys(record["chart"]));
        Assert.Equal(file, Keys(record["chart"]!["templates"]![0]));
        Assert.Equal("name version description apiVersion appVersion type", Keys(record["chart"]!["metadata"]));
        Assert.Null(record["chart"]!["lock"]);
        Assert.Equal("backend features frontend host image logLevel migrations", Keys(record["chart"]!["values"]));
        Assert.Equal("templates/NOTES.txt", (string?)record["chart"]!["templates"]![0]!["name"]);
        Assert.StartsWith("{{ .Chart.Name }}", Encoding.UTF8.GetString(Convert.FromBase64String((string)record["chart"]!["templates"]![0]!["data"]!)));
        var migrate = record["hooks"]!.AsArray().Single(hook => (string?)hook!["name"] == "zkprova-zkprova-migrate")!;
        Assert.Equal("name kind path manifest events last_run weight delete_policies", Keys(migrate));
        Assert.Equal(run, Keys(migrate["last_run"]));
        Assert.Equal(-5, (int)migrate["weight"]!);
        Assert.Equal("zkprova/templates/hooks.yaml", (string?)migrate["path"]);
        Assert.Equal("""["pre-install","pre-upgrade","pre-rollback"]""", migrate["events"]!.ToJsonString());
        Assert.Equal("zkprova one is at https://zkprova.example.", ((string)record["info"]!["notes"]!).Split('\n')[0]);
    }

    [Fact]
    public async Task The_manifest_names_its_sources_in_the_order_of_installation_and_holds_no_hook()
    {
        using var space = cluster.Space(new HelmOptions { NoHooks = true });
        await space.Helm.InstallAsync("zkprova", ZkprovaChart.Of("0.14.0", "1.9.0"), Values, Stop);

        var manifest = (string)(await space.Helm.History.ReadAsync("zkprova", 1, Stop))["manifest"]!;
        Assert.StartsWith("---\n# Source: zkprova/templates/backend.yaml\napiVersion: policy/v1\nkind: PodDisruptionBudget\n", manifest);
        var kinds = manifest.Split('\n').Where(line => line.StartsWith("kind: ", StringComparison.Ordinal)).Select(line => line[6..]);
        Assert.Equal(
            ["PodDisruptionBudget", "ServiceAccount", "Secret", "ConfigMap", "Service", "Service", "Deployment", "Deployment", "HorizontalPodAutoscaler", "Ingress"], kinds);
        Assert.DoesNotContain("helm.sh/hook", manifest);
        Assert.DoesNotContain("managed-by", manifest);
    }

    [Fact]
    public async Task Configmaps_hold_the_text_once_encoded()
    {
        using var space = cluster.Space(new HelmOptions { Driver = HelmDriver.ConfigMap });
        await space.Helm.InstallAsync("ledger", LedgerChart.Of("1.0.0"), null, Stop);
        await space.Helm.UpgradeAsync("ledger", LedgerChart.Of("1.1.0"), null, Stop);

        Assert.Empty(space.Records());
        Assert.StartsWith("H4sI", (string?)space.Find(Resources.ConfigMaps, "sh.helm.release.v1.ledger.v2")!["data"]!["release"]);
        Assert.Equal("1:superseded 2:deployed", await space.StatusesAsync("ledger"));
    }

    [Fact]
    public async Task An_upgrade_keeps_the_first_date_carries_values_and_labels_on_and_numbers_by_the_newest_record()
    {
        using var space = cluster.Space();
        await space.Helm.InstallAsync("ledger", LedgerChart.Of("1.0.0"), new JsonObject { ["replicas"] = 2 }, Stop,
            new HelmOptions { Labels = new Dictionary<string, string> { ["team"] = "books" } });
        await space.Helm.UpgradeAsync("ledger", LedgerChart.Of("1.1.0"), null, Stop);

        var (first, second) = (await space.Helm.History.ReadAsync("ledger", 1, Stop), await space.Helm.History.ReadAsync("ledger", 2, Stop));
        Assert.Equal((string?)first["info"]!["first_deployed"], (string?)second["info"]!["first_deployed"]);
        Assert.NotEqual((string?)first["info"]!["last_deployed"], (string?)second["info"]!["last_deployed"]);
        Assert.Equal("""{"replicas":2}""", second["config"]!.ToJsonString());
        Assert.All(space.Records(), record => Assert.Equal("books", (string?)record["metadata"]!["labels"]!["team"]));
    }

    [Fact]
    public async Task Histories_can_be_spoiled_in_every_way_that_was_ever_seen()
    {
        using var space = cluster.Space(new HelmOptions { NoHooks = true });
        await space.Helm.InstallAsync("ledger", LedgerChart.Of("1.0.0"), null, Stop);
        for (var minor = 1; minor <= 6; minor++) await space.Helm.UpgradeAsync("ledger", LedgerChart.Of($"1.{minor}.0"), null, Stop);
        var history = space.Helm.History;

        await history.RemoveAsync("ledger", 1, Stop);
        await history.CorruptAsync("ledger", 2, Stop);
        await history.TruncateAsync("ledger", 3, 0.5, Stop);
        await history.StorePlainAsync("ledger", 4, Stop);
        await history.ChangeAsync("ledger", 5, release => release["signature"] = "not known yet", Stop);
        await history.StoreBombAsync("ledger", 6, 64 << 20, Stop);
        await history.SetStatusAsync("ledger", 6, "deployed", Stop);

        Assert.Equal("2:superseded 3:superseded 4:superseded 5:superseded 6:deployed 7:deployed", await space.StatusesAsync("ledger"));
        await Assert.ThrowsAsync<HelmException>(() => history.ReadAsync("ledger", 2, Stop));
        await Assert.ThrowsAsync<HelmException>(() => history.ReadAsync("ledger", 3, Stop));
        Assert.Equal("1.3.0", (string?)(await history.ReadAsync("ledger", 4, Stop))["chart"]!["metadata"]!["version"]);
        Assert.Equal("not known yet", (string?)(await history.ReadAsync("ledger", 5, Stop))["signature"]);
        Assert.InRange(((string)space.Records().Single(record => ((string)record["metadata"]!["name"]!).EndsWith("v6", StringComparison.Ordinal))["data"]!["release"]!).Length, 1, 300_000);
    }
}
