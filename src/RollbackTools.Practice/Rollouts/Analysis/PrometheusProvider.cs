using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Rollouts.Analysis.Queries;

namespace RollbackTools.Practice.Rollouts.Analysis;

/// <summary>A query of what the cluster's Prometheus would have counted: every request a pod has served.</summary>
internal sealed class PrometheusProvider(PrometheusQueries queries) : IMetricProvider
{
    public string Field => "prometheus";

    public Measurement Measure(StoredObject run, MetricView metric, int number)
    {
        if (metric.Provider.Text("prometheus", "address") is not { Length: > 0 } address) return Measurement.Error("prometheus address is not configured");
        if (!Uri.TryCreate(address, UriKind.Absolute, out _)) return Measurement.Error("prometheus address is not is url format");
        QueryValue value;
        try
        {
            value = queries.Evaluate(metric.Provider.Text("prometheus", "query") ?? "");
        }
        catch (QueryException wrong)
        {
            return Measurement.Error($"bad_data: {wrong.Message}");
        }

        object result = value.Scalar ? value.Values[0] : value.Values.Cast<object?>().ToList();
        try
        {
            return new Measurement(ConditionVerdict.Of(metric, result)) { Value = Text(value) };
        }
        catch (ConditionException wrong)
        {
            return Measurement.Error(wrong.Message);
        }
    }

    public Measurement Resume(StoredObject run, MetricView metric, JsonObject begun) => new(begun.Text("phase") ?? "Error");

    public Measurement Terminate(StoredObject run, JsonObject begun) => new(begun.Text("phase") ?? "Error");

    public JsonObject? Describe(MetricView metric) => new() { ["ResolvedPrometheusQuery"] = metric.Provider.Text("prometheus", "query") };

    private static string Text(QueryValue value)
    {
        var numbers = value.Values.Select(number => double.IsNaN(number) ? "NaN" : number.ToString("R", CultureInfo.InvariantCulture));
        return value.Scalar ? numbers.First() : $"[{string.Join(',', numbers)}]";
    }
}
