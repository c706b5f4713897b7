using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Images;

namespace RollbackTools.Tests.Operations.Images;

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
