using RollbackTools.Practice.Faults;

namespace RollbackTools.Practice.ArgoCd;

/// <summary>How Argo CD is set up in a practice cluster.</summary>
public sealed record ArgoCdOptions
{
    /// <summary>Its repo server.</summary>
    public required ISourceRenderer Renderer { get; init; }

    /// <summary>Where it lives; applications elsewhere are known by <c>namespace_name</c>.</summary>
    public string Namespace { get; init; } = "argocd";

    /// <summary>As <c>/api/version</c> says.</summary>
    public string Version { get; init; } = "v3.1.8";

    /// <summary>
    /// Whether <c>spec.syncPolicy.automated.enabled</c> exists. It came with 3.1; before, the field is dropped from what is written and
    /// automation stays on.
    /// </summary>
    public bool KnowsAutomatedEnabled { get; init; } = true;

    /// <summary>How often every application is compared with its repository; shrunk by the cluster's tempo.</summary>
    public TimeSpan Reconcile { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The API server's port on loopback; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>What goes wrong on its API's wires.</summary>
    public FaultPlan Faults { get; init; } = new();
}
