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

/// <summary>The outside world for one connection. Each system is one line here, opened when it is first asked for.</summary>
internal sealed class LiveEstate : IEstate
{
    private readonly EstateOptions options;
    private readonly KubernetesCluster? cluster;
    private readonly ArgoApi? argo;
    private readonly HttpProbe http;
    private readonly Dictionary<Type, Lazy<object>> ports = [];

    public LiveEstate(EstateOptions options, KubernetesCluster? cluster, ArgoApi? argo, HttpProbe http, ScriptRunner scripts, GitClient git, TimeProvider time)
    {
        (this.options, this.cluster, this.argo, this.http) = (options, cluster, argo, http);
        Has<ICluster>(() => Connected);
        Has<IArgoCd>(() => argo ?? (IArgoCd)new KubernetesArgoCd(Connected, time));
        Has<IHttpProbe>(() => http);
        Has<IScriptRunner>(() => scripts);
        Has<IGit>(() => git);
        Has<IKustomizeFiles>(() => new KustomizeFiles());
        Has<IHelmStorage>(() => new HelmStorage(Connected.Transport, Connected.Info, time));
        Has<IManifestReader>(() => new ManifestReader());
    }

    public string Name => cluster?.Info.Estate ?? options.EstateName ?? argo?.Host ?? "";

    public EstateOptions Connection => cluster is null ? options : cluster.Info.Connection with { ArgoCd = options.ArgoCd };

    private KubernetesCluster Connected => cluster
        ?? throw new EstateException(EstateErrorKind.Configuration, "This was opened without a cluster, so nothing can be asked of one.");

    public T Port<T>()
        where T : class => (T)ports[typeof(T)].Value;

    public ValueTask DisposeAsync()
    {
        cluster?.Dispose();
        argo?.Dispose();
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Has<T>(Func<T> open)
        where T : class => ports[typeof(T)] = new Lazy<object>(open);
}
