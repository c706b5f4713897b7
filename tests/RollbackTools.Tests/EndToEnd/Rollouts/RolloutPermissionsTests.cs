using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Module;

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>docs/rbac/rollbacktools.yaml, held against what the Rollout cmdlets ask of the API.</summary>
public sealed class RolloutPermissionsTests
{
    [Fact]
    public async Task The_documented_roles_are_enough_for_Rollouts()
    {
        // Wires of its own, so that every request counted is ours.
        await using RolloutCluster alone = new();
        await using var shop = await alone.OpenAsync();
        var requests = shop.Production.Stage.Requests;
        await shop.MidCanaryAsync("2.0");
        requests.Reset();

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

        IEnumerable<string> Asked() => requests.Snapshot().Keys.Where(request => !request.EndsWith("selfsubjectaccessreviews", StringComparison.Ordinal));
    }
}
