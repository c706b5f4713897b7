using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>What was measured of one revision of a Rollout.</summary>
public sealed record AnalysisRun
{
    /// <summary>Pending, Running, Successful, Failed, Error or Inconclusive.</summary>
    public const string Successful = "Successful";

    public string Name { get; init; } = "";

    public string Phase { get; init; } = "";

    public string? Message { get; init; }

    /// <summary>What started it: Step, Background, PrePromotion or PostPromotion.</summary>
    public string? Type { get; init; }

    /// <summary>Argo Rollouts' hash of the template that was measured.</summary>
    public string? PodHash { get; init; }

    /// <summary>The revision that was measured; 0 when it is no longer kept.</summary>
    public long Revision { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public IReadOnlyList<AnalysisMetric> Metrics { get; init => field = ReadableList<AnalysisMetric>.Of(value); } = ReadableList<AnalysisMetric>.Of([]);

    /// <summary>It said that the revision is not good; an inconclusive one said nothing.</summary>
    public bool HasFailed => Phase is "Failed" or "Error";

    /// <summary>The metric that decided it, when one did.</summary>
    public AnalysisMetric? Failing => Metrics.FirstOrDefault(metric => metric is { HasFailed: true, DryRun: false })
        ?? Metrics.FirstOrDefault(metric => metric is { Phase: "Inconclusive", DryRun: false });

    public override string ToString() => $"AnalysisRun {Name}: {Phase}" + (Failing is { } metric ? $": {metric}" : Message is null ? "" : $": {Message}");

    /// <summary>The Rollout it was made for.</summary>
    internal string OwnerUid { get; init; } = "";

    internal static AnalysisRun From(CustomResource resource)
    {
        var meta = resource.Metadata;
        return new AnalysisRun
        {
            Name = meta.Name,
            Phase = resource.Json.Text("status", "phase") ?? "Pending",
            Message = resource.Json.Text("status", "message"),
            Type = meta.Labels.GetValueOrDefault("rollout-type"),
            PodHash = meta.Labels.GetValueOrDefault(RolloutRevision.HashLabel),
            CreatedAt = meta.CreationTimestamp,
            OwnerUid = meta.OwnerReferences.FirstOrDefault(owner => owner.Controller)?.Uid ?? "",
            Metrics = [.. resource.Json.Items("status", "metricResults").Select(AnalysisMetric.From)],
        };
    }
}

/// <summary>One metric of an AnalysisRun, and what was measured last.</summary>
public sealed record AnalysisMetric
{
    public string Name { get; init; } = "";

    public string Phase { get; init; } = "";

    /// <summary>The last measured value that decided: the last one of the metric's own phase.</summary>
    public string? Value { get; init; }

    public string? Message { get; init; }

    /// <summary>It is only looked at, and decides nothing.</summary>
    public bool DryRun { get; init; }

    public bool HasFailed => Phase is "Failed" or "Error";

    public override string ToString() =>
        $"metric '{Name}' {Phase}" + (Value is null ? "" : $", measured {Value}") + (Message is null ? "" : $": {Message}");

    internal static AnalysisMetric From(JsonElement result)
    {
        var phase = result.Text("phase") ?? "";
        var measurements = result.Items("measurements");
        var decisive = measurements.LastOrDefault(one => one.Text("phase") == phase) is { ValueKind: JsonValueKind.Object } own ? own : measurements.LastOrDefault();
        return new AnalysisMetric
        {
            Name = result.Text("name") ?? "",
            Phase = phase,
            Value = decisive.Text("value"),
            Message = result.Text("message") ?? decisive.Text("message"),
            DryRun = result.Flag("dryRun") == true,
        };
    }
}
