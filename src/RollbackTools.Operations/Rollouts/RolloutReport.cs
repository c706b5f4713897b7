using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Rollouts;

/// <summary>How an Argo Rollout stands: what serves, what is on its way, how far it came, and what speaks against it.</summary>
public sealed record RolloutReport
{
    public string Estate { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Kind { get; init; } = "Rollout";

    public string Name { get; init; } = "";

    /// <summary>As far as it can be believed: Progressing while the controller has not seen what is asked for now.</summary>
    public RolloutPhase Phase { get; init; }

    public string Message { get; init; } = "";

    /// <summary>One sentence on where it stands: aborted and not rolled back, at which step, paused for whom.</summary>
    public string Standing { get; init; } = "";

    /// <summary>Canary or BlueGreen.</summary>
    public string Strategy { get; init; } = "";

    /// <summary>The canary's step, counted from 1; null without steps, or past them all.</summary>
    public int? Step { get; init; }

    public int Steps { get; init; }

    /// <summary>The step in the manifest's words: <c>setWeight: 40</c>.</summary>
    public string? StepWords { get; init; }

    /// <summary>Percent of the traffic, or of the pods where nothing routes traffic, that the new version has now; null for blue-green.</summary>
    public int? Weight { get; init; }

    /// <summary>The percentage it is to have at this step.</summary>
    public int? DesiredWeight { get; init; }

    public long StableRevision { get; init; }

    public string StableImage { get; init; } = "";

    /// <summary>The revision that is on its way; 0 when none is.</summary>
    public long CanaryRevision { get; init; }

    public string CanaryImage { get; init; } = "";

    public bool Aborted { get; init; }

    public DateTimeOffset? AbortedAt { get; init; }

    /// <summary>Aborted, and the Rollout still asks for the aborted version: a retry, or any change, brings it back.</summary>
    public bool AsksForAborted { get; init; }

    /// <summary>Somebody has to end the pause it stands at.</summary>
    public bool WaitsForSomebody { get; init; }

    public int Ready { get; init; }

    public int Desired { get; init; }

    /// <summary>Revisions that are known to work, or likely did, newest first.</summary>
    public IReadOnlyList<long> KnownGood { get; init => field = ReadableList<long>.Of(value); } = ReadableList<long>.Of([]);

    /// <summary>Where <c>Undo-ArgoRollout</c> goes by default; 0 when nowhere.</summary>
    public long DefaultTarget { get; init; }

    /// <summary>Of the version that is on its way, or of the one that was rolled out last; newest first.</summary>
    public IReadOnlyList<AnalysisRun> Analyses { get; init => field = ReadableList<AnalysisRun>.Of(value); } = ReadableList<AnalysisRun>.Of([]);

    /// <summary>The AnalysisRun that failed and its metric, when one did.</summary>
    public string? Failing { get; init; }

    /// <summary>What it takes its pod template from, as <c>deployment/api</c>; null when it has its own.</summary>
    public string? WorkloadRef { get; init; }

    /// <summary>The Argo CD application that deploys it, by the marks that leaves.</summary>
    public string? Application { get; init; }

    public IReadOnlyList<ImageRevision> Revisions { get; init => field = ReadableList<ImageRevision>.Of(value); } = ReadableList<ImageRevision>.Of([]);

    /// <summary>The next command to type, when there is one.</summary>
    public string? NextStep { get; init; }
}
