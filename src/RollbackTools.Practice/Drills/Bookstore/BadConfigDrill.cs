using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Drills.GitOps;
using RollbackTools.Practice.Estates.Bookstore;

namespace RollbackTools.Practice.Drills.Bookstore;

/// <summary>The configuration runbook: revert the commit, sync, prove. No image has changed, so there is none to go back to.</summary>
internal sealed class BadConfigDrill : IDrill
{
    public string Name => "bookstore/bad-config";

    public string Summary => "A commit changes configuration, every pod is ready and half of all requests fail. Reverted in Git, and synced.";

    public async Task RunAsync(DrillContext drill, CancellationToken cancellation)
    {
        using GitOpsScene scene = new(drill);
        await scene.ShowHealthyAsync(BookstoreWorkloads.Selector, cancellation);

        drill.Screen.Heading("Tomás merges: checkout: move to the new payments address");
        drill.Timeline.Mark("bad commit shipped", $"configuration in {BookstoreRepository.Path}");
        var clone = await scene.CloneAsync(scene.Ops.Repository, cancellation);
        var bad = await BookstoreRepository.ShipBadConfigurationAsync(clone, TimeProvider.System.GetUtcNow(), cancellation);
        await drill.NoticeTrafficAsync(BookstoreWorkloads.Selector, cancellation);
        await scene.ShowAsync(cancellation);
        var map = await SettingsAsync(drill, cancellation);
        drill.Screen.Line($"The pods that fail read their settings from {map}.");

        drill.Screen.Heading("Roll it back");
        await drill.TypeAsync("Get-ArgoHistory -Environment prod", cancellation);
        await scene.DoAsync("Git reverted", $"Undo-GitCommit {bad[..10]} -Environment prod -Reason 'INC-2050 checkout fails'", RollbackOutcome.RolledBack, cancellation);
        await scene.DoAsync("synced", $"Invoke-ArgoSync {BookstoreRepository.Child} -Environment prod -Prune -Reason INC-2050", RollbackOutcome.Changed, cancellation);
        await drill.QuietAsync(cancellation);
        await drill.TestAsync("Test-RollbackHealth -Selector app -Environment prod -Since 1s -Wait -Timeout 30s -Interval 200ms", cancellation);

        await drill.ProveAsync(map, BookstoreWorkloads.Selector, cancellation);
        await scene.ProveItStaysAsync(map, cancellation);
    }

    /// <summary>The generated ConfigMap that an order's pod reads; its name follows from what is in it.</summary>
    private static async Task<string> SettingsAsync(DrillContext drill, CancellationToken cancellation)
    {
        var orders = await drill.Cluster.GetAsync(drill.PathOf("deployment/orders"), cancellation);
        return (string)orders["spec"]!["template"]!["spec"]!["containers"]![0]!["envFrom"]![0]!["configMapRef"]!["name"]!;
    }
}
