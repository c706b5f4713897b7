using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Rollouts.Reconciling;

namespace RollbackTools.Practice.Rollouts.Analysis;

/// <summary>One metric of an AnalysisRun, its arguments filled in.</summary>
internal sealed class MetricView(JsonObject metric)
{
    public JsonObject Json => metric;

    public string Name => metric.Text("name") ?? "";

    public JsonObject? Provider => metric.Object("provider");

    /// <summary>How often it is measured; null when for as long as the run lasts.</summary>
    public int? Count => Limit("count") is { } count and > 0 ? count : Interval is null ? 1 : null;

    public TimeSpan? Interval => Duration("interval");

    public TimeSpan InitialDelay => Duration("initialDelay") ?? TimeSpan.Zero;

    /// <summary>Negative when failures do not count.</summary>
    public int FailureLimit => Limit("failureLimit") ?? 0;

    public int InconclusiveLimit => Limit("inconclusiveLimit") ?? 0;

    public int ConsecutiveErrorLimit => Limit("consecutiveErrorLimit") ?? 4;

    public int ConsecutiveSuccessLimit => Limit("consecutiveSuccessLimit") ?? 0;

    public string? SuccessCondition => metric.Text("successCondition") is { Length: > 0 } text ? text : null;

    public string? FailureCondition => metric.Text("failureCondition") is { Length: > 0 } text ? text : null;

    private int? Limit(string field) => metric.Number(field) ?? (int?)Numbers.Long(metric.Text(field));

    private TimeSpan? Duration(string field) => metric.Text(field) is { Length: > 0 } text ? GoDuration.ParseOrSeconds(text) : null;
}
