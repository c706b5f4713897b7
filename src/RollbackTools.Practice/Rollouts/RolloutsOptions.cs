namespace RollbackTools.Practice.Rollouts;

/// <summary>How Argo Rollouts is set up in a practice cluster.</summary>
public sealed record RolloutsOptions
{
    /// <summary>
    /// Whether the definition of Rollouts has the status subresource, as since 0.10. Without it <c>/status</c> is not found and status is
    /// written through the object.
    /// </summary>
    public bool StatusSubresource { get; init; } = true;
}
