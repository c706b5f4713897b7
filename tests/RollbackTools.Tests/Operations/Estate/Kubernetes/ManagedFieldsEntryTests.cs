using System.Text;
using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Tests.Operations.Estate.Kubernetes;

public sealed class ManagedFieldsEntryTests
{
    private const string Applier = """
        { "manager": "ci", "operation": "Apply", "apiVersion": "apps/v1", "time": "2026-03-01T03:00:00Z", "fieldsType": "FieldsV1",
          "fieldsV1": { "f:metadata": { "f:labels": { "f:app": {} } }, "f:spec": { "f:template": { "f:spec": {} } } } }
        """;

    private const string Controller = """
        { "manager": "kube-controller-manager", "operation": "Update", "apiVersion": "apps/v1", "fieldsType": "FieldsV1",
          "fieldsV1": { "f:spec": { "f:replicas": {} } }, "subresource": "status" }
        """;

    [Fact]
    public void What_a_person_or_a_pipeline_owns_of_spec_is_kept_and_a_controllers_is_not()
    {
        var entries = JsonSerializer.Deserialize($$"""{ "metadata": { "managedFields": [ {{Applier}}, {{Controller}} ] } }""", KubernetesJson.Default.Workload)!.Metadata.ManagedFields;

        Assert.Equal(("ci", "Apply", "apps/v1", null), (entries[0].Manager, entries[0].Operation, entries[0].ApiVersion, entries[0].Subresource));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 3, 0, 0, TimeSpan.Zero), entries[0].Time);
        Assert.Equal("""{ "f:template": { "f:spec": {} } }""", entries[0].SpecFields.GetRawText());
        Assert.Equal(("kube-controller-manager", "status", JsonValueKind.Undefined), (entries[1].Manager, entries[1].Subresource, entries[1].SpecFields.ValueKind));
    }

    [Fact]
    public async Task A_list_that_arrives_in_pieces_is_read_as_well()
    {
        var item = $$"""{ "metadata": { "managedFields": [ {{Applier}}, {{Controller}} ] } }""";
        using MemoryStream body = new(Encoding.UTF8.GetBytes($$"""{ "items": [ {{string.Join(",", Enumerable.Repeat(item, 300))}} ] }"""));

        var list = await JsonSerializer.DeserializeAsync(body, KubernetesJson.Default.ResourceListWorkload, TestContext.Current.CancellationToken);

        Assert.All(list!.Items, one => Assert.Equal(2, one.Metadata.ManagedFields.Count));
        Assert.Equal(300, list.Items.Count);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var entry = JsonSerializer.Deserialize(Applier, KubernetesJson.Default.ManagedFieldsEntry)!;

        var again = JsonSerializer.Deserialize(JsonSerializer.Serialize(entry, KubernetesJson.Default.ManagedFieldsEntry), KubernetesJson.Default.ManagedFieldsEntry)!;

        Assert.Equal(entry with { SpecFields = default }, again with { SpecFields = default });
        Assert.Equal("""{"f:template":{"f:spec":{}}}""", again.SpecFields.GetRawText().Replace(" ", "", StringComparison.Ordinal));
    }
}
