using RollbackTools.Integrations.ArgoCd;
using RollbackTools.Integrations.Git;
using RollbackTools.Integrations.Helm;
using RollbackTools.Integrations.Health;
using RollbackTools.Integrations.Kubernetes;
using RollbackTools.Integrations.Kustomize;
using RollbackTools.Integrations.Yaml;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Estate.Manifests;

namespace RollbackTools.Integrations;

/// <summary>The outside world for one connection.</summary>
internal sealed class LiveEstate(
    EstateOptions options, KubernetesCluster? cluster, ArgoApi? argo, HttpProbe http, ScriptRunner scripts, GitClient git, TimeProvider time) : IEstate
{
    public string Name => cluster?.Info.Estate ?? options.EstateName ?? argo?.Host ?? "";

    public EstateOptions Connection => cluster is null ? options : cluster.Info.Connection with { ArgoCd = options.ArgoCd };

    public ICluster Cluster => Connected;

    public IArgoCd ArgoCd => argo ?? (IArgoCd)new KubernetesArgoCd(Cluster, time);

    public IHttpProbe Http => http;

    public IScriptRunner Scripts => scripts;

    public IGit Git => git;

    public IKustomizeFiles Kustomize { get; } = new KustomizeFiles();

    public IHelmStorage Helm => new HelmStorage(Connected.Transport, Connected.Info, time);

    public IManifestReader Manifests { get; } = new ManifestReader();

    private KubernetesCluster Connected => cluster
        ?? throw new EstateException(EstateErrorKind.Configuration, "This was opened without a cluster, so nothing can be asked of one.");

    public ValueTask DisposeAsync()
    {
        cluster?.Dispose();
        argo?.Dispose();
        http.Dispose();
        return ValueTask.CompletedTask;
    }
}
