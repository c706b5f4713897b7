using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Pki;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Git;

/// <summary>
/// The Git host of an estate: started with the cluster, filled before anything lives in it, ended with it. Name it after what reads
/// from it, so that it ends later.
/// </summary>
/// <param name="options">How the host is started.</param>
/// <param name="fill">Makes the estate's repositories.</param>
public sealed class GitPlatform(GitHostOptions options, Func<GitHost, CancellationToken, Task> fill) : IClusterAddOn
{
    private GitHost? host;

    /// <summary>Throws <see cref="InvalidOperationException"/> before the cluster has started it.</summary>
    public GitHost Host => host ?? throw new InvalidOperationException("The Git host has not been started.");

    public IReadOnlyList<ResourceType> Kinds => [];

    public IReadOnlyList<Controller> Install(AddOnContext cluster) => [];

    /// <summary>Throws <see cref="GitMissingException"/> when this machine has no git.</summary>
    public async Task ListenAsync(CertificateAuthority authority, CancellationToken cancellation)
    {
        host = await GitHost.StartAsync(options, cancellation);
        await fill(host, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null) await host.DisposeAsync();
    }
}
