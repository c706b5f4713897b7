using RollbackTools.Practice.Drills.GitOps;
using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Practice.Drills.Tomoda;

/// <summary>How tomoda ships: a tag of the application repository, which Cloud Build, Image Updater and Argo CD take to production.</summary>
internal static class CodeRelease
{
    public const string Bad = "v2.15.0";

    /// <summary>The selector of everything tomoda's Argo CD application runs that customers reach.</summary>
    public const string Everything = "team in (core, search)";

    /// <summary>Pushes a bad feature with its tag, waits until it runs in production, and shows how it got there.</summary>
    public static async Task ShipAsync(GitOpsScene scene, TomodaFeature feature, string workload, CancellationToken cancellation)
    {
        var (drill, code) = (scene.Drill, scene.Ops.Repositories[TomodaCode.Name]);
        drill.Screen.Heading($"{TomodaCode.Name} is tagged {Bad}: {feature.Title}");
        drill.Timeline.Mark("bad image shipped", $"{Bad} of {TomodaCode.Name}");
        await TomodaCode.ShipAsync(await scene.CloneAsync(code, cancellation), Bad, TimeProvider.System.GetUtcNow(), cancellation, feature);
        await scene.DeployedAsync(workload, $":{Bad}", cancellation);
        drill.Screen.Line("Cloud Build built it, Image Updater committed it, Argo CD deployed it.");
        drill.Timeline.Mark("deployed", $"{workload} runs {Bad}");
        await scene.ShowAsync(cancellation);
    }
}
