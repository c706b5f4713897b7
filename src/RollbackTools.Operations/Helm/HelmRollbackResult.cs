using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Helm;

/// <summary>What happened to one release: a result with the workloads it has now, to be tested.</summary>
public sealed record HelmRollbackResult : RollbackResult
{
    public override string Estate { get; init; } = "";

    public override string Namespace { get; init; } = "";

    public override string Kind { get; init; } = "";

    public override string Name { get; init; } = "";

    public override string From { get; init; } = "";

    public override string To { get; init; } = "";

    public override RollbackOutcome Outcome { get; init; }

    public override DateTimeOffset StartedAt { get; init; }

    public override TimeSpan Duration { get; init; }

    public override string RunId { get; init; } = "";

    /// <summary>The Deployments, StatefulSets and DaemonSets of the revision that comes back: <c>deployment/api</c>.</summary>
    public IReadOnlyList<string> Workloads { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);
}
