using System.Net;
using System.Security.Cryptography.X509Certificates;
using RollbackTools.Integrations.Kubernetes.Authentication;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Kubernetes.Kubeconfig;

/// <summary>Everything needed to talk to one API server as one user.</summary>
internal sealed class ClusterConnection
{
    public required ClusterInfo Info { get; init; }

    /// <summary>The server's base address, ending in '/'; it may have a path (Rancher and other gateways).</summary>
    public required Uri Server { get; init; }

    /// <summary>The context or its stand-in, as commands in recommendations name it; null in-cluster.</summary>
    public string? Context { get; init; }

    /// <summary>Where the connection's settings stand, for errors: the kubeconfig or "the pod's service account".</summary>
    public required string Source { get; init; }

    /// <summary>Null trusts the system's authorities.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    public bool SkipTlsVerify { get; init; }

    public string? TlsServerName { get; init; }

    /// <summary>Null connects directly.</summary>
    public IWebProxy? Proxy { get; init; }

    public bool DisableCompression { get; init; }

    public required ICredentialSource Credentials { get; init; }

    public Impersonation? Impersonation { get; init; }
}
