using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>Evidence weighs time under load, and what is known against a change is said before it is made.</summary>
public sealed class EvidenceTests(SharedCluster shared)
{
    [Fact]
    public async Task A_version_that_lived_for_seconds_is_not_chosen_over_one_that_lived_for_days()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        production.Age("api", TimeSpan.FromDays(4));
        production.Ship("api", "1.1");
        await production.CompleteAsync("api");
        production.Ship("api", "1.2-crash");
        await CrashingAsync(production);

        var brief = (await HistoryAsync(production)).Single(revision => revision.Image == "shop/api:1.1");
        Assert.Equal((RevisionHealth.Likely, false), (brief.Health, brief.IsDefaultTarget));
        Assert.Contains(brief.Evidence, line => line.Contains("under load for only", StringComparison.Ordinal));
        Assert.Equal("shop/api:1.0", (await production.RollBackAsync("Invoke-ImageRollback api")).To);
    }

    [Fact]
    public async Task A_version_that_lived_for_seconds_is_chosen_when_there_is_no_other()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        production.Ship("api", "1.1-crash");
        await CrashingAsync(production);

        Assert.Equal("shop/api:1.0", (await production.RollBackAsync("Invoke-ImageRollback api")).To);
    }

    [Fact]
    public async Task A_version_that_stands_at_zero_is_not_known_to_be_good()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0", replicas: 0);
        production.Age("api", TimeSpan.FromDays(2));

        var revision = Assert.Single(await HistoryAsync(production));

        Assert.Equal((RevisionHealth.Unknown, "Scaled to 0: nothing runs, so nothing shows how it does"), (revision.Health, Assert.Single(revision.Evidence)));
    }

    [Fact]
    public async Task A_version_that_was_left_crashing_for_one_that_nobody_knows_is_bad_afterwards()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-crash", "CrashLoopBackOff");
        production.Age("api", TimeSpan.FromHours(3));

        var result = await production.RollBackAsync("Invoke-ImageRollback api -ToTag 2.1");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        var left = (await HistoryAsync(production)).Single(revision => revision.Image == "shop/api:2.0-crash");
        Assert.Equal((RevisionHealth.Bad, false), (left.Health, left.IsDefaultTarget));
    }

    [Fact]
    public async Task A_version_that_never_had_a_pod_is_never_chosen_however_long_it_was_current()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0", replicas: 0);
        production.Age("api", TimeSpan.FromDays(2));
        production.Ship("api", "2.0-crash");
        production.Scale("api", 2);
        await CrashingAsync(production);

        var never = (await HistoryAsync(production)).Single(revision => revision.Image == "shop/api:1.0");
        Assert.Equal((RevisionHealth.Unknown, false), (never.Health, never.IsDefaultTarget));
        Assert.StartsWith("Never had a pod", Assert.Single(never.Evidence), StringComparison.Ordinal);
        var output = await production.RunAsync("Invoke-ImageRollback api");
        Assert.Equal("NoKnownGoodRevision", Assert.Single(output.Errors).ErrorId);
    }

    [Fact]
    public async Task Who_names_a_bad_version_is_warned_before_anything_is_changed()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-crash", "CrashLoopBackOff");
        var bad = (await HistoryAsync(production)).Single(revision => revision.Current).Revision;
        await production.RollBackAsync("Invoke-ImageRollback api");
        await production.CompleteAsync("api");

        var output = await production.RunAsync($"Invoke-ImageRollback api -ToRevision {bad} -NoWait -Verbose -Confirm:$false");

        var warning = Assert.Single(output.Warnings, line => line.Contains("is Bad: Was rolled away from before", StringComparison.Ordinal));
        Assert.Contains("Known-good is", warning, StringComparison.Ordinal);
        AssertBefore(output, warning);
    }

    [Fact]
    public async Task Bad_revisions_piped_on_are_refused_as_targets_with_the_command_that_goes_back()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-crash", "CrashLoopBackOff");
        var bad = (await HistoryAsync(production)).Single(revision => revision.Health == RevisionHealth.Bad);

        var output = await production.RunAsync("Invoke-ImageRollback", bad);

        var error = Assert.Single(output.Errors);
        Assert.Equal("AlreadyBad", error.ErrorId);
        Assert.Contains("is where to go, not what to leave", error.Message, StringComparison.Ordinal);
        Assert.Equal("shop/api:1.0", (await production.RollBackAsync(error.RecommendedAction!)).To);
    }

    [Fact]
    public async Task Leaving_what_is_proven_healthy_is_asked_about_first_and_not_when_nobody_is_to_be_asked()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        production.Ship("api", "1.1");
        await production.CompleteAsync("api");
        production.Age("api", TimeSpan.FromDays(2));
        using var somebody = production.SomebodyElse();

        Assert.Equal("ConfirmationImpossible", (await Production.RunAsync(somebody, "Invoke-ImageRollback api -ToTag 1.0")).Failure?.ErrorId);
        somebody.Answer = _ => false;
        var asked = await Production.RunAsync(somebody, "Invoke-ImageRollback api -ToTag 1.0");
        Assert.Contains("looks healthy", Assert.Single(asked.Prompts), StringComparison.Ordinal);
        Assert.Equal(RollbackOutcome.Declined, Assert.Single(asked.Of<RollbackResult>()).Outcome);
        Assert.Equal("shop/api:1.1", production.Image("api"));

        var output = await production.RunAsync("Invoke-ImageRollback api -ToTag 1.0 -Confirm:$false -Verbose");
        AssertBefore(output, Assert.Single(output.Warnings, line => line.Contains("looks healthy", StringComparison.Ordinal)));
        Assert.Equal(RollbackOutcome.RolledBack, Assert.Single(output.Of<RollbackResult>()).Outcome);
    }

    private static void AssertBefore(CommandOutput output, string warning)
    {
        var events = output.Events.ToList();
        var begun = events.FindIndex(said => said.Kind == CommandEventKind.Verbose && ((string)said.Value).StartsWith("Run ", StringComparison.Ordinal));
        Assert.InRange(events.FindIndex(said => said.Kind == CommandEventKind.Warning && (string)said.Value == warning), 0, begun - 1);
    }

    private static async Task<IReadOnlyList<ImageRevision>> HistoryAsync(Production production) =>
        (await production.RunAsync("Get-ImageHistory api")).OrThrow().Of<ImageRevision>();

    private static Task CrashingAsync(Production production) => production.UntilAsync(() =>
        production.Pods("api").Any(pod => (string?)pod["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"] == "CrashLoopBackOff"));
}
