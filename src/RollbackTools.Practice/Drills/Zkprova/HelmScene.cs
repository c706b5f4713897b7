using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Estates.Zkprova;
using RollbackTools.Practice.Helm;

namespace RollbackTools.Practice.Drills.Zkprova;

/// <summary>What the drills of zkprova share: the Deploy workflow, which runs helm, and looks at what helm thinks of it.</summary>
internal sealed class HelmScene(DrillContext drill) : IDisposable
{
    public const string Selector = "app in (zkprova-backend, zkprova-frontend)";

    private readonly PracticeHelm helm = PracticeHelm.Open(drill.Estate.Kubeconfig, drill.Estate.Namespace);

    public DrillContext Drill => drill;

    public Task ShowHealthyAsync(CancellationToken cancellation) => drill.ShowHealthyAsync(Selector, cancellation);

    /// <summary>The workflow runs, and helm's end is its end: returns what helm said when it failed.</summary>
    public async Task<string?> DeployAsync(string tag, CancellationToken cancellation, HelmOptions? options = null)
    {
        drill.Screen.Line($"$ helm upgrade {ZkprovaEstate.Release} ./chart --namespace {drill.Estate.Namespace} --reuse-values --set image.tag={tag}");
        try
        {
            var revision = await helm.UpgradeAsync(ZkprovaEstate.Release, ZkprovaEstate.Chart, ZkprovaEstate.Values(drill.Estate.Namespace, tag), cancellation, options);
            drill.Screen.Line($"Release \"{ZkprovaEstate.Release}\" has been upgraded. STATUS: deployed, REVISION: {revision}");
            return null;
        }
        catch (HelmKilledException)
        {
            drill.Screen.Bad("The runner was evicted; helm was killed where it stood.");
            return "killed";
        }
        catch (HelmException refused)
        {
            drill.Screen.Bad($"Error: UPGRADE FAILED: {refused.Message.TrimEnd()}");
            return refused.Message;
        }
    }

    /// <summary>helm's own history, as its labels have it, and where its rollback would go from there.</summary>
    public async Task<int> ShowHistoryAsync(CancellationToken cancellation)
    {
        var history = await helm.History.ListAsync(ZkprovaEstate.Release, cancellation);
        drill.Screen.Dim($"helm history {ZkprovaEstate.Release} would say: {string.Join(", ", history.Select(one => $"{one.Revision} {one.Status}"))}");
        return history[^1].Revision - 1;
    }

    /// <summary>Types a line that rolls the release back; fails the drill unless it did.</summary>
    public async Task<RollbackResult> RollBackAsync(string line, CancellationToken cancellation)
    {
        var results = await drill.RollBackAsync(line, cancellation);
        DrillContext.Expect(results is [{ Outcome: RollbackOutcome.RolledBack }], $"'{line}' ended {string.Join(", ", results.Select(result => result.Outcome))}.");
        return results[0];
    }

    /// <summary>The pods run well, and both health endpoints say so of the database too.</summary>
    public Task TestAsync(CancellationToken cancellation) =>
        drill.TestAsync("Test-RollbackHealth -Selector 'app in (zkprova-backend, zkprova-frontend)' -Environment prod -Since 1s -Wait -Timeout 30s -Interval 200ms", cancellation);

    /// <summary>The workflow goes through again. Fails the drill when helm refuses it.</summary>
    public async Task ProveItGoesOnAsync(string tag, CancellationToken cancellation)
    {
        drill.Screen.Heading("The next deploy goes through");
        var refused = await DeployAsync(tag, cancellation);
        DrillContext.Expect(refused is null, $"helm does not accept the next upgrade: {refused}");
        await ShowHistoryAsync(cancellation);
        drill.Timeline.Mark("next deploy", $"helm upgrade to {tag} accepted");
    }

    public void Dispose() => helm.Dispose();
}
