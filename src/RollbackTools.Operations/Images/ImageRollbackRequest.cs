using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

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

    internal bool IsKnownGood => this is { Revision: null, Image: null, Tag: null, Digest: null };

    /// <summary>Itself, when the words can be an image's. Throws <see cref="RollbackException"/> InvalidImage naming the part that cannot.</summary>
    public RollbackGoal Checked()
    {
        try
        {
            if (Image is not null) ImageReference.Parse(Image);
            if (Tag is not null) ImageReference.CheckTag(Tag);
            if (Digest is not null) ImageReference.CheckDigest(Digest);
            return this;
        }
        catch (FormatException wrong)
        {
            throw new RollbackException("InvalidImage", wrong.Message, wrong)
            {
                Target = Image ?? Tag ?? Digest,
                NextStep = "To see how images are written: Get-ImageHistory",
            };
        }
    }
}

/// <summary>What one workload of a request is to do differently from the rest.</summary>
public sealed record WorkloadWish(WorkloadReference Workload)
{
    public RollbackGoal? Goal { get; init; }

    public string? Reason { get; init; }

    [JsonIgnore]
    public bool AsksForSomething => Goal is not null || Reason is not null;
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

    /// <summary>Those of <see cref="Workloads"/> that have a version or a reason of their own.</summary>
    public IReadOnlyList<WorkloadWish> Wishes { get; init => field = value ?? []; } = [];

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

    /// <summary>Rollouts: past the steps and the analysis of the strategy, where the way back would go through them again.</summary>
    public bool FastTrack { get; init; }

    /// <summary>With <see cref="LabelSelector"/>: also what is proven to run well, which is otherwise left alone.</summary>
    public bool IncludeHealthy { get; init; }

    /// <summary>Which way: by who owns the workloads, unless said otherwise.</summary>
    public RollbackVia Via { get; init; } = RollbackVia.Auto;

    /// <summary>How the bad version leaves Git, where the way goes through it.</summary>
    public GitRemedy GitChange { get; init; }

    /// <summary>Where Git is, when not where the application says.</summary>
    public GitOverrides Git { get; init => field = value ?? new(); } = new();

    /// <summary>The namespace Argo CD's applications lie in.</summary>
    public string ApplicationNamespace { get; init => field = value ?? ApplicationName.DefaultNamespace; } = ApplicationName.DefaultNamespace;

    /// <summary>End a sync that a person started, too.</summary>
    public bool Preempt { get; init; }

    [JsonIgnore]
    public override string? Why =>
        Reason ?? (Wishes.Select(wish => wish.Reason).OfType<string>().Distinct().ToList() is { Count: > 0 } reasons ? string.Join("; ", reasons) : null);

    /// <summary>The request as it is for one workload.</summary>
    internal ImageRollbackRequest For(WorkloadReference workload) => Wishes.FirstOrDefault(wish => wish.Workload == workload) is { } wish
        ? this with { Goal = wish.Goal ?? Goal, Reason = wish.Reason ?? Reason }
        : this;

    /// <summary>Why a workload that was asked to go to several versions goes to none.</summary>
    public static RollbackException Torn(string workload, int versions) =>
        new("AmbiguousRevision", $"{workload} was piped with {versions} different versions; a revision that is piped is where to go, and it can only go back to one.")
        {
            Target = workload,
            NextStep = $"Pipe one revision, or go to known-good: Invoke-ImageRollback {workload}",
        };

    public override TargetCommands? CommandsOf(RunTarget target) => ApplicationCommands.OrWorkload(target);

    internal override Func<TargetRun, CancellationToken, Task<Verdict>>? ProofOfUndo(IEstate estate, TimeProvider time, IReadOnlyList<Step> undo) =>
        Redeployment.After(estate, time, undo);

    internal override IOperation Open(IEstate estate, IOperationReporter reporter, TimeProvider time) =>
        new ImageRollback(this, estate, reporter, time);
}
