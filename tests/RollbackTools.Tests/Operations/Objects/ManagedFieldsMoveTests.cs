using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Objects;

namespace RollbackTools.Tests.Operations.Objects;

public sealed class ManagedFieldsMoveTests
{
    [Fact]
    public void What_a_manager_updated_becomes_what_he_applied_and_others_keep_theirs()
    {
        var operations = Move("""
            [{ "manager": "helm", "operation": "Update", "apiVersion": "apps/v1", "fieldsV1": { "f:spec": { "f:replicas": {} } } },
             { "manager": "kube-controller-manager", "operation": "Update", "subresource": "status", "fieldsV1": { "f:status": {} } },
             { "manager": "kubectl", "operation": "Update", "fieldsV1": { "f:data": {} } }]
            """)!;

        Assert.Equal(("replace", "/metadata/resourceVersion", "7"), ((string)operations[0]!["op"]!, (string)operations[0]!["path"]!, (string)operations[0]!["value"]!));
        var entries = operations[1]!["value"]!.AsArray();
        Assert.Equal(["helm Apply", "kube-controller-manager Update", "kubectl Update"], entries.Select(entry => $"{entry!["manager"]} {entry["operation"]}"));
        Assert.NotNull(entries[0]!["fieldsV1"]!["f:spec"]!["f:replicas"]);
    }

    [Fact]
    public void What_he_applied_already_is_added_to()
    {
        var entries = Move("""
            [{ "manager": "helm", "operation": "Update", "fieldsV1": { "f:spec": { "f:a": {} } } }, { "manager": "helm", "operation": "Apply", "fieldsV1": { "f:spec": { "f:b": {} } } }]
            """)![1]!["value"]!.AsArray();

        var only = Assert.Single(entries)!;
        Assert.Equal("Apply", (string)only["operation"]!);
        Assert.Equal(["f:a", "f:b"], only["fieldsV1"]!["f:spec"]!.AsObject().Select(field => field.Key).Order());
    }

    [Theory]
    [InlineData("""[{ "manager": "helm", "operation": "Apply", "fieldsV1": {} }]""")]
    [InlineData("""[{ "manager": "kubectl", "operation": "Update", "fieldsV1": {} }]""")]
    [InlineData("""[{ "manager": "helm", "operation": "Update", "subresource": "status", "fieldsV1": {} }]""")]
    public void Where_there_is_nothing_to_move_nothing_is_written(string entries) => Assert.Null(Move(entries));

    private static JsonArray? Move(string entries)
    {
        JsonObject live = new() { ["metadata"] = new JsonObject { ["resourceVersion"] = "7", ["managedFields"] = JsonNode.Parse(entries) } };
        return ManagedFieldsMove.ToApply(live, "helm") is { } patch ? JsonNode.Parse(Encoding.UTF8.GetString(patch.Body.Span))!.AsArray() : null;
    }
}
