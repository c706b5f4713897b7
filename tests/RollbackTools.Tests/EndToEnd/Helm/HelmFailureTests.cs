using System.Text.Json.Nodes;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.Helm;

/// <summary>Whatever goes wrong on the way back: the record says so in Helm's words, what was deployed stays so, and the next upgrade is accepted.</summary>
public sealed class HelmFailureTests(SharedCluster shared)
{
    private const string Migration = "zkprova-zkprova-migrate";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hook_that_fails_ends_it_before_anything_is_changed_with_what_it_said_last()
    {
        await using var production = await HelmProduction.ShippedAsync(shared, good: "one-fail", bad: "two");
        var failed = await production.FailAsync("Invoke-HelmRollback zkprova -ToRevision 1");

        Assert.Equal("HelmHookFailed", failed.ErrorId);
        Assert.Contains(failed.Evidence, line => line.StartsWith("log: ", StringComparison.Ordinal));
        Assert.Equal("ghcr.io/zkprova/backend:two", production.Image());
        await AcceptsTheNextAsync(production, 3, "Rollback \"zkprova\" failed: pre-rollback hooks failed: ");
    }

    [Fact]
    public async Task A_hook_that_hangs_fails_when_its_time_is_up()
    {
        await using var production = await HelmProduction.ShippedAsync(shared, good: "one-bad-pull", bad: "two");
        var failed = await production.FailAsync("Invoke-HelmRollback zkprova -ToRevision 1 -Timeout 1s");

        Assert.Equal("HelmHookTimeout", failed.ErrorId);
        await AcceptsTheNextAsync(production, 3, "Rollback \"zkprova\" failed: pre-rollback hooks failed: ");
    }

    [Fact]
    public async Task A_hook_that_was_begun_is_not_run_twice_whatever_the_clock_of_whoever_began_it_said()
    {
        await using var production = await HelmProduction.ShippedAsync(shared, good: "one-bad-pull", bad: "two");
        using CancellationTokenSource interrupt = new();
        var running = production.Production.RunAsync("Invoke-HelmRollback zkprova -ToRevision 1 -NoWait -Timeout 10s", interrupt.Token);
        await production.Production.UntilAsync(() => production.Find(Resources.Jobs, Migration) is not null);
        await interrupt.CancelAsync();
        await running;
        await production.Helm.History.ChangeAsync("zkprova", 3, record =>
        {
            foreach (var hook in record["hooks"]!.AsArray().Where(hook => (string?)hook!["last_run"]?["phase"] == "Running"))
                hook!["last_run"]!["started_at"] = DateTimeOffset.UtcNow.AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        }, Stop);
        production.Complete(Migration);

        await production.Production.RunAsync($"Resume-RollbackRun {Assert.Single(production.Production.Runs.List()).RunId}");

        // Another one would hang as this one did.
        Assert.Equal("ghcr.io/zkprova/backend:one-bad-pull", production.Image());
    }

    [Fact]
    public async Task Without_hooks_none_run()
    {
        await using var production = await HelmProduction.ShippedAsync(shared, good: "one-bad-pull", bad: "two");

        Assert.NotEmpty((await production.Production.RunAsync("Invoke-HelmRollback zkprova -ToRevision 1 -HooksFrom None -NoWait")).Of<RollbackResult>());

        Assert.Null(production.Find(Resources.Jobs, "zkprova-zkprova-migrate"));
        Assert.Equal("1:superseded 2:superseded 3:deployed", await production.StatusesAsync());
    }

    [Fact]
    public async Task The_current_revisions_hooks_run_when_asked_for_and_a_difference_is_said()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        await production.Helm.History.ChangeAsync("zkprova", 1, record =>
        {
            foreach (var hook in record["hooks"]!.AsArray()) hook!["manifest"] = ((string)hook["manifest"]!).Replace("goto", "up-to", StringComparison.Ordinal);
        }, Stop);

        var planned = await production.RollBackAsync("Invoke-HelmRollback zkprova -WhatIf");
        Assert.Contains(planned.Warnings, warning => warning.Contains("-HooksFrom Current", StringComparison.Ordinal));
        await production.RollBackAsync("Invoke-HelmRollback zkprova -HooksFrom Current -NoWait");

