using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Drills.GitOps;
using RollbackTools.Practice.Estates.Gospelib;

namespace RollbackTools.Practice.Drills.Gospelib;

/// <summary>All services were released together, and go back together, to the previous release tag.</summary>
internal sealed class FullReleaseDrill : IDrill
{
    private const string Selector = "app in (gospelib-gateway, gospelib-reader)";

    public string Name => "gospelib/full-release";

    public string Summary => "A release of seven services fails in two of them; all seven go back to the release before it.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        using GitOpsScene scene = new(drill);
        await scene.ShowHealthyAsync(Selector, cancellation);

        var (release, tag) = GospelibImages.Bad;
        drill.Screen.Heading($"The pipeline releases {release}");
        drill.Timeline.Mark("bad release shipped", $"release/{release}");
        var clone = await scene.CloneAsync(scene.Ops.Repository, cancellation);
        await GospelibRepository.ShipAsync(clone, GospelibImages.Bad, TimeProvider.System.GetUtcNow(), cancellation);
        await scene.DeployedAsync("deployment/gospelib-reader", $":{tag}", cancellation);
        await drill.NoticeTrafficAsync(Selector, cancellation);
        await scene.ShowAsync(cancellation);

        drill.Screen.Heading("Roll it back");
        await drill.TypeAsync("Get-ReleaseTag -Environment prod", cancellation);
        await drill.TypeAsync("Invoke-ReleaseRollback -Environment prod -WhatIf", cancellation);
        var results = await drill.RollBackAsync($"Invoke-ReleaseRollback -Environment prod -Reason 'INC-2051 {release} fails'", cancellation);
        DrillContext.Expect(results.All(result => result.Outcome == RollbackOutcome.RolledBack), $"It ended {string.Join(", ", results.Select(result => result.Outcome))}.");
        await drill.TestAsync("Test-RollbackHealth -Selector app -Environment prod -Since 1s -Wait -Timeout 30s -Interval 200ms", cancellation);

        drill.Screen.Heading("Every service of the release before it");
        foreach (var service in GospelibImages.Services)
        {
            var image = await drill.ImageOfAsync($"deployment/{service}", cancellation);
            DrillContext.Expect(image.EndsWith($":{GospelibImages.Current.Tag}", StringComparison.Ordinal), $"{service} runs {image}.");
            drill.Screen.Good($"{service}: {image}");
        }

        await drill.ProveAsync($":{tag}", Selector, cancellation);
        await scene.ProveItStaysAsync($":{tag}", cancellation);
    }
}
