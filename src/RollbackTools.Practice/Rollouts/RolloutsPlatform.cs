using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Pki;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Rollouts.Analysis;
using RollbackTools.Practice.Rollouts.Analysis.Queries;
using RollbackTools.Practice.Rollouts.Reconciling;

namespace RollbackTools.Practice.Rollouts;

/// <summary>Argo Rollouts in a practice cluster: its kinds and its controllers.</summary>
public sealed class RolloutsPlatform(RolloutsOptions? options = null) : IClusterAddOn
{
    public RolloutsOptions Options { get; } = options ?? new RolloutsOptions();

    /// <summary>Rollouts as this cluster defines them.</summary>
    public ResourceType Rollouts => Options.StatusSubresource ? RolloutResources.Rollouts : RolloutResources.RolloutsWithoutStatus;

    public IReadOnlyList<ResourceType> Kinds =>
    [
        Rollouts, RolloutResources.AnalysisRuns, RolloutResources.AnalysisTemplates, RolloutResources.ClusterAnalysisTemplates,
        RolloutResources.Experiments,
    ];

    public IReadOnlyList<Controller> Install(AddOnContext cluster)
    {
        var context = cluster.Controllers;
        return
        [
            new RolloutController(context, cluster.Writer, Rollouts),
            new AnalysisRunController(context,
            [
                new PrometheusProvider(new PrometheusQueries(cluster.Traffic, context.Time, context.Tempo)),
                new JobProvider(context.Store, cluster.Writer),
            ]),
        ];
    }

    public Task ListenAsync(CertificateAuthority authority, CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
