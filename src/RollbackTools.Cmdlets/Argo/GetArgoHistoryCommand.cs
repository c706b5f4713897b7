using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Argo;

/// <summary>The deployments of Argo CD applications, newest first: commits, images, who is current, who is known to have worked.</summary>
[Cmdlet(VerbsCommon.Get, "ArgoHistory")]
[OutputType(typeof(ArgoHistoryEntry))]
public sealed class GetArgoHistoryCommand : ArgoCmdlet
{
    /// <summary>A name, namespace/name, or another command's object. Without one, the environment's application.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Identity(typeof(ApplicationIdentity))]
    [ArgumentCompleter(typeof(ApplicationCompleter))]
    [ValidateNotNullOrEmpty]
    public ApplicationIdentity[]? Name { get; set; }

    protected override async Task ProcessAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        foreach (var identity in Name ?? [ByDefault(Connect(pipeline))])
        {
            var connection = Connect(pipeline, identity.Estate);
            await ForInputAsync(pipeline, identity, async () =>
            {
                var entries = await new ApplicationHistory(connection.Estate, Services.Time).ReadAsync(Resolve(identity, connection), cancellation);
                foreach (var entry in entries) await pipeline.WriteAsync(entry);
            });
        }
    }

    private static ApplicationIdentity ByDefault(Connection connection) => connection.Environment?.ArgoCd.Application
        ?? throw new RollbackException("NothingNamed", "Nothing says which application is meant.") { NextStep = "Name one; to see the applications: Get-ArgoApplication" };
}
