using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>What must hold of a Rollout and of what it names before anything is done about it.</summary>
internal sealed class RolloutRules(ObjectStore store)
{
    /// <summary>The first thing wrong, in the real controller's words; null when nothing is.</summary>
    public string? Problem(RolloutView rollout)
    {
        if (rollout.Selector is null) return "spec.selector: Required value: Rollout has missing field '.spec.selector'";
        if (rollout.Canary is null && rollout.BlueGreen is null)
            return "spec.strategy: Required value: Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'";
        if (rollout.Canary is not null && rollout.BlueGreen is not null)
            return "spec.strategy: Invalid value: \"blueGreen: true canary: true\": Multiple Strategies can not be listed";
        return Steps(rollout) ?? Services(rollout) ?? Analyses(rollout).Select(one => Template(rollout, one.Path, one.Analysis)).FirstOrDefault(one => one is not null);
    }

    private static string? Steps(RolloutView rollout)
    {
        for (var i = 0; i < rollout.Steps.Count; i++)
        {
            var step = rollout.Steps[i];
            if (step.SetWeight is { } weight && (weight < 0 || weight > rollout.MaxWeight))
                return $"spec.strategy.canary.steps[{i}].setWeight: Invalid value: {weight}: SetWeight needs to be between 0 and {rollout.MaxWeight}";
            if (step.CanaryScale is not null && !rollout.TrafficRouted)
                return "spec.strategy.canary.trafficRouting: Required value: SetCanaryScale requires TrafficRouting to be set";
        }

        return null;
    }

    private string? Services(RolloutView rollout)
    {
        var (path, strategy) = rollout.Canary is { } canary ? ("canary", canary) : ("blueGreen", rollout.BlueGreen!);
        string[] fields = path == "canary" ? ["canaryService", "stableService"] : ["activeService", "previewService"];
        foreach (var field in fields)
        {
            if (strategy.Text(field) is not { Length: > 0 } name) continue;
            var at = $"spec.strategy.{path}.{field}: Invalid value: \"{name}\"";
            if (store.Find(Resources.Services, rollout.Namespace, name) is not { } service) return $"{at}: service \"{name}\" not found";
            if (service.Annotation(RolloutNames.ManagedBy) is { } other && other != rollout.Name)
                return $"{at}: Service \"{name}\" is managed by another Rollout";
            foreach (var (label, value) in service.Read.Map("spec", "selector").Where(pair => pair.Key != RolloutNames.HashLabel))
            {
                if (rollout.Template.Text("metadata", "labels", label) != value) return $"{at}: Service \"{name}\" has unmatch label \"{label}\" in rollout";
            }
        }

        return null;
    }

    private string? Template(RolloutView rollout, string path, JsonObject analysis)
    {
        foreach (var reference in analysis.Items("templates"))
        {
            var name = reference.Text("templateName") ?? "";
            var cluster = reference.Flag("clusterScope");
            var found = cluster
                ? store.Find(RolloutResources.ClusterAnalysisTemplates, null, name)
                : store.Find(RolloutResources.AnalysisTemplates, rollout.Namespace, name);
            if (found is null)
                return $"{path}.templates.templateName: Invalid value: \"{name}\": {(cluster ? "ClusterAnalysisTemplate" : "AnalysisTemplate")} '{name}' not found";
        }

        return null;
    }

    private static IEnumerable<(string Path, JsonObject Analysis)> Analyses(RolloutView rollout)
    {
        for (var i = 0; i < rollout.Steps.Count; i++)
            if (rollout.Steps[i].Analysis is { } step) yield return ($"spec.strategy.canary.steps[{i}].analysis", step);
        if (rollout.Canary.Object("analysis") is { } background) yield return ("spec.strategy.canary.analysis", background);
        foreach (var field in (string[])["prePromotionAnalysis", "postPromotionAnalysis"])
            if (rollout.BlueGreen.Object(field) is { } analysis) yield return ($"spec.strategy.blueGreen.{field}", analysis);
    }
}
