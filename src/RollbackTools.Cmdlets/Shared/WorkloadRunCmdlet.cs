using System.Management.Automation;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>The base of cmdlets that act on workloads: what comes in is collected, and all of it goes at once, at the end.</summary>
public abstract class WorkloadRunCmdlet : EstateCmdlet
{
    private readonly List<(string? Estate, WorkloadReference Workload)> targets = [];

    /// <summary>A name, kind/name, or another command's object.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Identity(typeof(WorkloadIdentity))]
    [ArgumentCompleter(typeof(WorkloadCompleter))]
    [ValidateNotNullOrEmpty]
    public WorkloadIdentity[]? Name { get; set; }

    /// <summary>For a name that several kinds share.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Kind]
    public WorkloadKind? Kind { get; set; }

    /// <summary>Every workload with these labels, instead of names.</summary>
    [Parameter]
    [Alias("LabelSelector", "l")]
    [ValidateNotNullOrEmpty]
    public string? Selector { get; set; }

    /// <summary>Why, for the record.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    /// <summary>How long a workload may take: 10m unless said otherwise.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Workloads changed and watched at once.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; } = 32;

    /// <summary>Return once the change is made, without proof.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>Only collects: all of them go at once, at the end.</summary>
    protected override void ProcessRecord() => Collect(() =>
    {
        foreach (var identity in Name ?? []) targets.Add((identity.Estate, NamespaceChoice.Apply(identity, Kind, Namespace, Given)));
    });

    protected override Task EndAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        RequireTargets.Check(Command, targets.Count > 0 || NamesOthers, Selector);
        var runs = (targets.Count == 0 ? [(null, [])] : targets.GroupBy(target => target.Estate)
                .Select(group => (group.Key, (IReadOnlyList<WorkloadReference>)[.. group.Select(target => target.Workload).Distinct()])))
            .Select(group => (Connection: Connect(pipeline, group.Item1), Workloads: group.Item2)).ToList();
        return Results.WriteAsync(pipeline, Results.Together(
            [.. runs.Select(one => (Func<CancellationToken, IAsyncEnumerable<RollbackResult>>)(token =>
                new OperationRunner(one.Connection.Estate, Services.Runs, pipeline, Services.Time).RunAsync(Request(one.Workloads, one.Connection), token)))],
            cancellation));
    }

    private protected abstract string Command { get; }

    /// <summary>Whether something else than a workload is named.</summary>
    private protected virtual bool NamesOthers => false;

    private protected abstract OperationRequest Request(IReadOnlyList<WorkloadReference> workloads, Connection connection);
}
