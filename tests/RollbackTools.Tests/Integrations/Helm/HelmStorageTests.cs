using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Integrations.Helm;
using RollbackTools.Integrations.Kubernetes;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Tests.Integrations.Contract;
using RollbackTools.Tests.Integrations.Support;
using RollbackTools.Tests.Support;
using Served = RollbackTools.Practice.Kubernetes.Schema.Resources;

namespace RollbackTools.Tests.Integrations.Helm;

/// <summary>Helm's records through the practice API server, which keeps Secrets and ConfigMaps as a real one does.</summary>
public sealed class HelmStorageTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1764000000);

    [Theory]
    [InlineData(HelmDriver.Secret)]
    [InlineData(HelmDriver.ConfigMap)]
    public async Task A_record_of_either_driver_is_read(HelmDriver driver)
    {
        await using var practice = await PracticeFixture.StartAsync();
        Put(practice, driver, HelmRecords.Helm3());
        using var cluster = practice.Connect();

        var record = await Storage(cluster).ReadAsync(Name(driver), default);

        Assert.Equal("deployed", record.Status);
        Assert.Equal("api-1.4.3", record.Chart.ToString());
        Assert.Equal("v2.3.0", record.Chart.AppVersion);
        Assert.Equal(HelmRecords.Manifest, record.Manifest);
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 18, 0, 1, 500, TimeSpan.FromHours(1)), record.Info.LastDeployed);
        Assert.Null(record.Info.Deleted);
        Assert.Equal("Visit <https://api.example.com>", record.Info.Notes);
        Assert.Equal(["pre-upgrade", "pre-rollback"], Assert.Single(record.Hooks).Events);
        Assert.Equal("checkout", record.Header.UserLabels["team"]);
        Assert.Equal(HelmRecords.Helm3(), Encoding.UTF8.GetString(record.Json.Span));
    }

    [Fact]
    public async Task A_listing_asks_for_metadata_alone()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Json("""{"kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"1"},"items":[]}"""));
        using var cluster = fixture.Connect();

        await Storage(cluster).ListAsync("prod", "api", default);

        Assert.Equal(
            ["/api/v1/namespaces/prod/configmaps?labelSelector=name%3Dapi%2Cowner%3Dhelm&limit=500", "/api/v1/namespaces/prod/secrets?labelSelector=name%3Dapi%2Cowner%3Dhelm&limit=500"],
            fixture.Server.Requests.Select(request => request.Target).Order(StringComparer.Ordinal));
        Assert.All(fixture.Server.Requests, request => Assert.StartsWith("application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", request.Header("Accept")));
    }

    [Fact]
    public async Task Both_drivers_are_listed_newest_revision_first()
    {
        await using var practice = await PracticeFixture.StartAsync();
        Put(practice, HelmDriver.Secret, HelmRecords.Helm3(revision: 9, status: "superseded"), revision: 9, status: "superseded");
        Put(practice, HelmDriver.Secret, HelmRecords.Helm3(revision: 10), revision: 10);
        Put(practice, HelmDriver.ConfigMap, HelmRecords.Helm3(name: "web"), name: "web");
        using var cluster = practice.Connect();

        var found = await Storage(cluster).ListAsync(null, null, default);

        Assert.Equal(
            ["revision 10 of Helm release api in default: deployed", "revision 9 of Helm release api in default: superseded", "revision 3 of Helm release web in default: deployed"],
            found.Records.Select(record => $"{record.Name}: {record.Status}"));
        Assert.Empty(found.Unseen);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1763654401), found.Records[0].CreatedAt);
    }

    [Fact]
    public async Task A_driver_that_may_not_be_listed_is_said_and_the_other_one_is_read()
    {
        await using var practice = await PracticeFixture.StartAsync();
        Put(practice, HelmDriver.ConfigMap, HelmRecords.Helm3());
        using var cluster = practice.Connect("practice-viewer");

        var found = await Storage(cluster).ListAsync("default", "api", default);

        Assert.Equal(HelmDriver.ConfigMap, Assert.Single(found.Records).Name.Driver);
        Assert.Equal(HelmDriver.Secret, Assert.Single(found.Unseen).Driver);
    }

    [Theory]
    [InlineData(HelmDriver.Secret)]
    [InlineData(HelmDriver.ConfigMap)]
    public async Task A_new_revision_is_stored_as_Helm_stores_it_and_locks(HelmDriver driver)
    {
        await using var practice = await PracticeFixture.StartAsync();
        Put(practice, driver, HelmRecords.Helm3());
        using var cluster = practice.Connect();
        var storage = Storage(cluster);
        var target = await storage.ReadAsync(Name(driver), default);
        var record = target.AsNew(new HelmRecordEdit { Revision = 4, Status = "pending-rollback", Description = "Rollback to 3", RollbackRevision = 3, LastDeployed = Now });

        var created = await storage.CreateAsync(record, default);
        var again = await Assert.ThrowsAsync<EstateException>(() => storage.CreateAsync(record, default));

        Assert.Equal(EstateErrorKind.AlreadyExists, again.Kind);
        Assert.NotEmpty(created.Header.ResourceVersion);
        var stored = practice.Store.Find(Resource(driver), "default", "sh.helm.release.v1.api.v4")!.Read;
        Assert.Equal(
            """{"createdAt":"1764000000","name":"api","owner":"helm","status":"pending-rollback","team":"checkout","version":"4"}""",
            stored["metadata"]!["labels"]!.ToJsonString());
        if (driver == HelmDriver.Secret) Assert.Equal("helm.sh/release.v1", (string?)stored["type"]);
        var expected = HelmRecords.Helm3().Replace("\"version\":3,", "\"version\":4,", StringComparison.Ordinal)
            .Replace("2026-11-20T18:00:01.5+01:00", "2025-11-24T16:00:00Z", StringComparison.Ordinal)
            .Replace("Upgrade complete", "Rollback to 3", StringComparison.Ordinal)
            .Replace("\"deployed\",\"notes\"", "\"pending-rollback\",\"notes\"", StringComparison.Ordinal)
            .Replace("\\u003e\"}", "\\u003e\",\"rollback_revision\":3}", StringComparison.Ordinal);
        Assert.Equal(expected, Unpacked(stored, driver));
    }

    [Theory]
    [InlineData(HelmDriver.Secret)]
    [InlineData(HelmDriver.ConfigMap)]
    public async Task An_update_keeps_the_objects_own_metadata_and_yields_to_somebody_elses(HelmDriver driver)
    {
        await using var practice = await PracticeFixture.StartAsync();
        Put(practice, driver, HelmRecords.Helm3());
        using var cluster = practice.Connect();
        var storage = Storage(cluster);
        var read = await storage.ReadAsync(Name(driver), default);

        await storage.UpdateAsync(read.With(new HelmRecordEdit { Status = "superseded" }), default);
        var late = await Assert.ThrowsAsync<EstateException>(() => storage.UpdateAsync(read.With(new HelmRecordEdit { Status = "failed" }), default));

        Assert.Equal(EstateErrorKind.Conflict, late.Kind);
        var stored = practice.Store.Find(Resource(driver), "default", "sh.helm.release.v1.api.v3")!.Read;
        Assert.Equal("yes", (string?)stored["metadata"]!["annotations"]!["example.com/backup"]);
        Assert.Equal(
            """{"modifiedAt":"1764000000","name":"api","owner":"helm","status":"superseded","team":"checkout","version":"3"}""",
            stored["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal(HelmRecords.Helm3(status: "superseded"), Unpacked(stored, driver));
    }

    [Fact]
    public async Task A_record_that_was_made_anew_is_not_deleted_for_the_old_one()
    {
        await using var practice = await PracticeFixture.StartAsync();
        Put(practice, HelmDriver.Secret, HelmRecords.Helm3());
        using var cluster = practice.Connect();
        var storage = Storage(cluster);
        var read = await storage.ReadAsync(Name(HelmDriver.Secret), default);

        var refused = await Assert.ThrowsAsync<EstateException>(() => storage.DeleteAsync(read.Header with { Uid = "another" }, default));
        await storage.DeleteAsync(read.Header, default);

        Assert.Equal(EstateErrorKind.Conflict, refused.Kind);
        Assert.Empty((await storage.ListAsync("default", null, default)).Records);
    }

    [Fact]
    public async Task A_record_too_large_for_an_object_is_refused_before_it_is_sent()
    {
        await using var practice = await PracticeFixture.StartAsync();
        Put(practice, HelmDriver.Secret, HelmRecords.Helm3());
        using var cluster = practice.Connect();
        var storage = Storage(cluster);
        var read = await storage.ReadAsync(Name(HelmDriver.Secret), default);
        var noise = new byte[1_200_000];
        new Random(7).NextBytes(noise);

        var refused = await Assert.ThrowsAsync<RollbackException>(() =>
            storage.UpdateAsync(read.With(new HelmRecordEdit { Manifest = Convert.ToBase64String(noise) }), default));

        Assert.Equal("HelmRecordTooLarge", refused.ErrorId);
        Assert.Contains("revision 3 of Helm release api in default", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_read_names_release_revision_object_and_the_next_command_and_no_content()
    {
        await using var practice = await PracticeFixture.StartAsync();
        practice.Store.Create(Served.Secrets, HelmRecords.Secret(HelmRecords.Pack("{\"password\":\"hunter2\"")));
        using var cluster = practice.Connect();

        var error = await Assert.ThrowsAsync<RollbackException>(() => Storage(cluster).ReadAsync(Name(HelmDriver.Secret), default));

        Assert.Equal("HelmRecordUnreadable", error.ErrorId);
        Assert.Equal("secret/sh.helm.release.v1.api.v3", error.Target);
        Assert.Contains("revision 3 of Helm release api in default (secret/sh.helm.release.v1.api.v3) cannot be read", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("kubectl get secret/sh.helm.release.v1.api.v3 -n default", error.NextStep);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    private static HelmStorage Storage(KubernetesCluster cluster) => new(cluster.Transport, cluster.Info, new ManualTimeProvider(Now));

    private static HelmRecordName Name(HelmDriver driver) => new("default", "api", 3, driver);

    private static ResourceType Resource(HelmDriver driver) => driver == HelmDriver.Secret ? Served.Secrets : Served.ConfigMaps;

    private static void Put(PracticeFixture practice, HelmDriver driver, string json, string name = "api", int revision = 3, string status = "deployed") =>
        practice.Store.Create(Resource(driver), driver == HelmDriver.Secret
            ? HelmRecords.Secret(HelmRecords.Pack(json), name, revision, status)
            : HelmRecords.ConfigMap(HelmRecords.Pack(json), name, revision, status));

    private static string Unpacked(JsonObject stored, HelmDriver driver)
    {
        var text = (string)stored["data"]!["release"]!;
        return HelmRecords.Unpack(driver == HelmDriver.Secret ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : text);
    }
}
