using System.Text.Json.Serialization.Metadata;

namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>One kind a Kubernetes API serves, with how to read it: the path segments and the JSON contract.</summary>
public sealed record Resource<T>(
    string Group, string Version, string Plural, string Kind, JsonTypeInfo<T> Json, JsonTypeInfo<ResourceList<T>> ListJson)
    where T : class
{
    /// <summary>False for cluster-wide kinds such as nodes.</summary>
    public bool Namespaced { get; init; } = true;

    /// <summary>Ask for names and other metadata alone: what such objects hold (a Secret's values) stays where it is.</summary>
    public bool MetadataOnly { get; init; }

    /// <summary><c>apps/v1</c>, or <c>v1</c> for the core group.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary><c>deployments.apps</c>, as RBAC rules and error texts name it.</summary>
    public string QualifiedName => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public override string ToString() => QualifiedName;
}

/// <summary>A list as the server sent it (all pages together), with the version to watch from.</summary>
public sealed record ResourceList<T>
{
    public ListMeta Metadata { get; init => field = value ?? new(); } = new();

    public IReadOnlyList<T> Items { get; init => field = value ?? []; } = [];
}

public sealed record ListMeta
{
    public string? ResourceVersion { get; init; }

    public string? Continue { get; init; }

    public long? RemainingItemCount { get; init; }
}

/// <summary>
/// What every object carries: who it is, which version, who owns it. Objects never hold null where their type says they do not:
/// generated JSON contracts assign every init property, with null for a field the server left out, hence the accessors.
/// </summary>
public interface IKubernetesObject
{
    ObjectMeta Metadata { get; }
}
