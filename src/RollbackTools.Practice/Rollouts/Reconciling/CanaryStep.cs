using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>One step of a canary.</summary>
internal sealed class CanaryStep(JsonObject step)
{
    public int? SetWeight => step.Number("setWeight");

    public JsonObject? CanaryScale => step.Object("setCanaryScale");

    public JsonObject? Analysis => step.Object("analysis");

    public bool IsPause => step.ContainsKey("pause");

    public bool IsExperiment => step.ContainsKey("experiment");

    /// <summary>How long a pause lasts, as the manifest says; null when somebody must end it.</summary>
    public TimeSpan? PauseDuration => step.At("pause", "duration") switch
    {
        null => null,
        var seconds when seconds.Number() is { } number => TimeSpan.FromSeconds(number),
        var text => GoDuration.ParseOrSeconds(text.Text() ?? ""),
    };

    /// <summary>As events and people name it.</summary>
    public override string ToString()
    {
        if (SetWeight is { } weight) return $"setWeight: {weight}";
        if (IsPause) return step.At("pause", "duration") is { } duration ? $"pause: {duration}" : "pause";
        if (IsExperiment) return "experiment";
        if (Analysis is not null) return "analysis";
        if (CanaryScale is not { } scale) return "invalid";
        if (scale.Number("weight") is { } percent) return $"setCanaryScale{{weight: {percent}}}";
        if (scale.Flag("matchTrafficWeight")) return "setCanaryScale{matchTrafficWeight: true}";
        return string.Create(CultureInfo.InvariantCulture, $"setCanaryScale{{replicas: {scale.Number("replicas")}}}");
    }
}
