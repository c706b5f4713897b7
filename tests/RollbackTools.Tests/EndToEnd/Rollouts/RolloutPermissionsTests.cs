using RollbackTools.Practice.Rollouts;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Module;

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>docs/rbac/rollbacktools.yaml, held against what the Rollout cmdlets ask of the API.</summary>
public sealed class RolloutPermissionsTests
{
    [Fact]
    public async Task The_documented_roles_are_enough_for_Rollouts()
    {
        var cluster = await RolloutCluster.StartAsync(new RolloutsOptions());
        try
        {
            await using RolloutProduction shop = new(new Production(cluster, "rbac"));
            await shop.MidCanaryAsync("2.0");
            cluster.Server.Requests.Reset();

            await shop.ReportAsync();
            await shop.RunAsync("Get-ImageHistory");
            await shop.RunAsync("Undo-ArgoRollout catalog -WhatIf");
            Assert.Contains("get rollouts", Asked());
            Assert.Empty(Asked().Except(PermissionsTests.Granted("rollbacktools-reader")));

            await shop.DoAsync("Stop-ArgoRollout catalog");
            await shop.DoAsync("Resume-ArgoRollout catalog -Retry");
            await shop.Production.UntilAsync(() => shop.Phase == "Paused");
            await shop.DoAsync("Resume-ArgoRollout catalog");
            await shop.Production.UntilAsync(() => shop.Healthy && shop.Stable == shop.Current);
            await shop.DoAsync("Undo-ArgoRollout catalog -ToRevision 1 -FastTrack -Confirm:$false");
            Assert.Contains("patch rollouts/status", Asked());
            Assert.Empty(Asked().Except([.. PermissionsTests.Granted("rollbacktools-reader"), .. PermissionsTests.Granted("rollbacktools-operator")]));
        }
        finally
        {
            await cluster.DisposeAsync();
        }

        IEnumerable<string> Asked() => cluster.Server.Requests.Snapshot().Keys.Where(request => !request.EndsWith("selfsubjectaccessreviews", StringComparison.Ordinal));
    }
}
