using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Rollouts;

namespace RollbackTools.Cmdlets.Rollouts;

/// <summary>Argo Rollouts: what serves, what is on its way, at which step, and what its analysis found.</summary>
[Cmdlet(VerbsCommon.Get, "ArgoRollout", DefaultParameterSetName = ByName)]
[OutputType(typeof(RolloutReport))]
public sealed class GetArgoRolloutCommand : EstateCmdlet
{
    private const string ByName = "Name";
    private const string BySelector = "Selector";

    /// <summary>A name, rollout/name, or another command's object. Without one: every Rollout of the namespace.</summary>
    [Parameter(ParameterSetName = ByName, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Identity(typeof(WorkloadIdentity))]
    [ArgumentCompleter(typeof(RolloutCompleter))]
    [ValidateNotNullOrEmpty]
    public WorkloadIdentity[]? Name { get; set; }

    /// <summary>Rollouts with these labels: app=api,tier!=cache.</summary>
    [Parameter(ParameterSetName = BySelector, Mandatory = true)]
    [Alias("LabelSelector", "l")]
    [ValidateNotNullOrEmpty]
    public string? Selector { get; set; }

    protected override async Task ProcessAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        if (Name is null)
        {
            var all = await ReportsOf(Connect(pipeline)).ReadAllAsync(Given.Namespace, Selector, cancellation);
            foreach (var report in all) await pipeline.WriteAsync(report);
            return;
        }

        foreach (var identity in Name)
        {
            var reports = ReportsOf(Connect(pipeline, identity.Estate));
            await ForInputAsync(pipeline, identity, async () =>
                await pipeline.WriteAsync(await reports.ReadAsync(RolloutTargets.Resolve(identity, Namespace, Given), cancellation)));
        }
    }

    private RolloutReports ReportsOf(Connection connection) => new(connection.Estate.Cluster, Services.Time);
}
