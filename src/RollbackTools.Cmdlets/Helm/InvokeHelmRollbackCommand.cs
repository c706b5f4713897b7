using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Helm;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Helm;

/// <summary>Takes Helm releases back to known-good, or to the revision named, proves it and leaves a record. No helm is needed.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "HelmRollback", SupportsShouldProcess = true)]
[OutputType(typeof(HelmRollbackResult))]
public sealed class InvokeHelmRollbackCommand : HelmCmdlet
{
    private readonly HelmTargets targets = new();

    /// <summary>A release, namespace/name, or another command's object; a row of a history means its revision.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Identity(typeof(HelmReleaseIdentity))]
    [ArgumentCompleter(typeof(HelmReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public HelmReleaseIdentity[] Name { get; set; } = [];

    /// <summary>A revision of the history, instead of the last known good.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(HelmRevisionCompleter))]
    [ValidateRange(1, int.MaxValue)]
    public int ToRevision { get; set; }

    /// <summary>Whose pre-rollback and post-rollback hooks run: the target's, as Helm has it, those of the current revision, or none.</summary>
    [Parameter]
    public HelmHooksFrom HooksFrom { get; set; }

    /// <summary>How many revisions stay in the history: $HELM_MAX_HISTORY or 10 unless said otherwise, 0 for all.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int HistoryMax { get; set; } = HelmHistoryMax.ByDefault();

    /// <summary>Go on over a revision that became pending only lately.</summary>
    [Parameter]
    public SwitchParameter Preempt { get; set; }

    /// <summary>For releases that Helm applies server-side: take over fields that others own.</summary>
    [Parameter]
    public SwitchParameter ForceConflicts { get; set; }

    /// <summary>Why, for the record.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    /// <summary>How long each hook may take, and then the objects to become healthy: 5m each unless said otherwise.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Releases worked on at once.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; } = 4;

    /// <summary>Return once the objects are changed, without proof.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    protected override void ProcessRecord() => Collect(() =>
    {
        foreach (var identity in Name) targets.Add(identity, NamespaceOf(identity));
    });

    protected override Task EndAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        var runs = targets.Group(Engine.IsBound(nameof(ToRevision)) ? ToRevision : null)
            .Select(group => (Connect(pipeline, group.Estate).Estate, Request: Request(group.Releases, group.Revision))).ToList();
        return Results.WriteAsync(pipeline, Results.Together(
            [.. runs.Select(one => (Func<CancellationToken, IAsyncEnumerable<RollbackResult>>)(token =>
                new OperationRunner(one.Estate, Services.Runs, pipeline, Services.Time).RunAsync(one.Request, token)))],
            cancellation));
    }

    private HelmRollbackRequest Request(IReadOnlyList<HelmReleaseName> releases, int? revision) => new()
    {
        Releases = releases,
        ToRevision = revision,
        HooksFrom = HooksFrom,
        HistoryMax = HistoryMax,
        Preempt = IsOn(Preempt),
        ForceConflicts = IsOn(ForceConflicts),
        Timeout = Timeout,
        ThrottleLimit = ThrottleLimit,
        NoWait = IsOn(NoWait),
        Reason = Reason,
    };
}
