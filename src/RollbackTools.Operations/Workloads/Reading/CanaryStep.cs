using System.Globalization;
using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Reports;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>A step of a canary, in the words of its manifest.</summary>
public sealed record CanaryStep(int Index, int Count, string Words)
{
    /// <summary>A pause without a duration: it ends when somebody says so.</summary>
    public bool PausesForGood { get; private init; }

    /// <summary>The step a canary is at; null when it has none, or is past them all.</summary>
    public static CanaryStep? Current(Workload rollout)
    {
        var steps = All(rollout);
        var index = rollout.Status.CurrentStepIndex ?? 0;
        return index >= 0 && index < steps.Count ? Of(steps[index], index, steps.Count) : null;
    }

    /// <summary>How many steps the canary has.</summary>
    public static int CountOf(Workload rollout) => All(rollout).Count;

    /// <summary>The share of the canary that was asked for last, in percent: what the steps so far have set.</summary>
    public static int? DesiredWeight(Workload rollout)
    {
        if (rollout.Spec.Strategy?.Canary is null) return null;
        if (!RolloutState.IsUnfinished(rollout)) return 100;
        if (rollout.Status.Abort) return 0;
        var steps = All(rollout);
        var index = rollout.Status.CurrentStepIndex ?? 0;
        if (index >= steps.Count) return 100;
        for (var i = index; i >= 0; i--)
            if (steps[i].Number("setWeight") is { } weight) return (int)weight;
        return 0;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"step {Index + 1} of {Count} ({Words})");

    private static IReadOnlyList<JsonElement> All(Workload rollout) => rollout.Spec.Strategy?.Canary is { } canary ? canary.Items("steps") : [];

    private static CanaryStep Of(JsonElement step, int index, int count)
    {
        var words = step switch
        {
            _ when step.Number("setWeight") is { } weight => $"setWeight: {weight}",
            _ when step.At("pause") is { } pause => pause.At("duration") is { } duration ? $"pause: {duration}" : "pause",
            _ when step.At("setCanaryScale") is { } scale => $"setCanaryScale: {scale.Number("replicas")?.ToString(CultureInfo.InvariantCulture) ?? (scale.Number("weight") is { } share ? $"{share}%" : "matchTrafficWeight")}",
            _ when step.At("analysis") is { } analysis =>
                $"analysis: {string.Join(", ", analysis.Items("templates").Select(template => template.Text("templateName")).OfType<string>())}",
            _ when step.At("plugin") is { } plugin => $"plugin: {plugin.Text("name")}",
            { ValueKind: JsonValueKind.Object } => step.EnumerateObject().Select(field => field.Name).FirstOrDefault() ?? "",
            _ => "",
        };
        return new CanaryStep(index, count, words) { PausesForGood = step.At("pause") is { } own && own.At("duration") is null };
    }
}
