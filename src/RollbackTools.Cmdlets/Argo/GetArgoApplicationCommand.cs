using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Argo;
using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Cmdlets.Argo;

/// <summary>Argo CD applications: what they run, their sync policy and owners, and what will fight a rollback.</summary>
[Cmdlet(VerbsCommon.Get, "ArgoApplication")]
[OutputType(typeof(ApplicationReport))]
public sealed class GetArgoApplicationCommand : ArgoCmdlet
{
    /// <summary>A name, namespace/name, or another command's object. Without one: every application of the namespace.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Identity(typeof(ApplicationIdentity))]
    [ArgumentCompleter(typeof(ApplicationCompleter))]
    [ValidateNotNullOrEmpty]
    public ApplicationIdentity[]? Name { get; set; }

    /// <summary>Have Argo CD compare with Git first.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    protected override async Task ProcessAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        if (Name is null)
        {
            var connection = Connect(pipeline);
            await foreach (var report in ReaderOf(connection).ReadAllAsync(NamespaceOf(connection), cancellation)) await pipeline.WriteAsync(report);
            return;
        }

        foreach (var identity in Name)
        {
            var connection = Connect(pipeline, identity.Estate);
            await ForInputAsync(pipeline, identity, async () => await pipeline.WriteAsync(
                await ReaderOf(connection).ReadAsync(Resolve(identity, connection), IsOn(Refresh) ? ArgoRefresh.Normal : ArgoRefresh.None, cancellation)));
        }
    }

    private ApplicationReader ReaderOf(Connection connection) => new(connection.Estate, Services.Time);
}
