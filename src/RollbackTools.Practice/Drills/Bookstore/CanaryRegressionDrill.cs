using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Drills.GitOps;
using RollbackTools.Practice.Estates.Bookstore;

namespace RollbackTools.Practice.Drills.Bookstore;

/// <summary>
/// Two canaries of one release go wrong. One fails its analysis and is aborted by the controller; the other returns what no analysis
/// measures, and the operator aborts it while it is paused. Neither is rolled back by that: Git and the specs still ask for the release.
/// </summary>
internal sealed class CanaryRegressionDrill : IDrill
{
    private const string Bad = BookstoreImages.Failing;

    public string Name => "bookstore/canary-regression";

    public string Summary => "A release regresses as a canary: aborted by its analysis, or by hand, and then taken back for good, in Git too.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        using GitOpsScene scene = new(drill);
        await scene.ShowHealthyAsync(BookstoreWorkloads.Selector, cancellation);

        drill.Screen.Heading($"Tomás merges: bookstore {Bad}");
        drill.Timeline.Mark("bad commit shipped", $"{string.Join(", ", BookstoreImages.Canaries)} {Bad}");
        var clone = await scene.CloneAsync(scene.Ops.Repository, cancellation);
        await BookstoreRepository.ShipAsync(clone, $"bookstore {Bad}", Bad, TimeProvider.System.GetUtcNow(), cancellation, [.. BookstoreImages.Canaries]);
        await drill.NoticeAsync(
            "The canary of catalog has failed its analysis: the controller has aborted it.", drill.PathOf(BookstoreWorkloads.Catalog),
            rollout => (string?)rollout["status"]?["phase"] == "Degraded", BookstoreWorkloads.Canaries, cancellation);

        drill.Screen.Heading("Traffic back at once");
        await drill.TypeAsync("Get-ArgoRollout -Environment prod", cancellation);
        await scene.DoAsync("aborted", $"Stop-ArgoRollout {BookstoreImages.Payments} -Environment prod -Reason 'INC-2061 payments answer 404'", RollbackOutcome.Changed, cancellation);
        await ShowItIsNotOverAsync(drill, scene, cancellation);

        drill.Screen.Heading("Roll it back");
        var line = $"Undo-ArgoRollout {string.Join(", ", BookstoreImages.Canaries)} -Environment prod -Reason INC-2061";
        var results = await drill.RollBackAsync(line, cancellation);
        DrillContext.Expect(
            results.Count > 0 && results.All(result => result.Outcome == RollbackOutcome.RolledBack),
            $"'{line}' ended {string.Join(", ", results.Select(result => result.Outcome))}.");
        await drill.QuietAsync(cancellation);
        await drill.TestAsync("Test-RollbackHealth -Selector app -Environment prod -Since 1s -Wait -Timeout 30s -Interval 200ms", cancellation);

        await drill.ProveAsync($":{Bad}", BookstoreWorkloads.Selector, cancellation);
        await scene.ProveItStaysAsync($":{Bad}", cancellation);
    }

    /// <summary>Customers are served, and yet nothing is rolled back.</summary>
    private static async Task ShowItIsNotOverAsync(DrillContext drill, GitOpsScene scene, CancellationToken cancellation)
    {
        await scene.ShowAsync(cancellation);
        foreach (var workload in (string[])[BookstoreWorkloads.Catalog, BookstoreWorkloads.Payments])
        {
            var image = await drill.ImageOfAsync(workload, cancellation);
            DrillContext.Expect(image.EndsWith($":{Bad}", StringComparison.Ordinal), $"{workload} asks for {image} after an abort.");
            drill.Screen.Bad($"{workload} still asks for {image}: the next retry brings it out again.");
        }
    }
}
