using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Helm;
using RollbackTools.Operations.Helm.Repair;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Helm;

/// <summary>Makes the records of Helm releases tell the truth again, so that the next upgrade is accepted. Workloads are not touched.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "HelmRelease", SupportsShouldProcess = true)]
[OutputType(typeof(RollbackResult))]
public sealed class RepairHelmReleaseCommand : HelmCmdlet
{
    private readonly List<(string? Estate, HelmReleaseName Release)> targets = [];

    /// <summary>A name, namespace/name, or another command's object.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Identity(typeof(HelmReleaseIdentity))]
    [ArgumentCompleter(typeof(HelmReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public HelmReleaseIdentity[] Name { get; set; } = [];

    /// <summary>Also a revision that became pending within the last ten minutes.</summary>
    [Parameter]
    public SwitchParameter Preempt { get; set; }

    /// <summary>Also delete what a failed upgrade left behind. That cannot be taken back.</summary>
    [Parameter]
    public SwitchParameter RemoveLeftovers { get; set; }

    /// <summary>Also move records that cannot be read out of Helm's sight.</summary>
    [Parameter]
    public SwitchParameter SetAsideUnreadable { get; set; }

    /// <summary>Why, for the record.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    protected override void ProcessRecord() => Collect(() =>
    {
        foreach (var identity in Name) targets.Add((identity.Estate, new HelmReleaseName(NamespaceOf(identity), identity.Name)));
    });

    protected override Task EndAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        var runs = targets.GroupBy(target => target.Estate).Select(group => (Connect(pipeline, group.Key).Estate, Request: new HelmRepairRequest
        {
            Releases = [.. group.Select(target => target.Release).Distinct()],
            Preempt = IsOn(Preempt),
            RemoveLeftovers = IsOn(RemoveLeftovers),
            SetAsideUnreadable = IsOn(SetAsideUnreadable),
            Reason = Reason,
        })).ToList();
        return Results.WriteAsync(pipeline, Results.Together(
            [.. runs.Select(one => (Func<CancellationToken, IAsyncEnumerable<RollbackResult>>)(token =>
                new OperationRunner(one.Estate, Services.Runs, pipeline, Services.Time).RunAsync(one.Request, token)))],
            cancellation));
    }
}
