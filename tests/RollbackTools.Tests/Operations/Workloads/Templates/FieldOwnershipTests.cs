using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.Operations.Workloads.Templates;

public sealed class FieldOwnershipTests
{
    private const string Image = """{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{"f:image":{}}}}}}""";
    private const string Container = """{"f:replicas":{},"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:name":{}}}}}}""";
    private const string Whole = """{"f:replicas":{},"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:name":{},"f:image":{}}}}}}""";

    [Fact]
    public void What_the_applier_had_goes_back_to_him_and_nothing_of_spec_is_left_with_us()
    {
        var before = FieldOwnership.Of(Written(Entry("ci", "Apply", Whole)));

        var patch = Operations(FieldOwnership.HandBack(before, Written(Entry("ci", "Apply", Container), Entry("rollbacktools", "Update", Image))));

        Assert.Equal(["test /metadata/resourceVersion", "add /metadata/managedFields/0/fieldsV1/f:spec", "remove /metadata/managedFields/1/fieldsV1/f:spec"],
            patch.Select(one => $"{one!["op"]} {one["path"]}"));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Whole), patch[1]!["value"]));
    }

    [Fact]
    public void Who_lost_all_he_had_is_entered_again()
    {
        var before = FieldOwnership.Of(Written(Entry("ci", "Apply", Container), Entry("kubectl-set", "Update", Image)));

        var patch = Operations(FieldOwnership.HandBack(before, Written(Entry("ci", "Apply", Container), Entry("rollbacktools", "Update", Image))));

        var entry = patch.Single(one => (string)one!["path"]! == "/metadata/managedFields/-")!["value"]!;
        Assert.Equal(("kubectl-set", "Update"), ((string)entry["manager"]!, (string)entry["operation"]!));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Image), entry["fieldsV1"]!["f:spec"]));
    }

    [Fact]
    public void Fields_of_spec_beside_the_template_stay_ours()
    {
        var before = FieldOwnership.Of(Written(Entry("ci", "Apply", Whole)));
        var ours = Image.Replace("""{"f:template""", """{"f:paused":{},"f:template""", StringComparison.Ordinal);

        var patch = Operations(FieldOwnership.HandBack(before, Written(Entry("ci", "Apply", Container), Entry("rollbacktools", "Update", ours))));

        Assert.Equal("""{"f:paused":{}}""", patch[^1]!["value"]!.ToJsonString());
    }

    [Fact]
    public void Of_two_appliers_the_one_who_ships_the_image_gets_what_his_version_had_taken_away()
    {
        const string injected = """{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:env":{"k:{\"name\":\"INJ\"}":{".":{},"f:name":{},"f:value":{}}},"f:name":{}}}}}}""";
        const string restored = """{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{"f:env":{"k:{\"name\":\"K\"}":{".":{},"f:name":{},"f:value":{}}},"f:image":{}}}}}}""";
        var before = FieldOwnership.Of(Written(Entry("ci", "Apply", Whole), Entry("injector", "Apply", injected)));

        var patch = Operations(FieldOwnership.HandBack(before, Written(Entry("ci", "Apply", Container), Entry("injector", "Apply", injected), Entry("rollbacktools", "Update", restored))));

        Assert.Equal(["test /metadata/resourceVersion", "add /metadata/managedFields/0/fieldsV1/f:spec", "remove /metadata/managedFields/2/fieldsV1/f:spec"],
            patch.Select(one => $"{one!["op"]} {one["path"]}"));
        Assert.NotNull(patch[1]!["value"]!["f:template"]!["f:spec"]!["f:containers"]!["k:{\"name\":\"app\"}"]!["f:env"]!["k:{\"name\":\"K\"}"]!["f:value"]);
    }

    [Fact]
    public void Of_two_appliers_the_last_one_gets_what_is_of_no_container()
    {
        const string volumes = """{"f:template":{"f:spec":{"f:volumes":{".":{},"k:{\"name\":\"v\"}":{".":{},"f:emptyDir":{},"f:name":{}}}}}}""";
        var then = DateTimeOffset.UnixEpoch;
        var (ci, injector) = (Entry("ci", "Apply", Whole) with { Time = then.AddHours(1) }, Entry("injector", "Apply", Container) with { Time = then });

        var patch = Operations(FieldOwnership.HandBack(FieldOwnership.Of(Written(injector, ci)), Written(injector, ci, Entry("rollbacktools", "Update", volumes))));

        var given = patch[1]!["value"]!["f:template"]!["f:spec"]!["f:volumes"]!.AsObject();
        Assert.Equal("/metadata/managedFields/1/fieldsV1/f:spec", (string)patch[1]!["path"]!);
        Assert.Equal(["k:{\"name\":\"v\"}"], given.Select(pair => pair.Key));
    }

    [Fact]
    public void What_the_server_fills_in_is_given_to_nobody()
    {
        const string grace = """{"f:template":{"f:spec":{"f:terminationGracePeriodSeconds":{}}}}""";
        var now = Written(Entry("ci", "Apply", Container), Entry("rollbacktools", "Update", grace));
        now = now with { Spec = new() { Template = JsonDocument.Parse("""{"spec":{"terminationGracePeriodSeconds":30}}""").RootElement } };

        var patch = Operations(FieldOwnership.HandBack(FieldOwnership.Of(Written(Entry("ci", "Apply", Container), Entry("x", "Apply", grace))), now));

        Assert.Equal(["test /metadata/resourceVersion", "remove /metadata/managedFields/1/fieldsV1/f:spec"], patch.Select(one => $"{one!["op"]} {one["path"]}"));
    }

    [Fact]
    public void Without_an_applier_there_is_nobody_to_give_back_to()
    {
        Assert.Empty(FieldOwnership.Of(Written(Entry("kubectl-client-side-apply", "Update", Whole))));
        Assert.Null(FieldOwnership.HandBack([], Written(Entry("rollbacktools", "Update", Image))));
    }

    private static JsonArray Operations(Patch? patch) => JsonNode.Parse(patch!.Body.Span)!.AsArray();

    private static ManagedFieldsEntry Entry(string manager, string operation, string spec) => new()
    {
        Manager = manager,
        Operation = operation,
        ApiVersion = "apps/v1",
        SpecFields = JsonDocument.Parse(spec).RootElement,
    };

    private static Workload Written(params ManagedFieldsEntry[] entries) =>
        new() { Metadata = new ObjectMeta { Name = "api", ResourceVersion = "7", ManagedFields = entries } };
}
