using RollbackTools.Integrations.ArgoCd;
using RollbackTools.Integrations.EnvironmentFiles;
using RollbackTools.Integrations.Git;
using RollbackTools.Integrations.Health;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Integrations.Kubernetes;
using RollbackTools.Integrations.Kubernetes.Kubeconfig;
using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Integrations;

/// <summary>The composition entry: created by name through the module's load context, seen only as <see cref="IEstateProvider"/>.</summary>
public sealed class LiveEstateProvider : IEstateProvider
{
    private readonly HostEnvironment _host;

    public LiveEstateProvider()
        : this(HostEnvironment.Current)
    {
    }

    internal LiveEstateProvider(HostEnvironment host) => _host = host;

    public IEstate Open(EstateOptions options, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(warn);
        var cluster = options.WithoutCluster ? null : OpenCluster(options, warn);
        var argo = options.ArgoCd is null ? null : new ArgoApi(options.ArgoCd, options.RequestTimeout, _host);
        return new LiveEstate(options, cluster, argo, new HttpProbe(_host), new ScriptRunner(_host), new GitClient(_host), _host.Time);
    }

    private KubernetesCluster OpenCluster(EstateOptions options, Action<string> warn)
    {
        var connection = new ConnectionResolver(options, _host, warn).Resolve();
        return new KubernetesCluster(connection, new TransportOptions { RequestTimeout = options.RequestTimeout, Time = _host.Time });
    }

    public IReadOnlyList<string> ContextNames(string? kubeconfig) =>
        KubeconfigFiles.Load(kubeconfig, _host) is { } loaded ? [.. loaded.Contexts.Keys.Order(StringComparer.Ordinal)] : [];

    public EnvironmentFile? FindEnvironmentFile(string? path, string directory) =>
        EnvironmentFileFinder.Find(path, directory, _host) is { } found ? new EnvironmentFileReader(_host).Read(found) : null;
}
