using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.History;

/// <summary>What a Rollout's own record says of a revision: that it became stable, what its AnalysisRuns found, that it was aborted.</summary>
internal static class RolloutEvidence
{
    /// <summary>Why a revision is bad; null when nothing says so.</summary>
    public static string? AgainstIt(WorkloadSnapshot rollout, Revision revision, bool isCurrent)
    {
        // Stable is what serves: a failed measurement of long ago is not held against it, a later success even less.
        var stable = revision == rollout.Stable;
        var latest = rollout.Analyses.FirstOrDefault(run => run.PodHash == revision.PodHash && (run.HasFailed || run.Phase == AnalysisRun.Successful));
        if (latest is { HasFailed: true } failed && (!stable || isCurrent)) return failed.ToString();
        return isCurrent && !stable && rollout.Object.Status.Abort ? $"Was aborted{(rollout.Object.Status.AbortedAt is { } at ? $" at {at:u}" : "")}: {rollout.Object.Status.Message}" : null;
    }

    /// <summary>Why a revision is known to work; empty when nothing says so.</summary>
    public static IReadOnlyList<string> ForIt(WorkloadSnapshot rollout, Revision revision)
    {
        List<string> evidence = [];
        if (revision == rollout.Stable && revision != rollout.Current) evidence.Add("The stable revision (status.stableRS), which serves");
        var runs = rollout.Analyses.Where(run => run.PodHash == revision.PodHash && run.PodHash is not null).ToList();
        if (revision != rollout.Current && runs.Count > 0 && runs.TrueForAll(run => run.Phase == AnalysisRun.Successful))
            evidence.Add($"{(runs.Count == 1 ? $"AnalysisRun {runs[0].Name}" : $"All {runs.Count} AnalysisRuns")} of it succeeded");
        return evidence;
    }

    /// <summary>What failed of the version that is on its way, or came last.</summary>
    public static IReadOnlyList<string> FailedAnalyses(WorkloadSnapshot rollout)
    {
        var hash = rollout.Object.Status.CurrentPodHash;
        return [.. rollout.Analyses.Where(run => run.PodHash == hash && hash is not null && run.Phase is "Failed" or "Error" or "Inconclusive").Select(run => run.ToString())];
    }
}
