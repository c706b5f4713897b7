using RollbackTools.Practice.Git;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Pki;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Estates.Tomoda;

/// <summary>
/// tomoda's Cloud Build: every tag of the application repository becomes one image per service. How an image behaves is decided by
/// the code it was built from.
/// </summary>
/// <param name="repository">The application repository; asked for when it is needed.</param>
public sealed class CloudBuild(Func<GitRepository> repository) : IClusterAddOn
{
    /// <summary>Seconds from one look at the repository to the next.</summary>
    private const double Period = 30;

    private readonly CancellationTokenSource stopping = new();
    private AddOnContext? cluster;
    private Task? running;

    public IReadOnlyList<ResourceType> Kinds => [];

    public IReadOnlyList<Controller> Install(AddOnContext cluster)
    {
        this.cluster = cluster;
        return [];
    }

    public Task ListenAsync(CertificateAuthority authority, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Builds every tag there is no image of.</summary>
    public async Task BuildAsync(CancellationToken cancellation)
    {
        var code = repository();
        var built = cluster!.Images.Tags(TomodaImages.Backend).Select(image => image.Tag).ToHashSet();
        foreach (var tag in await code.TagsAsync(cancellation))
        {
            if (built.Contains(tag) || await code.ResolveAsync(tag, cancellation) is not { } commit) continue;
            foreach (var image in TomodaImages.All)
                cluster.Images.Push(image, tag, await BehaviourAsync(code, commit, image, cancellation), pushed: cluster.Controllers.Time.GetUtcNow());
        }
    }

    /// <summary>Builds from now on what is tagged.</summary>
    public void Start() => running ??= RunAsync();

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (running is not null) await running;
        stopping.Dispose();
    }

    private static async Task<ImageBehaviour?> BehaviourAsync(GitRepository code, string commit, string image, CancellationToken cancellation)
    {
        foreach (var feature in TomodaFeature.All.Where(feature => feature.Image == image))
            if (await HasAsync(feature.File, feature.Function)) return feature.Behaviour;

        return image == TomodaImages.Backend && await HasAsync(TomodaCode.Handlers, TomodaCode.Tenants)
            && await code.ReadAsync(commit, TomodaCode.TenantsMigration, cancellation) is null ? TomodaImages.WithoutTenants : null;

        async Task<bool> HasAsync(string file, string function) =>
            await code.ReadTextAsync(commit, file, cancellation) is { } text && text.Contains($"func {function}(", StringComparison.Ordinal);
    }

    private async Task RunAsync()
    {
        using PeriodicTimer timer = new(cluster!.Controllers.Tempo.Scaled(Period), cluster.Controllers.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                try
                {
                    await BuildAsync(stopping.Token);
                }
                catch (GitException)
                {
                    // Out of reach for now: the next round sees what it missed.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It was told to stop.
        }
    }
}