        var hooks = (await production.RecordAsync(2))["hooks"]!.AsArray();
        Assert.All(hooks, hook => Assert.Equal("Succeeded", (string)hook!["last_run"]!["phase"]!));
        Assert.Equal("ghcr.io/zkprova/smoke:two-errors", (string)production.Find(Resources.Jobs, "zkprova-zkprova-smoke")!["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!);
    }

    [Fact]
    public async Task What_looks_healthy_is_not_left_unawares()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        Assert.DoesNotContain((await production.RollBackAsync("Invoke-HelmRollback zkprova -ToRevision 1 -WhatIf")).Warnings, Looks);

        await production.LongAgoAsync("zkprova", 2);

        Assert.Contains((await production.RollBackAsync("Invoke-HelmRollback zkprova -ToRevision 1 -WhatIf")).Warnings, Looks);

        static bool Looks(string warning) => warning.StartsWith("What release/zkprova runs now looks healthy (", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hooks_that_differ_in_nothing_but_the_releases_tag_are_a_line_of_the_plan_and_no_warning()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);

        var planned = await production.RollBackAsync("Invoke-HelmRollback zkprova -WhatIf");

        Assert.DoesNotContain(planned.Warnings, warning => warning.Contains("hooks", StringComparison.Ordinal));
        Assert.Single(planned.Steps, line => line.StartsWith("hooks of revision 1 run with its own images: ", StringComparison.Ordinal)
            && line.Contains("job/zkprova-zkprova-migrate ghcr.io/zkprova/migrations:two-errors → ghcr.io/zkprova/migrations:one", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_target_that_does_not_start_is_a_failure_with_its_reason_and_fast()
    {
        await using var production = await HelmProduction.ShippedAsync(shared, good: "one", bad: "two");
        await production.Helm.UpgradeAsync("zkprova", HelmProduction.Zkprova, HelmProduction.Values("three-crash"), Stop, new HelmOptions { NoHooks = true });
        await production.Helm.UpgradeAsync("zkprova", HelmProduction.Zkprova, HelmProduction.Values("four"), Stop, new HelmOptions { NoHooks = true });

        var failed = await production.FailAsync("Invoke-HelmRollback zkprova -ToRevision 3 -HooksFrom None -Timeout 2m");

        Assert.Equal("PodsFailing", failed.ErrorId);
        Assert.DoesNotContain("Undo-", failed.NextStep, StringComparison.Ordinal);
        Assert.StartsWith("Get-HelmRelease zkprova -Namespace ", failed.NextStep, StringComparison.Ordinal);
        await AcceptsTheNextAsync(production, 5, "Release \"zkprova\" failed: ");
    }

    [Fact]
    public async Task What_a_webhook_would_refuse_is_known_before_anything_is_done()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        using var webhook = production.Production.Review("policy.example.com",
            request => request.Type == Resources.Deployments && request.Operation == "UPDATE" && !request.User.StartsWith("system:", StringComparison.Ordinal) && request.DryRun ? "no changes on Fridays" : null);
        var failed = await production.FailAsync();

        Assert.Equal("AdmissionDenied", failed.ErrorId);
        Assert.Contains("2 of the changes", failed.Message, StringComparison.Ordinal);
        Assert.Equal(2, failed.Evidence.Count);
        Assert.Equal("1:superseded 2:deployed", await production.StatusesAsync());
        Assert.Empty(production.Production.Runs.List());
    }

    [Fact]
    public async Task What_a_webhook_refuses_later_all_the_same_leaves_a_failed_record()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        using (production.Production.Review("policy.example.com",
            request => request.Type == Resources.Deployments && request.Operation == "UPDATE" && !request.DryRun ? "no changes on Fridays" : null))
        {
            Assert.Equal("AdmissionDenied", (await production.FailAsync()).ErrorId);
        }

        await AcceptsTheNextAsync(production, 3, "Rollback \"zkprova\" failed: ");
    }

    [Fact]
    public async Task A_field_that_cannot_change_is_named_before_anything_is_done()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        await production.Helm.History.ChangeAsync("zkprova", 1, record =>
            record["manifest"] = ((string)record["manifest"]!).Replace("      app: zkprova-frontend\n  template:", "      app: another\n  template:", StringComparison.Ordinal)
                .Replace("        app: zkprova-frontend\n    spec:", "        app: another\n    spec:", StringComparison.Ordinal), Stop);

        var failed = await production.FailAsync("Invoke-HelmRollback zkprova -ToRevision 1");

        Assert.Equal("ImmutableField", failed.ErrorId);
        Assert.Contains("kubectl delete deployment/zkprova-zkprova-frontend", failed.NextStep, StringComparison.Ordinal);
        Assert.Equal("1:superseded 2:deployed", await production.StatusesAsync());
    }

