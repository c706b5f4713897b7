using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Rollouts.Reconciling;

namespace RollbackTools.Practice.Rollouts.Analysis;

/// <summary>Which AnalysisRuns are kept.</summary>
internal static class AnalysisHistory
{
    /// <summary>Those of ReplicaSets that are gone, and the oldest beyond what is to be kept of successful and of other ones.</summary>
    public static IEnumerable<StoredObject> Surplus(RolloutRun run)
    {
        var spec = run.Rollout.Spec;
        var (good, bad) = (spec.Number("analysis", "successfulRunHistoryLimit") ?? 5, spec.Number("analysis", "unsuccessfulRunHistoryLimit") ?? 5);
        foreach (var one in run.Analyses.Others.Where(one => AnalysisRunFacts.Completed(one.Phase())).OrderByDescending(one => one.Created(), StringComparer.Ordinal))
        {
            var left = one.Phase() == "Successful" ? good-- : bad--;
            if (left <= 0 || run.WithHash(one.Labels.GetValueOrDefault(RolloutNames.HashLabel)) is null) yield return one;
        }
    }
}
