using RollbackTools.Operations;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Helm;

namespace RollbackTools.Practice.Drills;

/// <summary>Runs one drill on an estate that is up, and reports.</summary>
public sealed class DrillRunner(DrillScreen screen, TimeProvider time)
{
    /// <summary>Practice runs are kept apart from those of real estates.</summary>
    public static string DefaultRunsDirectory => Path.Combine(RunStore.DefaultDirectory(), "practice");

    /// <summary>Whether the drill showed what it set out to show; the reason is printed otherwise.</summary>
    public async Task<bool> RunAsync(IDrill drill, DrillEstate estate, string runsDirectory, CancellationToken cancellation)
    {
        RunStore runs = new(runsDirectory, time, Catalogue.Journal);
        var before = runs.List().Select(run => run.RunId).ToHashSet();
        Timeline timeline = new(time);
        using var cluster = ClusterClient.Open(estate.Kubeconfig);
        using DrillShell shell = new(screen, runs, Path.GetDirectoryName(estate.EnvironmentFile)!);
        await using TrafficMeter traffic = new(estate.Services, timeline);
        DrillContext context = new(estate, screen, shell, cluster, traffic, timeline);
        string? failure = null;
        try
        {
            await drill.RunAsync(context, cancellation);
        }
        catch (Exception reason) when (reason is DrillFailedException or HttpRequestException or HelmException)
        {
            failure = reason.Message;
            timeline.Mark("drill failed", failure);
        }

        DrillReport.Write(screen, timeline, traffic, [.. runs.List().Where(run => !before.Contains(run.RunId)).Select(run => run.Path)]);
        screen.Line();
        if (failure is null) screen.Good($"PASSED {drill.Name}: health was observed.");
        else screen.Bad($"FAILED {drill.Name}: {failure}");
        return failure is null;
    }
}
