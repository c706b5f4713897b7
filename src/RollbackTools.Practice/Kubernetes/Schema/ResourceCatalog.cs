using System.Collections.Immutable;
using RollbackTools.Practice.Kubernetes.Api.Reading;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Schema;

/// <summary>What one API server serves: the built-in kinds and those added while it runs. Thread-safe.</summary>
public sealed class ResourceCatalog
{
    private ImmutableArray<ResourceType> types = [.. Resources.BuiltIn];

    private ImmutableArray<ObjectView> views = [ObjectView.Events];

    public ImmutableArray<ResourceType> Types => types;

    /// <summary>Kinds served under other versions as well.</summary>
    internal ImmutableArray<ObjectView> Views => views;

    /// <summary>Serves one more kind from now on, as a CustomResourceDefinition would.</summary>
    public void Add(ResourceType type)
    {
        if (Find(type.Group, type.Version, type.Plural) is not null)
            throw new ArgumentException($"{type} is already served.", nameof(type));
        ImmutableInterlocked.Update(ref types, all => all.Add(type));
    }

    internal void Add(ObjectView view) => ImmutableInterlocked.Update(ref views, all => all.Add(view));

    /// <summary>Serves the kind no longer.</summary>
    public void Remove(ResourceType type) => ImmutableInterlocked.Update(ref types, all => all.Remove(type));

    internal void RemoveViews(ResourceType type) => ImmutableInterlocked.Update(ref views, all => all.RemoveAll(view => view.Stored == type));

    /// <summary>Serves API versions, such as <c>policy/v1beta1</c>, that a newer cluster no longer has. Throws for one that is not known.</summary>
    public void ServeLegacy(params IEnumerable<string> apiVersions)
    {
        foreach (var apiVersion in apiVersions)
            Add(LegacyApis.All.FirstOrDefault(view => view.ApiVersion == apiVersion) ?? throw new ArgumentException($"{apiVersion} is no former API.", nameof(apiVersions)));
    }

    /// <summary>
    /// Serves nothing under this version from now on: a manifest that names it finds <c>no matches for kind</c>. What is stored stays, and
    /// is there under its other versions.
    /// </summary>
    public void Drop(string apiVersion)
    {
        ImmutableInterlocked.Update(ref views, all => all.RemoveAll(view => view.ApiVersion == apiVersion));
        ImmutableInterlocked.Update(ref types, all => all.RemoveAll(type => type.ApiVersion == apiVersion));
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
