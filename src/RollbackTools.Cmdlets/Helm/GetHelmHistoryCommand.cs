using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Helm;

namespace RollbackTools.Cmdlets.Helm;

/// <summary>The revisions of Helm releases, newest first: charts, images, what each changed, who is known to have worked.</summary>
[Cmdlet(VerbsCommon.Get, "HelmHistory")]
[OutputType(typeof(HelmRevision))]
public sealed class GetHelmHistoryCommand : HelmCmdlet
{
    /// <summary>A name, namespace/name, or another command's object.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Identity(typeof(HelmReleaseIdentity))]
    [ArgumentCompleter(typeof(HelmReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public HelmReleaseIdentity[] Name { get; set; } = [];

    protected override async Task ProcessAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        foreach (var identity in Name)
        {
            var connection = Connect(pipeline, identity.Estate);
            await ForInputAsync(pipeline, identity, async () =>
            {
                var revisions = await new HelmHistory(connection.Estate, Services.Time).ReadAsync(NamespaceOf(identity), identity.Name, cancellation);
                foreach (var revision in revisions) await pipeline.WriteAsync(revision);
            });
        }
    }
}
