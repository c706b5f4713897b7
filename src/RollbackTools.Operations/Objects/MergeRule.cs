namespace RollbackTools.Operations.Objects;

/// <summary>
/// How a field is merged: objects field by field, lists as one value, unless said otherwise here. What is said is what the API types
/// say in their <c>patchStrategy</c>, <c>patchMergeKey</c> and <c>listMapKey</c> markers.
/// </summary>
public sealed record MergeRule
{
    public static MergeRule Plain { get; } = new();

    /// <summary>The fields that have rules of their own.</summary>
    public IReadOnlyDictionary<string, MergeRule> Fields { get; init; } = new Dictionary<string, MergeRule>();

    /// <summary>A list merged item by item: what tells its items apart.</summary>
    public IReadOnlyList<ItemKey> Keys { get; init; } = [];

    /// <summary>A list of plain values merged as a set.</summary>
    public bool IsSet { get; init; }

    /// <summary>Everybody's entries: one writer's leaving takes his own away and no others (labels, annotations).</summary>
    public bool IsShared { get; init; }

    /// <summary><c>retainKeys</c>: a union, in which a field of another kind of thing does not stay.</summary>
    public bool RetainKeys { get; init; }

    /// <summary>Replaced as a whole though it is an object.</summary>
    public bool IsAtomic { get; init; }

    public MergeRule Field(string name) => Fields.GetValueOrDefault(name) ?? Plain;
}

/// <summary>One field that tells a list's items apart, and what it is when it is left out.</summary>
public sealed record ItemKey(string Field, string? Default = null);
