using RollbackTools.Practice.ArgoCd.Applications;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Pki;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd;

/// <summary>Argo CD in a practice cluster: its kinds, its controllers and its API server.</summary>
public sealed class GitOpsPlatform(ArgoCdOptions options) : IClusterAddOn
{
    private ApplicationController? applications;

    public ArgoCdOptions Options => options;

    public IReadOnlyList<ResourceType> Kinds => ArgoResources.All;

    /// <summary>
    /// Whether the application controller is down: nothing is compared and no operation is ever picked up. The API server still answers.
    /// </summary>
    public bool ControllerDown
    {
        get => Applications.Down;
        set => Applications.Down = value;
    }

    private ApplicationController Applications => applications ?? throw new InvalidOperationException("It runs in no cluster yet.");

    public IReadOnlyList<Controller> Install(AddOnContext cluster)
    {
        if (!options.KnowsAutomatedEnabled)
            cluster.Admission.Prune(ArgoResources.Applications, "spec", "syncPolicy", "automated", "enabled");
        applications = new ApplicationController(cluster.Controllers, cluster.Writer, options);
        return [applications];
    }

    public Task ListenAsync(CertificateAuthority authority, CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
