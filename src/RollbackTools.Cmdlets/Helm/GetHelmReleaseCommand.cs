using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Helm;

namespace RollbackTools.Cmdlets.Helm;

/// <summary>Helm releases: chart, images, status, whether one is stuck, and where a rollback would go.</summary>
[Cmdlet(VerbsCommon.Get, "HelmRelease")]
[OutputType(typeof(HelmRelease))]
public sealed class GetHelmReleaseCommand : HelmCmdlet
{
    /// <summary>A name, namespace/name, or another command's object. Without one: every release of the namespace.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Identity(typeof(HelmReleaseIdentity))]
    [ArgumentCompleter(typeof(HelmReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public HelmReleaseIdentity[]? Name { get; set; }

    /// <summary>Without names: the releases of all namespaces.</summary>
    [Parameter]
    [Alias("A")]
    public SwitchParameter AllNamespaces { get; set; }

    protected override async Task ProcessAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        if (Name is null)
        {
            var connection = Connect(pipeline);
            var ns = IsOn(AllNamespaces) ? null : Given.Namespace ?? connection.Estate.Cluster.Info.DefaultNamespace;
            await foreach (var release in ReleasesOf(connection, pipeline).ReadAllAsync(ns, cancellation)) await pipeline.WriteAsync(release);
            return;
        }

        foreach (var identity in Name)
        {
            var connection = Connect(pipeline, identity.Estate);
            await ForInputAsync(pipeline, identity, async () =>
                await pipeline.WriteAsync(await ReleasesOf(connection, pipeline).ReadAsync(NamespaceOf(identity), identity.Name, cancellation)));
        }
    }

    private HelmReleases ReleasesOf(Connection connection, CommandPipeline pipeline) => new(connection.Estate, Services.Time, pipeline);
}
