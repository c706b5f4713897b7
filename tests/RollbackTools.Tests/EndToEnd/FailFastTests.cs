using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>A rollback that did not help is a failure, told at once and with evidence (kubectl#738, kubernetes#18568, #21588).</summary>
public sealed class FailFastTests(SharedCluster shared)
{
    [Fact]
    public async Task A_target_that_crashes_too_fails_with_the_last_words_of_its_log()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "2.0-errors");

        var result = Failed(await production.RunAsync("Invoke-ImageRollback api -ToTag 1.9-crash -Timeout 5m"), "PodsFailing");

        Assert.Contains("CrashLoopBackOff", result.Message, StringComparison.Ordinal);
        Assert.Contains(result.Evidence, line => line.Contains(production.Stage.LastWords, StringComparison.Ordinal));
        Assert.Equal(
            $"Test-RollbackHealth deployment/api -Namespace {production.Namespace}; to wait on: Resume-RollbackRun {result.RunId}; "
                + $"for another version: Get-ImageHistory deployment/api -Namespace {production.Namespace}",
            result.NextStep);
        Assert.Equal(RunState.Failed, production.Runs.Read(result.RunId).State);
        Assert.Empty(production.List(Resources.Leases));
    }

    [Fact]
    public async Task What_is_suggested_after_a_rollback_that_did_not_come_up_never_leads_back()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-crash", "CrashLoopBackOff");
        production.Ship("api", "1.5-notready");
        var result = Failed(await production.RunAsync("Invoke-ImageRollback api -ToTag 1.9-notready -Timeout 2s"), "Timeout");

        foreach (var command in (string[])[.. Commands(result.NextStep!), .. Commands(production.Runs.Read(result.RunId).NextStep!)])
            await production.RunAsync(command.StartsWith("Resume", StringComparison.Ordinal) ? command : $"{command} -WarningAction SilentlyContinue");

        Assert.Equal("shop/api:1.9-notready", production.Image("api"));
        Assert.Empty(production.List(Resources.Leases));

        static string[] Commands(string next) =>
            [.. next.Split(';', StringSplitOptions.TrimEntries).Select(part => part.Contains(": ", StringComparison.Ordinal) ? part[(part.IndexOf(": ", StringComparison.Ordinal) + 2)..] : part)];
    }

    [Fact]
    public async Task What_did_not_help_can_be_undone()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "2.0-errors");
        var result = Failed(await production.RunAsync("Invoke-ImageRollback api -ToTag 1.9-crash -Timeout 5m"), "PodsFailing");

        await production.RollBackAsync($"Undo-RollbackRun {result.RunId}");

        await production.CompleteAsync("api");
        Assert.Equal(["shop/api:2.0-errors"], production.Running("api"));
    }

    [Fact]
    public async Task An_image_that_no_registry_has_fails_with_what_the_registry_said()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "2.0-errors");

        var result = Failed(await production.RunAsync("Invoke-ImageRollback api -ToTag 1.9-bad-pull -Timeout 5m"), "PodsFailing");

        Assert.Contains("ImagePullBackOff", result.Message, StringComparison.Ordinal);
        Assert.Contains(result.Evidence, line => line.Contains("shop/api:1.9-bad-pull", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_quota_that_leaves_no_room_fails_with_the_quotas_name()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors", more: "strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },");
        production.Apply($"{{ apiVersion: v1, kind: ResourceQuota, metadata: {{ name: tight, namespace: {production.Namespace} }}, spec: {{ hard: {{ pods: \"2\" }} }} }}");

        var result = Failed(await production.RunAsync("Invoke-ImageRollback api -Timeout 5m"), "PodsRefused");

        Assert.Contains("exceeded quota: tight", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quota_that_makes_room_while_pods_start_and_old_ones_go_does_not_fail_the_rollback()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0-slow", replicas: 2, more: "strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },");
        production.Age("api", TimeSpan.FromDays(2));
        production.Ship("api", "2.0-errors");
        await production.CompleteAsync("api");
        production.Apply($"{{ apiVersion: v1, kind: ResourceQuota, metadata: {{ name: tight, namespace: {production.Namespace} }}, spec: {{ hard: {{ pods: \"2\" }} }} }}");

        var result = await production.RollBackAsync("Invoke-ImageRollback api -Timeout 5m");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/api:1.0-slow"), (result.Outcome, result.To));
        Assert.Equal([true], (await production.RunAsync("Test-RollbackHealth api -Quiet")).OrThrow().Of<bool>());
    }

    [Fact]
    public async Task A_webhook_that_refuses_the_change_is_quoted_and_nothing_changes()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        using var freeze = production.Review("freeze.example.com", request => request.Type == Resources.Deployments ? "change freeze until Monday" : null);

        var result = Failed(await production.RunAsync("Invoke-ImageRollback api"), "Rejected");

        Assert.Contains("change freeze until Monday", result.Message, StringComparison.Ordinal);
        Assert.Equal("shop/api:2.0-errors", production.Image("api"));
        Assert.Empty(production.List(Resources.Leases));
    }

    [Fact]
    public async Task A_deadline_the_bad_release_missed_does_not_fail_the_rollback()
    {
        await using var production = await shared.OpenAsync();
        // One replica with Recreate: the first syncs after the change are no progress, and the old condition survives them (kubernaut#199).
        await production.CreateAsync("api", "1.0", replicas: 1, more: "strategy: { type: Recreate }, progressDeadlineSeconds: 30,");
        production.Age("api", TimeSpan.FromDays(2));
        production.Ship("api", "2.0-notready");
        await production.UntilAsync(() => production.Get("api")["status"]?["conditions"]?.AsArray()
            .Any(condition => (string?)condition!["reason"] == "ProgressDeadlineExceeded") == true);
        // What is tested is the old condition, which stays; a busy machine must not make the good release miss the deadline as well.
        production.Change("api", body => body["spec"]!["progressDeadlineSeconds"] = 86400);

        var result = await production.RollBackAsync("Invoke-ImageRollback api -Timeout 5m");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/api:1.0"), (result.Outcome, result.To));
    }

    [Fact]
    public async Task A_target_that_misses_its_own_deadline_fails()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "2.0-errors", more: "progressDeadlineSeconds: 30,");

        var result = Failed(await production.RunAsync("Invoke-ImageRollback api -ToTag 1.9-notready -Timeout 5m"), "ProgressDeadlineExceeded");

        Assert.Contains("progress", result.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Patience_that_runs_out_says_what_was_not_ready()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "2.0-errors");

        var result = Failed(await production.RunAsync("Invoke-ImageRollback api -ToTag 1.9-notready -Timeout 1s"), "Timeout");

        Assert.Contains(result.Evidence, line => line.Contains("not ready", StringComparison.Ordinal));
    }

    private static RollbackResult Failed(CommandOutput output, string errorId)
    {
        Assert.Null(output.Failure?.Message);
        var result = Assert.Single(output.Of<RollbackResult>());
        Assert.Equal((RollbackOutcome.Failed, errorId), (result.Outcome, result.ErrorId));
        Assert.Equal(errorId, Assert.Single(output.Errors).ErrorId);
        Assert.True(result.Duration < TimeSpan.FromMinutes(1), $"it took {result.Duration}");
        return result;
    }
}
