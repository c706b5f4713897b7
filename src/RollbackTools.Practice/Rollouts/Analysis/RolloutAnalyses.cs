using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Rollouts.Reconciling;

namespace RollbackTools.Practice.Rollouts.Analysis;

/// <summary>A Rollout's AnalysisRuns: those its status speaks of, by their part, and all others.</summary>
internal sealed record RolloutAnalyses
{
    public static RolloutAnalyses None { get; } = new();

    public StoredObject? Step { get; init; }

    public StoredObject? Background { get; init; }

    public StoredObject? PrePromotion { get; init; }

    public StoredObject? PostPromotion { get; init; }

    public IReadOnlyList<StoredObject> Others { get; init; } = [];

    public IEnumerable<StoredObject> Current => ((StoredObject?[])[Step, Background, PrePromotion, PostPromotion]).OfType<StoredObject>();

    public static RolloutAnalyses Of(RolloutView rollout, IReadOnlyList<StoredObject> runs)
    {
        StoredObject? Named(params string[] path) => rollout.Status.Text(path) is { } name ? runs.FirstOrDefault(run => run.Name == name) : null;
        RolloutAnalyses analyses = new()
        {
            Step = Named("canary", "currentStepAnalysisRunStatus", "name"),
            Background = Named("canary", "currentBackgroundAnalysisRunStatus", "name"),
            PrePromotion = Named("blueGreen", "prePromotionAnalysisRunStatus", "name"),
            PostPromotion = Named("blueGreen", "postPromotionAnalysisRunStatus", "name"),
        };
        return analyses with { Others = [.. runs.Except(analyses.Current)] };
    }

    /// <summary>Deletes the runs of a ReplicaSet that is gone.</summary>
    public void Forget(ControllerContext context, string hash)
    {
        foreach (var run in Others.Where(run => run.Labels.GetValueOrDefault(RolloutNames.HashLabel) == hash))
            context.Store.Delete(run.Type, run.Namespace, run.Name, ifUid: run.Uid());
    }
}

/// <summary>What is asked of an AnalysisRun.</summary>
internal static class AnalysisRunFacts
{
    public static bool Completed(string? phase) => phase is "Successful" or "Failed" or "Error" or "Inconclusive";
}
