namespace RollbackTools.Operations.Helm;

/// <summary>A release; without a namespace, in the connection's.</summary>
public sealed record HelmReleaseName(string? Namespace, string Name)
{
    public override string ToString() => Name;
}
