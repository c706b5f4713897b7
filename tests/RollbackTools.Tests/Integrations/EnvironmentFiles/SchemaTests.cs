using System.Runtime.CompilerServices;
using System.Text.Json;
using RollbackTools.Integrations.EnvironmentFiles;

namespace RollbackTools.Tests.Integrations.EnvironmentFiles;

/// <summary>The schema editors use and the reader the module uses must not drift apart.</summary>
public sealed class SchemaTests
{
    [Fact]
    public void The_schema_and_the_reader_know_the_same_fields()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(SchemaPath()));
        var root = schema.RootElement;
        var definitions = root.GetProperty("$defs");

        Assert.Equal("https://json-schema.org/draft/2020-12/schema", root.GetProperty("$schema").GetString());
        AssertSame(EnvironmentFields.File, root);
        AssertSame(EnvironmentFields.Environment, definitions.GetProperty("environment"));
        AssertSame(EnvironmentFields.ArgoCd, definitions.GetProperty("argocd"));
        AssertSame(EnvironmentFields.Git, definitions.GetProperty("git"));
        AssertSame(EnvironmentFields.Health, definitions.GetProperty("health"));
        AssertSame(EnvironmentFields.Endpoint, definitions.GetProperty("endpoint"));
        AssertSame(EnvironmentFields.SmokeScript, definitions.GetProperty("smokeScript"));
        Assert.Equal(6, definitions.EnumerateObject().Count());
    }

    private static void AssertSame(string[] fields, JsonElement definition)
    {
        Assert.Equal(fields.Order(), definition.GetProperty("properties").EnumerateObject().Select(property => property.Name).Order());
        Assert.False(definition.GetProperty("additionalProperties").GetBoolean());
    }

    private static string SchemaPath([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "..", "rollback.schema.json"));
}
