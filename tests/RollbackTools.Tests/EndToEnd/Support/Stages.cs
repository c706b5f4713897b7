using RollbackTools.Practice.Estates;
using RollbackTools.Tests.EndToEnd.Support.Real;
using Xunit.v3;

namespace RollbackTools.Tests.EndToEnd.Support;

/// <summary>Which cluster the end-to-end tests play on: the one whose kubeconfig ROLLBACKTOOLS_REAL_KUBECONFIG names, or Practice.</summary>
internal static class Stages
{
    public const string Variable = "ROLLBACKTOOLS_REAL_KUBECONFIG";

    public static string? RealKubeconfig { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? path : null;

    /// <summary>A stage with nothing on it; if it is Practice, with what this estate runs.</summary>
    public static async Task<IStage> StartAsync(Estate? estate = null) =>
        RealKubeconfig is { } kubeconfig
            ? await RealStage.StartAsync(kubeconfig)
            : await PracticeStage.StartAsync(estate ?? new EmptyEstate());

    /// <summary>Skips the test on a real cluster, for the one reason there is.</summary>
    public static PracticeCluster OnlyPractice(this IStage stage, string what)
    {
        Assert.SkipWhen(stage.Practice is null, $"Only Practice has {what}; without {Variable} this runs.");
        return stage.Practice!;
    }
}

/// <summary>
/// These tests play on Practice whatever is named, because of what no API server has by itself. A run against a real one leaves them out.
/// </summary>
/// <param name="what">What only Practice has, such as Argo CD.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class PracticeOnlyAttribute(string what) : Attribute, ITraitAttribute
{
    public string What => what;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Cluster", "Practice")];
}
