using System.Text.Json.Nodes;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Practice.Helm;

namespace RollbackTools.Tests.EndToEnd.Helm;

/// <summary>The records we write are those that the release's own helm was recorded to write, field by field.</summary>
public sealed class RecordedRollbackTests
{
    public static TheoryData<HelmVersion> Versions => [HelmVersion.Helm3, HelmVersion.Helm4];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Our_rollback_leaves_the_records_that_helms_own_left(HelmVersion version)
    {
        await using var stage = await PracticeStage.StartAsync(new EmptyEstate());
        await using var production = await RecordedAsync(stage, version, 1, 2);

        await production.RollBackAsync("Invoke-HelmRollback shop -ToRevision 1 -Confirm:$false");

        var recorded = RecordedReleases.Secrets(version)[3];
        var written = Secret(production, 3);
        Assert.Equal(LeveledRecord.Of(RecordedReleases.Release(recorded)), LeveledRecord.Of(RecordedReleases.Release(written)));
        Assert.Equal(LeveledRecord.Labels(recorded), LeveledRecord.Labels(written));
        Assert.Equal((string?)recorded["type"], (string?)written["type"]);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_repair_changes_values_of_a_record_and_no_field(HelmVersion version)
    {
        await using var stage = await PracticeStage.StartAsync(new EmptyEstate());
        await using var production = await RecordedAsync(stage, version, 1, 2, 3, 4, 5);

        await production.RunAsync("Repair-HelmRelease shop -Preempt -Confirm:$false");

        var (recorded, written) = (RecordedReleases.Secrets(version)[5], Secret(production, 5));
        Assert.Equal("failed", (string?)written["metadata"]!["labels"]!["status"]);
        Assert.Equal(Fields(RecordedReleases.Release(recorded)), Fields(RecordedReleases.Release(written)));
        Assert.Equal(recorded["metadata"]!["labels"]!.AsObject().Select(pair => pair.Key).Append("modifiedAt").Except(["createdAt"]).Distinct().Order(StringComparer.Ordinal),
            written["metadata"]!["labels"]!.AsObject().Select(pair => pair.Key).Except(["createdAt"]).Order(StringComparer.Ordinal));
    }

    /// <summary>Objects as helm left them, and for records the recorded ones.</summary>
    private static async Task<Production> RecordedAsync(IStage stage, HelmVersion version, params int[] revisions)
    {
        var secrets = RecordedReleases.Secrets(version);
        Production production = new(stage, (string)RecordedReleases.Release(secrets[1])["namespace"]!);
        using var helm = PracticeHelm.Open(production.Kubeconfig, production.Namespace, new HelmOptions { Version = version });
        await helm.InstallAsync("shop", RecordedReleases.Chart, null, Stop);
        await helm.UpgradeAsync("shop", RecordedReleases.Chart, new JsonObject { ["tag"] = "2.0" }, Stop);
        await production.CompleteAsync("shop");
        foreach (var revision in (int[])[1, 2]) production.Delete($"sh.helm.release.v1.shop.v{revision}", Resources.Secrets);
        foreach (var revision in revisions)
        {
            var secret = secrets[revision].DeepClone().AsObject();
            secret["metadata"]!["namespace"] = production.Namespace;
            // As it was when the next revision was begun.
            if (revision == 2 && revisions.Length == 2) Deployed(secret);
            stage.Apply([secret]);
        }

        return production;
    }

    private static void Deployed(JsonObject secret)
    {
        secret["metadata"]!["labels"]!["status"] = "deployed";
        var release = RecordedReleases.Release(secret);
        release["info"]!["status"] = "deployed";
        secret["data"]!["release"] = RecordedReleases.Data(release);
    }

    private static JsonObject Secret(Production production, int revision) => production.Get($"sh.helm.release.v1.shop.v{revision}", Resources.Secrets);

    /// <summary>The path of every field, in the order it was written in.</summary>
    private static IEnumerable<string> Fields(JsonNode? node, string path = "") => node switch
    {
        JsonObject map => map.SelectMany(pair => Fields(pair.Value, $"{path}.{pair.Key}").Prepend($"{path}.{pair.Key}")),
        JsonArray list => list.SelectMany(item => Fields(item, $"{path}[]")),
        _ => [],
    };
}
