using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Rollouts;

/// <summary>The custom kinds of Argo Rollouts, as its manifests define them.</summary>
public static class RolloutResources
{
    private const string Group = "argoproj.io";
    private const string Version = "v1alpha1";

    private static readonly PrinterColumn Age = new("Age", "metadata.creationTimestamp", Type: "date");
    private static readonly PrinterColumn Status = new("Status", "status.phase");

    public static ResourceType Rollouts { get; } = Rollout(["status", "scale"]);

    /// <summary>The same kind as it was defined before 0.10: what is written to the object writes its status too.</summary>
    public static ResourceType RolloutsWithoutStatus { get; } = Rollout(["scale"]);

    public static ResourceType AnalysisRuns { get; } = Kind("analysisruns", "AnalysisRun", "ar", [Status, Age]);

    public static ResourceType AnalysisTemplates { get; } = Kind("analysistemplates", "AnalysisTemplate", "at", [Age]);

    public static ResourceType ClusterAnalysisTemplates { get; } = Kind("clusteranalysistemplates", "ClusterAnalysisTemplate", "cat", [Age], namespaced: false);

    public static ResourceType Experiments { get; } = Kind("experiments", "Experiment", "exp", [Status, Age]);

    private static ResourceType Rollout(IReadOnlyList<string> subresources) => new(Group, Version, "rollouts", "Rollout", true)
    {
        ShortNames = ["ro"],
        Subresources = subresources,
        HasGeneration = true,
        Custom = true,
        Scale = new ScalePaths("HPAReplicas", "selector"),
        PrinterColumns =
        [
            new("Desired", "spec.replicas", Type: "integer"), new("Current", "status.replicas", Type: "integer"),
            new("Up-to-date", "status.updatedReplicas", Type: "integer"), new("Available", "status.availableReplicas", Type: "integer"), Age,
        ],
    };

    private static ResourceType Kind(string plural, string kind, string shortName, IReadOnlyList<PrinterColumn> columns, bool namespaced = true) =>
        new(Group, Version, plural, kind, namespaced)
        { ShortNames = [shortName], HasGeneration = true, Custom = true, PrinterColumns = columns };
}
