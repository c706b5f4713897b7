using System.Text.Json.Nodes;
using RollbackTools.Operations.Health;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>A pod that ended (evicted, its node shut down) stays listed after its ReplicaSet has replaced it, and says nothing of its version.</summary>
public sealed class ReplacedPodTests(SharedCluster shared)
{
    [Theory]
    [InlineData("Failed", "Evicted", "The node was low on resource: memory.")]
    [InlineData("Failed", "Terminated", "Pod was terminated in response to imminent node shutdown.")]
    [InlineData("Failed", "UnexpectedAdmissionError", "Allocate failed due to no healthy devices present")]
    [InlineData("Succeeded", null, null)]
    public async Task A_good_version_with_a_replaced_pod_is_known_good_is_gone_back_to_and_is_healthy(string phase, string? reason, string? message)
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        await EndAsync(production, phase, reason, message);
        production.Age("api", TimeSpan.FromDays(2));
        production.Ship("api", "2.0-crash");
        await production.UntilAsync(() => production.Pods("api").Any(pod => (string?)pod["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"] == "CrashLoopBackOff"));

        var history = (await production.RunAsync("Get-ImageHistory api")).OrThrow().Of<ImageRevision>();
        var good = history.Single(revision => revision.Image == "shop/api:1.0");
        Assert.Equal((RevisionHealth.KnownGood, true), (good.Health, good.IsDefaultTarget));
        Assert.Equal(good.Pods, good.ReadyPods);

        var result = await production.RollBackAsync("Invoke-ImageRollback api");
        Assert.Equal((RollbackOutcome.RolledBack, "shop/api:1.0"), (result.Outcome, result.To));

        Assert.Contains(production.Pods("api"), pod => (string?)pod["status"]!["phase"] == phase);
        var checks = (await production.RunAsync("Test-RollbackHealth api")).OrThrow().Of<HealthCheck>();
        Assert.All(checks, check => Assert.True(check.Status == HealthStatus.Passed, $"{check.Check}: {check.Message} {string.Join("; ", check.Evidence)}"));
        Assert.Contains(checks.Single(check => check.Check == "Pods").Evidence, line => line.Contains(reason ?? phase, StringComparison.Ordinal));
    }

    private static async Task EndAsync(Production production, string phase, string? reason, string? message)
    {
        production.Rewrite((string)production.Pods("api")[0]["metadata"]!["name"]!, pod =>
        {
            var status = pod["status"]!.AsObject();
            status["phase"] = phase;
            if (reason is not null) status["reason"] = reason;
            if (message is not null) status["message"] = message;
            status.Remove("containerStatuses");
        }, Resources.Pods);
        await production.UntilAsync(() => production.Pods("api").Count(IsUp) == 2 && production.Pods("api").Count == 3);
    }

    private static bool IsUp(JsonObject pod) => (string?)pod["status"]?["phase"] == "Running"
        && pod["status"]!["conditions"]!.AsArray().Any(condition => (string?)condition!["type"] == "Ready" && (string?)condition["status"] == "True");
}
