using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Schema;

/// <summary>The types of the built-in kinds. Custom kinds have none: any field is kept, lists are merged as a whole.</summary>
public static class SchemaCatalog
{
    private static readonly IReadOnlyDictionary<string, TypeSchema> Types = SchemaText.Parse(
        CommonTypes.Meta, CommonTypes.Apps, CommonTypes.Others, CoreTypes.Pods, CoreTypes.Others);

    /// <summary>What is known of a kind nobody described: that it has metadata.</summary>
    public static TypeSchema Unstructured { get; } = new("Unstructured", new Dictionary<string, FieldSchema>(StringComparer.Ordinal)
    {
        ["metadata"] = new FieldSchema("metadata", FieldKind.Object) { Type = Types["ObjectMeta"] },
    });

    public static IReadOnlyCollection<TypeSchema> All => [.. Types.Values];

    /// <summary>As <see cref="For"/>, and of a custom kind what its definition says of merging.</summary>
    public static TypeSchema ForMerging(ResourceType type) => type.Definition?.Types ?? For(type);

    public static TypeSchema For(ResourceType type) => type.Custom ? Unstructured : Types.GetValueOrDefault(type.Kind, Unstructured);
}
