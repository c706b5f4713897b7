using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Objects;

/// <summary>Where an object is served. The namespace is null for kinds that have none.</summary>
public sealed record ObjectAddress(Resource<CustomResource> Resource, string? Namespace, string Name)
{
    /// <summary>The wire's words: <c>apps/v1 deployments/api -n prod</c>.</summary>
    public override string ToString() => $"{Resource.ApiVersion} {Resource.Plural}/{Name}{(Namespace is null ? "" : $" -n {Namespace}")}";
}
