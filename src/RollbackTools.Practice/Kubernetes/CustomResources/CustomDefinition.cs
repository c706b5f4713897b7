using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.CustomResources;

/// <summary>What a CustomResourceDefinition says of its kind. A changed definition takes the place of this one.</summary>
public sealed class CustomDefinition
{
    private readonly Dictionary<string, (JsonObject Schema, TypeSchema Types)> versions = [];

    internal CustomDefinition(JsonObject spec)
    {
        Names = spec.Ensure("names");
        foreach (var version in spec.Objects("versions"))
        {
            var schema = version.Child("schema").Child("openAPIV3Schema") ?? [];
            versions[version.Text("name")!] = (schema, StructuralTypes.Of(schema, Names.Text("kind")!));
        }

        var stored = spec.Objects("versions").First(version => version.True("storage"));
        StoredVersion = stored.Text("name")!;
        Served = [.. spec.Objects("versions").Where(version => version.True("served")).Select(version => version.Text("name")!)];
        var subresources = stored.Child("subresources");
        List<string> names = [];
        if (subresources?["status"] is not null) names.Add("status");
        if (subresources.Child("scale") is { } scale)
        {
            names.Add("scale");
            Scale = new ScalePaths(Last(scale.Text("statusReplicasPath")), Last(scale.Text("labelSelectorPath")));
        }

        Subresources = names;
        PrinterColumns = [.. stored.Objects("additionalPrinterColumns").Select(Column)];
        ShortNames = Strings("shortNames");
        Categories = Strings("categories");
    }

    public string StoredVersion { get; }

    public IReadOnlyList<string> Served { get; }

    public IReadOnlyList<string> Subresources { get; }

    public IReadOnlyList<PrinterColumn> PrinterColumns { get; }

    public IReadOnlyList<string> ShortNames { get; }

    public IReadOnlyList<string> Categories { get; }

    public ScalePaths? Scale { get; }

    private JsonObject Names { get; }

    /// <summary>The openAPIV3Schema of a version.</summary>
    internal JsonObject SchemaOf(string version) => versions.GetValueOrDefault(version, versions[StoredVersion]).Schema;

    /// <summary>How its objects are merged and who owns what of them.</summary>
    internal TypeSchema Types => versions[StoredVersion].Types;

    private string[] Strings(string list) => [.. Names.List(list)?.Select(item => (string)item!) ?? []];

    private static PrinterColumn Column(JsonObject column) =>
        new(column.Text("name")!, column.Text("jsonPath")!.TrimStart('.'), (int)(column.Number("priority") ?? 0), column.Text("type") ?? "string");

    private static string Last(string? path) => path is null ? "" : path[(path.LastIndexOf('.') + 1)..];
}
