namespace RollbackTools.Practice.Kubernetes.Schema;

public enum FieldKind
{
    String,
    Integer,
    Boolean,

    /// <summary>Quantities, int-or-string and raw values: any JSON.</summary>
    Any,
    Object,
    Map,
    List,
}

/// <summary>
/// One field of a Kubernetes type: what it holds, and how patches and appliers merge it. The rules are those of the API types'
/// <c>patchStrategy</c>, <c>patchMergeKey</c>, <c>listType</c>, <c>listMapKey</c> and <c>structType</c> markers.
/// </summary>
public sealed record FieldSchema(string Name, FieldKind Kind)
{
    /// <summary>The type of the object, or of the list's items; null for scalars and free-form values.</summary>
    public TypeSchema? Type { get; internal set; }

    /// <summary>For a list merged item by item: the fields that tell items apart. Empty for other lists.</summary>
    public IReadOnlyList<string> MapKeys { get; init; } = [];

    /// <summary>A list of scalars merged as a set (finalizers).</summary>
    public bool IsSet { get; init; }

    /// <summary>Owned as a whole by one applier (label selectors, object references).</summary>
    public bool Atomic { get; init; }

    /// <summary><c>patchStrategy: retainKeys</c>: a strategic patch may name the only keys to keep.</summary>
    public bool RetainKeys { get; init; }

    /// <summary>A strategic merge patch identifies items by the first key alone.</summary>
    public string? PatchMergeKey => MapKeys.Count > 0 ? MapKeys[0] : null;

    internal string? TypeName { get; init; }
}

/// <summary>One Kubernetes type by name, with its fields.</summary>
public sealed record TypeSchema(string Name, IReadOnlyDictionary<string, FieldSchema> Fields)
{
    /// <summary><c>structType: atomic</c>: an item of a list that is owned as a whole.</summary>
    public bool Atomic { get; init; }

    public FieldSchema? Find(string field) => Fields.GetValueOrDefault(field);
}
