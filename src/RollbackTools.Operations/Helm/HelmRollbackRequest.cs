using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Helm;

/// <summary>A request to take Helm releases back to an earlier revision.</summary>
public sealed record HelmRollbackRequest : OperationRequest
{
    public const int DefaultHistory = 10;

    [JsonIgnore]
    public override string Operation => "HelmRollback";

    [JsonIgnore]
    public override string Noun => "Helm rollback";

    [JsonIgnore]
    public override int Parallelism => ThrottleLimit;

    public IReadOnlyList<HelmReleaseName> Releases { get; init; } = [];

    /// <summary>Null means known-good.</summary>
    public int? ToRevision { get; init; }

    public HelmHooksFrom HooksFrom { get; init; }

    /// <summary>For each hook, and for the objects to become well. Helm's default.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many revisions stay in the history; zero means all.</summary>
    public int HistoryMax { get; init; } = DefaultHistory;

    /// <summary>Go on although the newest revision is pending and somebody may be at it.</summary>
    public bool Preempt { get; init; }

    /// <summary>Under server-side apply: take over fields that others own.</summary>
    public bool ForceConflicts { get; init; }

    public int ThrottleLimit { get; init; } = 4;

    public bool NoWait { get; init; }

    public override string? AfterUndo(RunTarget target) => $"Get-HelmHistory {target.Name} -Namespace {target.Namespace}";

    public override TargetCommands? CommandsOf(RunTarget target) => HelmCommands.Of(target);

    internal override IOperation Open(IEstate estate, IOperationReporter reporter, TimeProvider time) => new HelmRollback(this, estate, reporter, time);
}
