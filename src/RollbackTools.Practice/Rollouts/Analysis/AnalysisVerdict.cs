using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Rollouts.Analysis;

/// <summary>What all metrics of a run come to: its phase, its message, its summary.</summary>
internal sealed class AnalysisVerdict(StoredObject run, JsonObject status, IReadOnlyList<MetricView> metrics, EventRecorder events)
{
    public static JsonObject? Result(JsonObject status, string metric) =>
        status.Items("metricResults").FirstOrDefault(result => result.Text("name") == metric);

    public static JsonObject Add(JsonObject status, MetricView metric, JsonObject? metadata)
    {
        JsonObject result = new() { ["name"] = metric.Name, ["phase"] = "Running" };
        if (metadata is not null) result["metadata"] = metadata;
        if (status["metricResults"] is not JsonArray results) status["metricResults"] = results = [];
        results.Add((JsonNode)result);
        return result;
    }

    /// <summary>Whether it is called off, or a metric has decided it.</summary>
    public static bool Terminating(StoredObject run, JsonObject status) => run.Read.Flag("spec", "terminate")
        || status.Items("metricResults").Any(result => !result.Flag("dryRun") && result.Text("phase") is "Failed" or "Error" or "Inconclusive");

    public void Write()
    {
        var terminating = Terminating(run, status);
        var message = run.Read.Flag("spec", "terminate") ? "Run Terminated" : "";
        var (worst, all) = ("", true);
        JsonObject summary = [], dry = [];
        foreach (var metric in metrics)
        {
            var counts = IsDry(metric) ? dry : summary;
            Raise(counts, "count");
            if (Result(status, metric.Name) is not { } result)
            {
                all = false;
                continue;
            }

            var phase = Assess(metric, result, terminating);
            if (!AnalysisRunFacts.Completed(phase))
            {
                all = false;
                continue;
            }

            var beyond = MetricAssessment.BeyondLimit(metric, result);
            Raise(counts, (beyond?.Phase ?? "Successful").ToLowerInvariant());
            if (IsDry(metric))
            {
                if (worst.Length == 0) worst = "Successful";
                if (beyond is not null) result["message"] = $"Metric assessed {phase} due to {beyond.Value.Why}";
            }
            else if (worst.Length == 0 || MetricAssessment.Worse(worst, phase))
            {
                worst = phase;
                if (beyond is not null) message = Why(metric, result, phase, beyond.Value.Why);
            }
        }

        status["runSummary"] = summary;
        status["dryRunSummary"] = dry;
        if (terminating) Conclude(worst.Length == 0 ? "Successful" : worst, message);
        else if (all && worst.Length > 0) Conclude(worst, message);
        else Conclude("Running", "");
    }

    private string Assess(MetricView metric, JsonObject result, bool terminating)
    {
        var phase = MetricAssessment.Phase(metric, result, terminating);
        if (result.Text("phase") == phase) return phase;
        result["phase"] = phase;
        if (IsDry(metric)) result["dryRun"] = true;
        if (result.Items("measurements").LastOrDefault().Text("message") is { Length: > 0 } said) result["message"] = said;
        if (!AnalysisRunFacts.Completed(phase)) return phase;
        var text = $"Metric '{metric.Name}' Completed. Result: {phase}";
        if (phase is "Failed" or "Error") events.Warning(run, RolloutNames.Component, "Metric" + phase, text);
        else events.Normal(run, RolloutNames.Component, "Metric" + phase, text);
        return phase;
    }

    private static string Why(MetricView metric, JsonObject result, string phase, string why)
    {
        var text = $"Metric \"{metric.Name}\" assessed {phase} due to {why}";
        return result.Text("message") is { Length: > 0 } said ? $"{text}: \"Error Message: {said}\"" : text;
    }

    private void Conclude(string phase, string message)
    {
        if (status.Text("phase") == phase) return;
        status["phase"] = phase;
        if (message.Length > 0) status["message"] = message;
        else status.Remove("message");
    }

    private bool IsDry(MetricView metric) => run.Read.Items("spec", "dryRun")
        .Any(rule => Regex.IsMatch(metric.Name, rule.Text("metricName") ?? "$^", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));

    private static void Raise(JsonObject counts, string field) => counts[field] = (counts.Number(field) ?? 0) + 1;
}