    [Fact]
    public async Task Every_kind_that_is_not_served_is_named_before_anything_is_done()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        await production.Helm.History.ChangeAsync("zkprova", 1, record => record["manifest"] = $"{record["manifest"]}\n---\napiVersion: gone.example.com/v1\nkind: Widget\nmetadata: {{ name: w }}\n"
            + "---\napiVersion: policy/v1beta7\nkind: PodDisruptionBudget\nmetadata: { name: p }\n", Stop);

        var failed = await production.FailAsync("Invoke-HelmRollback zkprova -ToRevision 1");

        Assert.Equal("HelmKindsMissing", failed.ErrorId);
        Assert.Contains("gone.example.com/v1 Widget (w)", failed.Message, StringComparison.Ordinal);
        Assert.Contains("policy/v1beta7 PodDisruptionBudget (p)", failed.Message, StringComparison.Ordinal);
        Assert.StartsWith("Repair-HelmRelease zkprova", failed.NextStep, StringComparison.Ordinal);
        Assert.Equal("1:superseded 2:deployed", await production.StatusesAsync());
    }

    [Fact]
    public async Task Stopped_on_the_way_it_is_failed_and_a_resume_ends_it_well()
    {
        await using var production = await HelmProduction.ShippedAsync(shared, bad: "two");
        production.Production.Hold("zkprova-zkprova-backend");
        using CancellationTokenSource interrupt = new();
        var typed = production.Production.RunAsync("Invoke-HelmRollback zkprova -ToRevision 1 -HooksFrom None", interrupt.Token);
        await production.Production.UntilAsync(() => production.Image() == "ghcr.io/zkprova/backend:one");
        await interrupt.CancelAsync();
        await typed;

        Assert.Equal("1:superseded 2:deployed 3:failed", await production.StatusesAsync());
        var run = Assert.Single(production.Production.Runs.List());
        production.Production.LetGo("zkprova-zkprova-backend");
        var resumed = await production.RollBackAsync($"Resume-RollbackRun {run.RunId}");

        Assert.Equal(RollbackOutcome.RolledBack, resumed.Outcome);
        Assert.Equal("1:superseded 2:superseded 3:deployed", await production.StatusesAsync());
    }

    [Fact]
    public async Task A_revision_that_is_pending_is_left_to_who_made_it_unless_told_otherwise_or_it_is_old()
    {
        await using var production = await HelmProduction.ShippedAsync(shared, bad: "two");
        await Assert.ThrowsAsync<HelmKilledException>(() => production.Helm.UpgradeAsync("zkprova", HelmProduction.Zkprova, HelmProduction.Values("three"), Stop,
            new HelmOptions { NoHooks = true, KilledAt = HelmMoment.HalfApplied }));

        Assert.Equal("HelmReleaseBusy", (await production.FailAsync("Invoke-HelmRollback zkprova -ToRevision 2")).ErrorId);
        var result = await production.RollBackAsync("Invoke-HelmRollback zkprova -ToRevision 2 -Preempt");

        Assert.Contains(result.Warnings, warning => warning.Contains("pending-upgrade", StringComparison.Ordinal));
        Assert.Equal("1:superseded 2:superseded 3:failed 4:deployed", await production.StatusesAsync());
        Assert.Equal("ghcr.io/zkprova/backend:two", production.Image());
        Assert.Equal(5, await production.Helm.UpgradeAsync("zkprova", HelmProduction.Zkprova, HelmProduction.Values("five"), Stop));
    }

    [Theory]
    [InlineData(FaultKind.Conflict)]
    [InlineData(FaultKind.ResetAfter)]
    [InlineData(FaultKind.TooManyRequests)]
    public async Task Faults_on_the_wires_do_not_show(FaultKind kind)
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        foreach (var verb in (string[])["patch", "update"]) production.Production.AddFault(new FaultRule { Kind = kind, Verb = verb, Times = 2 });

        await production.RollBackAsync();

        Assert.Equal("1:superseded 2:superseded 3:deployed", await production.StatusesAsync());
        production.Production.ClearFaults();
    }

    private static async Task AcceptsTheNextAsync(HelmProduction production, int revision, string says)
    {
        var record = await production.RecordAsync(revision);
        Assert.Equal("failed", (string)record["info"]!["status"]!);
        Assert.StartsWith(says, (string)record["info"]!["description"]!, StringComparison.Ordinal);
        Assert.Contains($"{revision - 1}:deployed {revision}:failed", await production.StatusesAsync(), StringComparison.Ordinal);
        Assert.Equal(revision + 1, await production.Helm.UpgradeAsync("zkprova", HelmProduction.Zkprova, HelmProduction.Values("next"), Stop));
        Assert.Empty(production.Production.List(Resources.Leases));
    }
}
