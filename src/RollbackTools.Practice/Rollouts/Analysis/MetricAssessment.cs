using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Rollouts.Analysis;

/// <summary>What a metric's measurements come to.</summary>
internal static class MetricAssessment
{
    private static readonly string[] FromBest = ["Successful", "Running", "Pending", "Inconclusive", "Error", "Failed"];

    public static bool Worse(string than, string phase) => Array.IndexOf(FromBest, phase) > Array.IndexOf(FromBest, than);

    /// <summary>A metric's phase, by its last measurement and its limits.</summary>
    public static string Phase(MetricView metric, JsonObject result, bool terminating)
    {
        var former = result.Text("phase");
        if (AnalysisRunFacts.Completed(former)) return former!;
        if (result.Items("measurements").LastOrDefault() is not { } last) return terminating ? "Successful" : "Pending";
        if (!AnalysisRunFacts.Completed(last.Text("phase"))) return "Running";
        if (BeyondLimit(metric, result) is { } beyond) return beyond.Phase;
        var enough = metric.ConsecutiveSuccessLimit;
        if (enough > 0 && Count(result, "consecutiveSuccess") >= enough) return "Successful";
        if (metric.Count is { } count && Count(result, "count") >= count)
            return enough <= 0 ? "Successful" : metric.FailureLimit >= 0 ? "Inconclusive" : "Failed";
        return terminating ? "Successful" : "Running";
    }

    /// <summary>Which limit was passed, in the real controller's words; null when none was.</summary>
    public static (string Phase, string Why)? BeyondLimit(MetricView metric, JsonObject result)
    {
        (string, string)? found = null;
        if (metric.FailureLimit >= 0 && Count(result, "failed") > metric.FailureLimit)
            found = ("Failed", $"failed ({Count(result, "failed")}) > failureLimit ({metric.FailureLimit})");
        if (Count(result, "inconclusive") > metric.InconclusiveLimit)
            found = ("Inconclusive", $"inconclusive ({Count(result, "inconclusive")}) > inconclusiveLimit ({metric.InconclusiveLimit})");
        if (Count(result, "consecutiveError") > metric.ConsecutiveErrorLimit)
            found = ("Error", $"consecutiveErrors ({Count(result, "consecutiveError")}) > consecutiveErrorLimit ({metric.ConsecutiveErrorLimit})");
        return found;
    }

    /// <summary>Counts a measurement that has ended.</summary>
    public static void Tally(JsonObject result, string phase)
    {
        if (phase == "Error")
        {
            Add("error");
            Add("consecutiveError");
            result.Remove("consecutiveSuccess");
            return;
        }

        Add(phase.ToLowerInvariant());
        Add("count");
        result.Remove("consecutiveError");
        if (phase == "Successful") Add("consecutiveSuccess");
        else result.Remove("consecutiveSuccess");

        void Add(string field) => result[field] = Count(result, field) + 1;
    }

    private static int Count(JsonObject result, string field) => result.Number(field) ?? 0;
}
