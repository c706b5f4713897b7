using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>A pod on every node, replaced where it stands or beside its successor.</summary>
public sealed class DaemonSetTests(SharedCluster shared)
{
    private const string Surging = "updateStrategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },";

    [Fact]
    public async Task Where_new_pods_start_beside_old_ones_it_is_back_when_the_bad_ones_are_gone()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-crash", "CrashLoopBackOff", Resources.DaemonSets, more: Surging);

        var result = await production.RollBackAsync("Invoke-ImageRollback api");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Empty(result.Warnings);
        Assert.Equal(["shop/api:1.0"], production.Running("api"));
    }
}
