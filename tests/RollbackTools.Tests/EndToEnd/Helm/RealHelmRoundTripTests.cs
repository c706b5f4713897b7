using System.Text.Json.Nodes;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Helm;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Practice.Helm;

namespace RollbackTools.Tests.EndToEnd.Helm;

/// <summary>The real helm installs and upgrades, we roll back, and it goes on from there as from its own.</summary>
public sealed class RealHelmRoundTripTests(SharedCluster shared)
{
    public static TheoryData<string> Helms => new("helm", "helm4");

    [Theory]
    [MemberData(nameof(Helms))]
    public async Task Helm_takes_our_rollback_for_its_own(string executable)
    {
        await using var production = await HelmProduction.OpenAsync(shared);
        using var space = HelmSpace.In(production.Production);
        using var helm = RealHelm.In(space, executable);
        var chart = helm.Lay(HelmProduction.Zkprova);
        await helm.OkAsync("install", "zkprova", chart, "--set-string", "image.tag=one", "--wait", "--timeout", "60s");
        await helm.OkAsync("upgrade", "zkprova", chart, "--set-string", "image.tag=two-errors", "--timeout", "60s");

        var result = await production.RollBackAsync("Invoke-HelmRollback zkprova -ToRevision 1");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        var history = JsonNode.Parse(await helm.OkAsync("history", "zkprova", "-o", "json"))!.AsArray();
        Assert.Equal(["1 superseded Install complete", "2 superseded Upgrade complete", "3 deployed Rollback to 1"], history.Select(one => $"{one!["revision"]} {one["status"]} {one["description"]}"));
        var status = JsonNode.Parse(await helm.OkAsync("status", "zkprova", "-o", "json"))!;
        Assert.Equal((3, "deployed"), ((int)status["version"]!, (string)status["info"]!["status"]!));
        Assert.Equal(await helm.OkAsync("get", "manifest", "zkprova", "--revision", "1"), await helm.OkAsync("get", "manifest", "zkprova"));
        Assert.Equal("ghcr.io/zkprova/backend:one", production.Image());

        await helm.OkAsync("upgrade", "zkprova", chart, "--set-string", "image.tag=three", "--wait", "--timeout", "60s");
        Assert.Equal("ghcr.io/zkprova/backend:three", production.Image());
        await helm.OkAsync("rollback", "zkprova", "3", "--wait", "--timeout", "60s");
        Assert.Equal("ghcr.io/zkprova/backend:one", production.Image());
    }

    [Theory]
    [MemberData(nameof(Helms))]
    public async Task Helm_upgrades_after_a_rollback_of_ours_that_failed_where_its_own_leaves_it_stuck(string executable)
    {
        await using var production = await HelmProduction.OpenAsync(shared);
        using var space = HelmSpace.In(production.Production);
        using var helm = RealHelm.In(space, executable);
        var chart = helm.Lay(HelmProduction.Zkprova);
        await helm.OkAsync("install", "zkprova", chart, "--set-string", "image.tag=one-fail", "--no-hooks");
        await helm.OkAsync("upgrade", "zkprova", chart, "--set-string", "image.tag=two", "--no-hooks");

        Assert.Equal("HelmHookFailed", (await production.FailAsync("Invoke-HelmRollback zkprova -ToRevision 1")).ErrorId);
        await helm.OkAsync("upgrade", "zkprova", chart, "--set-string", "image.tag=three", "--timeout", "60s");
        Assert.Equal("1:superseded 2:superseded 3:failed 4:deployed", await production.StatusesAsync());

        await helm.FailAsync("rollback", "zkprova", "1", "--timeout", "60s");
        Assert.Contains("in progress", await helm.FailAsync("upgrade", "zkprova", chart, "--set-string", "image.tag=four"), StringComparison.Ordinal);
    }
}
