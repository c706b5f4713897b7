using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Images;

/// <summary>Which version to go to. At most one of them is set; none means known-good.</summary>
public sealed record RollbackGoal
{
    public static RollbackGoal KnownGood { get; } = new();

    /// <summary>A revision number from Get-ImageHistory; restores the whole pod template of that revision.</summary>
    public long? Revision { get; init; }

    /// <summary>A full image reference; changes only the image.</summary>
    public string? Image { get; init; }

    /// <summary>A tag for the image that runs now.</summary>
    public string? Tag { get; init; }

    /// <summary><c>sha256:…</c> for the image that runs now.</summary>
    public string? Digest { get; init; }

    /// <summary>Which container <see cref="Image"/>, <see cref="Tag"/> or <see cref="Digest"/> is for, when there are several.</summary>
    public string? Container { get; init; }
}

/// <summary>A request to roll workloads back; what the journal keeps so that a run can be resumed.</summary>
public sealed record ImageRollbackRequest : OperationRequest
{
    [JsonIgnore]
    public override string Operation => "ImageRollback";

    [JsonIgnore]
    public override string Noun => "image rollback";

    [JsonIgnore]
    public override int Parallelism => ThrottleLimit;

    public IReadOnlyList<WorkloadReference> Workloads { get; init; } = [];

    /// <summary>Everything with these labels in the namespace, instead of names.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>The namespace for <see cref="LabelSelector"/>; null means the connection's.</summary>
    public string? Namespace { get; init; }

    public RollbackGoal Goal { get; init; } = RollbackGoal.KnownGood;

    /// <summary>How long a workload may take to become healthy.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Workloads changed and watched at once.</summary>
    public int ThrottleLimit { get; init; } = 32;

    /// <summary>Return once the change is made, without proof.</summary>
    public bool NoWait { get; init; }

    /// <summary>Resume a paused Deployment for the rollback (it stays resumed).</summary>
    public bool ResumePaused { get; init; }

    public override string? AfterUndo(RunTarget target) => $"Test-RollbackHealth {target} -Namespace {target.Namespace}";

    internal override IOperation Open(IEstate estate, IOperationReporter reporter, TimeProvider time) =>
        new ImageRollback(this, estate, reporter, time);
}
