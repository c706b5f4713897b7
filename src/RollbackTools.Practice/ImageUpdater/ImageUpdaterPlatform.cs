using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Pki;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ImageUpdater;

/// <summary>Image Updater in a practice cluster. Its kind comes with Argo CD's.</summary>
/// <param name="host">Where it pushes to; asked for when it begins.</param>
/// <param name="period">From one of its rounds to the next; shrunk by the cluster's tempo.</param>
public sealed class ImageUpdaterPlatform(Func<GitHost> host, TimeSpan period) : IClusterAddOn
{
    private AddOnContext? cluster;
    private ImageUpdaterAgent? agent;

    public IReadOnlyList<ResourceType> Kinds => [];

    public IReadOnlyList<Controller> Install(AddOnContext cluster)
    {
        this.cluster = cluster;
        return [];
    }

    public Task ListenAsync(CertificateAuthority authority, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Begins its rounds.</summary>
    public void Start()
    {
        var (controllers, images) = (cluster!.Controllers, cluster.Images);
        agent ??= new ImageUpdaterAgent(controllers.Store, images, host(), controllers.Time, new ImageUpdaterOptions { Interval = controllers.Tempo.Scaled(period.TotalSeconds) });
        agent.Start();
    }

    public ValueTask DisposeAsync() => agent?.DisposeAsync() ?? ValueTask.CompletedTask;
}
