using System.Collections.Immutable;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Schema;

/// <summary>What one API server serves: the built-in kinds and those added while it runs. Thread-safe.</summary>
public sealed class ResourceCatalog
{
    private ImmutableArray<ResourceType> types = [.. Resources.BuiltIn];

    public ImmutableArray<ResourceType> Types => types;

    /// <summary>Serves one more kind from now on, as a CustomResourceDefinition would.</summary>
    public void Add(ResourceType type)
    {
        if (Find(type.Group, type.Version, type.Plural) is not null)
            throw new ArgumentException($"{type} is already served.", nameof(type));
        ImmutableInterlocked.Update(ref types, all => all.Add(type));
    }

    public ResourceType? Find(string group, string version, string plural)
    {
        foreach (var type in types)
            if (type.Plural == plural && type.Group == group && type.Version == version) return type;
        return null;
    }

    /// <summary>The kind of this name; any version of any group when <paramref name="apiVersion"/> is null.</summary>
    public ResourceType? FindKind(string? apiVersion, string kind)
    {
        foreach (var type in types)
            if (type.Kind == kind && (apiVersion is null || type.ApiVersion == apiVersion)) return type;
        return null;
    }
}
