using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Helm.Repair;

/// <summary>A request to make the records of Helm releases tell the truth again, so that the next upgrade is accepted.</summary>
public sealed record HelmRepairRequest : OperationRequest
{
    [JsonIgnore]
    public override string Operation => "HelmRepair";

    [JsonIgnore]
    public override string Noun => "Helm repair";

    public IReadOnlyList<HelmReleaseName> Releases { get; init; } = [];

    /// <summary>Also a revision that became pending only lately.</summary>
    public bool Preempt { get; init; }

    /// <summary>Also delete what an upgrade that failed left behind.</summary>
    public bool RemoveLeftovers { get; init; }

    /// <summary>Also move records that cannot be read out of Helm's sight.</summary>
    public bool SetAsideUnreadable { get; init; }

    public override TargetCommands? CommandsOf(RunTarget target) => HelmCommands.Of(target);

    internal override IOperation Open(IEstate estate, IOperationReporter reporter, TimeProvider time) => new HelmRepair(this, estate, time);
}
