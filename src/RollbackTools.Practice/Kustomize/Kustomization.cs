namespace RollbackTools.Practice.Kustomize;

/// <summary>What a kustomization file says, after the old spellings have been brought to the new.</summary>
internal sealed record Kustomization
{
    public bool IsComponent { get; init; }

    public IReadOnlyList<string> Resources { get; init; } = [];

    public IReadOnlyList<string> Components { get; init; } = [];

    public string Namespace { get; init; } = "";

    public string NamePrefix { get; init; } = "";

    public string NameSuffix { get; init; } = "";

    public IReadOnlyDictionary<string, string> CommonLabels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<LabelEntry> Labels { get; init; } = [];

    public IReadOnlyDictionary<string, string> CommonAnnotations { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<ImageEntry> Images { get; init; } = [];

    public IReadOnlyList<ReplicaEntry> Replicas { get; init; } = [];

    /// <summary>Files that say where else objects are referred to.</summary>
    public IReadOnlyList<string> Configurations { get; init; } = [];

    /// <summary>Paths or patches, as <c>patchesStrategicMerge</c> has them.</summary>
    public IReadOnlyList<string> StrategicPatches { get; init; } = [];

    public IReadOnlyList<PatchEntry> Patches { get; init; } = [];

    public IReadOnlyList<PatchEntry> JsonPatches { get; init; } = [];

    public IReadOnlyList<GeneratorEntry> ConfigMaps { get; init; } = [];

    public IReadOnlyList<GeneratorEntry> Secrets { get; init; } = [];

    /// <summary>Whether resources keep the order they were named in; else kinds that others need come first.</summary>
    public bool InOrder { get; init; }
}

internal sealed record LabelEntry(IReadOnlyDictionary<string, string> Pairs, bool IncludeSelectors, bool IncludeTemplates);

internal sealed record ImageEntry(string Name, string NewName, string NewTag, string Digest);

internal sealed record ReplicaEntry(string Name, long Count);

/// <summary>A strategic merge or JSON patch, in a file or in place.</summary>
internal sealed record PatchEntry(string Path, string Patch, PatchTarget? Target, bool AllowNameChange, bool AllowKindChange);

/// <summary>Every part is a regular expression that must match as a whole; empty matches anything.</summary>
internal sealed record PatchTarget(string Group, string Version, string Kind, string Name, string Namespace, string Labels, string Annotations);

internal enum GeneratorBehaviour
{
    Create,
    Replace,
    Merge,
}

internal sealed record GeneratorEntry(
    string Name, string Namespace, GeneratorBehaviour Behaviour, string Type, IReadOnlyList<string> Literals, IReadOnlyList<string> Files,
    IReadOnlyList<string> Envs, GeneratorOptions Options);

internal sealed record GeneratorOptions(
    IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations, bool DisableNameSuffixHash, bool Immutable)
{
    public static GeneratorOptions None { get; } = new(new Dictionary<string, string>(), new Dictionary<string, string>(), false, false);

    /// <summary>These options where they say something, the others elsewhere; flags hold when either sets them.</summary>
    public GeneratorOptions Over(GeneratorOptions others) => new(
        Merged(others.Labels, Labels), Merged(others.Annotations, Annotations),
        DisableNameSuffixHash || others.DisableNameSuffixHash, Immutable || others.Immutable);

    private static Dictionary<string, string> Merged(IReadOnlyDictionary<string, string> under, IReadOnlyDictionary<string, string> over)
    {
        Dictionary<string, string> merged = new(under);
        foreach (var (key, value) in over) merged[key] = value;
        return merged;
    }
}
