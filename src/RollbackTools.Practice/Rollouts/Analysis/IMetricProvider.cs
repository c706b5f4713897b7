using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Rollouts.Analysis;

/// <summary>Where a measurement comes from.</summary>
internal interface IMetricProvider
{
    /// <summary>The provider's field in a metric.</summary>
    string Field { get; }

    /// <summary>Measures, or begins to; number counts this metric's measurements from 1.</summary>
    Measurement Measure(StoredObject run, MetricView metric, int number);

    /// <summary>Looks again at one that has begun; the same one when it has not ended.</summary>
    Measurement Resume(StoredObject run, MetricView metric, JsonObject begun);

    /// <summary>Calls one off that has begun.</summary>
    Measurement Terminate(StoredObject run, JsonObject begun);

    /// <summary>What the result says of the metric besides its measurements.</summary>
    JsonObject? Describe(MetricView metric) => null;
}

/// <summary>One measurement as it is, or as far as it is.</summary>
/// <param name="Phase">Running until it has ended.</param>
internal sealed record Measurement(string Phase)
{
    public string Value { get; init; } = "";

    public string Message { get; init; } = "";

    public JsonObject? Metadata { get; init; }

    public static Measurement Error(string message) => new("Error") { Message = message };
}
