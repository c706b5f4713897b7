using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.History;

namespace RollbackTools.Cmdlets.Images;

/// <summary>The revisions of workloads, newest first: images, who is current, who is known to have worked.</summary>
[Cmdlet(VerbsCommon.Get, "ImageHistory", DefaultParameterSetName = ByName)]
[OutputType(typeof(ImageRevision))]
public sealed class GetImageHistoryCommand : EstateCmdlet
{
    private const string ByName = "Name";
    private const string BySelector = "Selector";

    /// <summary>A name, kind/name, or another command's object. Without one: every workload of the namespace.</summary>
    [Parameter(ParameterSetName = ByName, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Identity(typeof(WorkloadIdentity))]
    [ArgumentCompleter(typeof(WorkloadCompleter))]
    [ValidateNotNullOrEmpty]
    public WorkloadIdentity[]? Name { get; set; }

    /// <summary>For a name that several kinds share.</summary>
    [Parameter(ParameterSetName = ByName, ValueFromPipelineByPropertyName = true)]
    [Kind]
    public WorkloadKind? Kind { get; set; }

    /// <summary>Workloads with these labels: app=api,tier!=cache.</summary>
    [Parameter(ParameterSetName = BySelector, Mandatory = true)]
    [Alias("LabelSelector", "l")]
    [ValidateNotNullOrEmpty]
    public string? Selector { get; set; }

    protected override async Task ProcessAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        if (Name is null)
        {
            var all = await HistoryOf(Connect(pipeline)).ReadAllAsync(Given.Namespace, Selector, cancellation);
            foreach (var revision in all) await pipeline.WriteAsync(revision);
            return;
        }

        foreach (var identity in Name)
        {
            var workload = NamespaceChoice.Apply(identity, Kind, Namespace, Given);
            var history = HistoryOf(Connect(pipeline, identity.Estate));
            await ForInputAsync(pipeline, identity, async () =>
            {
                foreach (var revision in await history.ReadAsync(workload, cancellation)) await pipeline.WriteAsync(revision);
            });
        }
    }

    private ImageHistory HistoryOf(Connection connection) => new(connection.Estate.Cluster, Services.Time);
}
