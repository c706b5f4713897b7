using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Applications;
using RollbackTools.Practice.ArgoCd.ApplicationSets;
using RollbackTools.Practice.ArgoCd.Server;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Pki;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd;

/// <summary>Argo CD in a practice cluster: its kinds, its controllers and its API server.</summary>
public sealed class GitOpsPlatform(ArgoCdOptions options) : IClusterAddOn
{
    private ApplicationController? applications;
    private AddOnContext? cluster;
    private ArgoCdServer? server;

    public ArgoCdOptions Options => options;

    /// <summary>Its API server, once the cluster has started.</summary>
    public ArgoCdServer Server => server ?? throw new InvalidOperationException("Argo CD's API server has not been started.");

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
        this.cluster = cluster;
        if (!options.KnowsAutomatedEnabled)
            cluster.Admission.Prune(ArgoResources.Applications, "spec", "syncPolicy", "automated", "enabled");
        cluster.Controllers.Store.Create(ArgoResources.AppProjects, JsonNode.Parse($$"""
            { "apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": { "name": "default", "namespace": "{{options.Namespace}}" },
              "spec": { "sourceRepos": ["*"], "destinations": [{ "server": "*", "namespace": "*" }], "clusterResourceWhitelist": [{ "group": "*", "kind": "*" }] } }
            """)!.AsObject());
        applications = new ApplicationController(cluster.Controllers, cluster.Writer, options);
        return [applications, new ApplicationSetController(cluster.Controllers, cluster.Writer)];
    }

    public async Task ListenAsync(CertificateAuthority authority, CancellationToken cancellation) =>
        server = await ArgoCdServer.StartAsync(options, cluster!, Applications, authority, cancellation);

    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
