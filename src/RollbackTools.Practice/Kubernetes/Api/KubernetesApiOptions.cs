using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Api.Access;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>How a practice API server is set up.</summary>
public sealed record KubernetesApiOptions
{
    /// <summary>The loopback port; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The cluster's name in the kubeconfig, and the prefix of its contexts.</summary>
    public string ClusterName { get; init; } = "practice";

    /// <summary>The namespace of the kubeconfig's contexts.</summary>
    public string DefaultNamespace { get; init; } = "default";

    /// <summary>Kept so that logs can be read; without it, reading logs gets 404.</summary>
    public IPodLogs? PodLogs { get; init; }

    public ResourceCatalog Catalog { get; init; } = new();

    public FaultPlan Faults { get; init; } = new();

    /// <summary>What a client under test may ask; without anything required, everything.</summary>
    public KnownRequests Known { get; } = new();

    /// <summary>Validating admission, shared with controllers that write past the HTTP server.</summary>
    public Writing.AdmissionChain Admission { get; init; } = new();

    /// <summary>Tokens besides the ones the server makes up for its kubeconfig.</summary>
    public IReadOnlyList<BearerToken> Tokens { get; init; } = [];

    /// <summary>Rules for those tokens' users, besides what everybody may do.</summary>
    public IReadOnlyList<AccessRule> AccessRules { get; init; } = [];

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How often a quiet watch that asked for bookmarks gets one.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a page of a list may be continued consistently.</summary>
    public TimeSpan ContinueLifetime { get; init; } = TimeSpan.FromMinutes(5);
}
