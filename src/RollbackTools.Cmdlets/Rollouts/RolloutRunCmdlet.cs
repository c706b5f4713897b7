using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Cmdlets.Rollouts;

/// <summary>The base of cmdlets that change Rollouts: what comes in is collected, and all of it goes at once, at the end.</summary>
public abstract class RolloutRunCmdlet : EstateCmdlet
{
    private readonly List<(string? Estate, WorkloadReference Rollout)> targets = [];

    /// <summary>A name, rollout/name, or another command's object.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Identity(typeof(WorkloadIdentity))]
    [ArgumentCompleter(typeof(RolloutCompleter))]
    [ValidateNotNullOrEmpty]
    public WorkloadIdentity[]? Name { get; set; }

    /// <summary>Why, for the record.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    /// <summary>How long each may take: 10m unless said otherwise.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Rollouts changed and watched at once.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; } = 32;

    /// <summary>Return once the change is made, without proof.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>Only collects: all of them go at once, at the end.</summary>
    protected override void ProcessRecord() => Collect(() =>
    {
        foreach (var identity in Name ?? []) targets.Add((identity.Estate, RolloutTargets.Resolve(identity, Namespace, Given)));
    });

    protected override Task EndAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        var runs = targets.GroupBy(target => target.Estate)
            .Select(group => (Connection: Connect(pipeline, group.Key), Rollouts: (IReadOnlyList<WorkloadReference>)[.. group.Select(target => target.Rollout).Distinct()])).ToList();
        return Results.WriteAsync(pipeline, Results.Together(
            [.. runs.Select(one => (Func<CancellationToken, IAsyncEnumerable<RollbackResult>>)(token =>
                new OperationRunner(one.Connection.Estate, Services.Runs, pipeline, Services.Time).RunAsync(Request(one.Rollouts, one.Connection), token)))],
            cancellation));
    }

    private protected abstract OperationRequest Request(IReadOnlyList<WorkloadReference> rollouts, Connection connection);
}
