using System.Globalization;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>Argo CD's health scripts for Argo Rollouts' kinds (<c>resource_customizations/argoproj.io</c>).</summary>
internal static class RolloutHealth
{
    private const string WorkloadGeneration = "rollout.argoproj.io/workload-generation";

    public static bool HasCheck(ResourceType? type) => type is { Group: "argoproj.io", Kind: "Rollout" or "AnalysisRun" };

    public static Health Of(StoredObject live) => live.Type.Kind == "Rollout" ? Rollout(live) : AnalysisRun(live);

    /// <summary>The phase as the controller says it, once it has seen the newest spec; a pause is a suspension.</summary>
    private static Health Rollout(StoredObject live)
    {
        if (!Observed(live) || !WorkloadObserved(live)) return new Health(Health.Progressing, "Waiting for rollout spec update to be observed");
        var message = live.Read.Text("status", "message");
        return live.Read.Text("status", "phase") switch
        {
            "Paused" => new Health(Health.Suspended, message),
            { } phase => new Health(phase, message),
            null => new Health(Health.Progressing, "Waiting for rollout to finish: status has not been reconciled."),
        };
    }

    private static Health AnalysisRun(StoredObject live)
    {
        var message = live.Read.Text("status", "message");
        return live.Phase() switch
        {
            "Pending" or "Running" => new Health(Health.Progressing, "Analysis run is running"),
            "Successful" => new Health(Health.Healthy, message ?? "Analysis run completed successfully"),
            "Failed" => new Health(Health.Degraded, message ?? "Analysis run failed"),
            "Error" => new Health(Health.Degraded, message ?? "Analysis run had an error"),
            "Inconclusive" => new Health(Health.Unknown, message ?? "Analysis run was inconclusive"),
            _ => new Health(Health.Progressing, "Waiting for analysis run to finish: status has not been reconciled."),
        };
    }

    private static bool Observed(StoredObject live)
    {
        if (live.Read.Object("status") is null) return false;
        var generation = live.Generation();

        // What is no number is the hash of a spec, as before 0.10: it says nothing of a generation.
        return Number(live.Read.Text("status", "observedGeneration")) is not { } observed || observed > generation || observed == generation;
    }

    private static bool WorkloadObserved(StoredObject live) => live.Read.Object("spec", "workloadRef") is null
        || live.Read.Object("metadata", "annotations") is null
        || Number(live.Annotation(WorkloadGeneration)) == Number(live.Read.Text("status", "workloadObservedGeneration"));

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}
