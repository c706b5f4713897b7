using System.Text.RegularExpressions;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>
/// What Argo CD commands say to type next is typed, word for word, while Image Updater is at work: the bad version does not come back.
/// </summary>
public sealed partial class FollowedAdviceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_rollback_the_next_commands_end_with_Git_good_and_automated_sync_on()
    {
        await using var production = await BrokenAsync();
        var policy = production.Policy;
        var result = await production.DoAsync("Invoke-ArgoRollback shop -Reason INC-5");
        Assert.Equal((RollbackOutcome.RolledBack, WholeProduction.Good, "shop/web:5.0.0"), (result.Outcome, production.Image("api"), production.Image("web")));
        Assert.EndsWith("because Git still holds another version", result.Message, StringComparison.Ordinal);
        Assert.Equal(result.NextStep, production.Runs.Read(result.RunId).NextStep);
        production.Watch();

        await TypeAsync(production, result.NextStep!);

        Assert.Equal(policy, production.Policy);
        await StaysAsync(production);
    }

    [Fact]
    public async Task Who_wants_automated_sync_back_too_early_is_told_what_comes_first()
    {
        await using var production = await BrokenAsync();
        var policy = production.Policy;
        await production.DoAsync("Invoke-ArgoRollback shop");
        production.Watch();

        var refused = Assert.Single((await production.RunAsync("Set-ArgoSyncPolicy shop -Policy Exact")).Errors);
        Assert.Equal("GitStillBad", refused.ErrorId);
        await TypeAsync(production, refused.RecommendedAction!);
        await TypeAsync(production, "Set-ArgoSyncPolicy shop -Policy Exact");

        Assert.Equal(policy, production.Policy);
        await StaysAsync(production);
    }

    [Fact]
    public async Task Who_syncs_too_early_is_told_what_comes_first()
    {
        await using var production = await BrokenAsync();
        await production.DoAsync("Invoke-ArgoRollback shop");
        production.Watch();

        var refused = Assert.Single((await production.RunAsync("Invoke-ArgoSync shop")).Errors);
        Assert.Equal("GitStillBad", refused.ErrorId);
        await TypeAsync(production, refused.RecommendedAction!);

        Assert.DoesNotContain(WholeProduction.Bad, production.PodImages);
        Assert.DoesNotContain("v2.0.0", await production.ReadAsync(WholeProduction.File), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Invoke-ImageRollback api -Namespace prod")]
    [InlineData("Invoke-ReleaseRollback shop")]
    public async Task After_a_rollback_that_changes_Git_itself_there_is_nothing_that_brings_it_back(string command)
    {
        await using var production = await BrokenAsync();
        var result = await production.DoAsync(command);
        production.Watch();

        // Later, when a fixed version is out.
        production.Cluster.Images.Push("shop/api", "v3.0.0");
        await production.UntilAsync(() => production.Image("api") == "shop/api:v3.0.0" && production.Sync == "Synced");
        await TypeAsync(production, result.NextStep!["When a fixed version is out: ".Length..].TrimStart());

        Assert.DoesNotContain(WholeProduction.Bad, production.PodImages);
    }

    [Fact]
    public async Task Behind_a_closed_sync_window_the_next_command_goes_back_without_a_sync_and_the_one_after_it_once_the_window_opens()
    {
        await using var production = await BrokenAsync();
        production.CloseWindow();
        var refused = Assert.Single((await production.RunAsync("Invoke-ImageRollback api -Namespace prod -Via Git")).Errors);
        Assert.Equal("SyncWindowBlocked", refused.ErrorId);
        production.Watch();

        await TypeAsync(production, refused.RecommendedAction!);

        Assert.Equal((WholeProduction.Good, "Synced"), (production.Image("api"), production.Sync));
        Assert.DoesNotContain(WholeProduction.Bad, production.PodImages);
    }

    [Fact]
    public async Task Whoever_lets_Image_Updater_go_on_while_the_bad_version_would_come_back_is_asked_first()
    {
        await using var production = await BrokenAsync();
        await production.DoAsync("Invoke-ImageRollback api -Namespace prod");
        List<string> asked = [];

        var output = await production.AnswerAsync("Resume-ImageUpdate shop", question =>
        {
            asked.Add(question);
            return false;
        });

        Assert.Contains("deployment/api was taken back from api:v2.0.0, and Image Updater may promote that again. "
            + "To keep it from that version again afterwards: Suspend-ImageUpdate shop -Namespace argocd -Tag 'v2.0.0' -Image 'shop/api'", Assert.Single(asked), StringComparison.Ordinal);
        Assert.Equal(RollbackOutcome.Declined, Assert.Single(output.Of<RollbackResult>()).Outcome);
        production.Watch();
        production.Cluster.Images.Push("shop/api", "v3.0.0");
        await production.UntilAsync(() => production.Image("api") == "shop/api:v3.0.0");
        Assert.DoesNotContain(WholeProduction.Bad, production.PodImages);
        Assert.Equal(RollbackOutcome.Changed, (await production.DoAsync("Resume-ImageUpdate shop")).Outcome);
    }

    [Fact]
    public async Task Where_Git_differs_from_what_runs_the_next_commands_show_what_and_deploy_it()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        var policy = production.Policy;
        await TypeAsync(production, "Suspend-Workload api -Namespace prod");
        production.Cluster.Images.Push("shop/web", "6.0.0");
        await production.CommitAsync("web 6", WholeProduction.File, (await production.ReadAsync(WholeProduction.File)).Replace("5.0.0", "6.0.0", StringComparison.Ordinal));
        var left = (await production.RunAsync("Resume-Workload api -Namespace prod")).Of<RollbackResult>().Single(one => one.Kind == "Application");
        Assert.Contains("stays off", left.Message, StringComparison.Ordinal);

        await TypeAsync(production, left.NextStep!);
        await production.UntilAsync(() => production.Sync == "Synced" && production.App["operation"] is null);

        Assert.Equal((policy, "shop/web:6.0.0"), (production.Policy, production.Image("web")));
    }

    private static async Task<WholeProduction> BrokenAsync()
    {
        var production = await WholeProduction.StartAsync();
        production.Age(TimeSpan.FromDays(2));
        await production.Git.TagAsync("release/v1.0.0", (await production.Git.ResolveAsync("main", Stop))!, Stop);
        production.Cluster.Images.Push("shop/web", "6.0.0", new ImageBehaviour.CrashLoop());
        var file = await production.ReadAsync(WholeProduction.File);
        await production.CommitAsync("web 6", WholeProduction.File, file.Replace("5.0.0", "6.0.0", StringComparison.Ordinal));
        await production.BreakAsync();
        await production.UntilAsync(() => production.Image("web") == "shop/web:6.0.0" && production.Sync == "Synced" && production.App["operation"] is null);
        return production;
    }

    private static async Task TypeAsync(WholeProduction production, string line)
    {
        // What stands before a command says when; a view that is piped to does nothing.
        foreach (var clause in line.Split("; "))
        {
            if (Command().Match(clause.Split(" | Format-List")[0]) is not { Success: true, Value: var command }) continue;
            // Whoever types it answers yes.
            var output = await production.RunAsync(command.StartsWith("Get-", StringComparison.Ordinal) ? command : $"{command} -Confirm:$false");
            Assert.Null(output.Failure?.Message);
            Assert.Empty(output.Errors.Select(error => $"{command}: {error.ErrorId}: {error.Message}"));
        }
    }

    // Image Updater has looked again once it promotes what is newer and good; Argo CD has, once that is deployed.
    private static async Task StaysAsync(WholeProduction production)
    {
        production.Cluster.Images.Push("shop/api", "v3.0.0");
        await production.UntilAsync(() => production.Image("api") == "shop/api:v3.0.0" && production.Sync == "Synced");
        Assert.Equal("shop/web:5.0.0", production.Image("web"));
        Assert.DoesNotContain(WholeProduction.Bad, production.PodImages);
        Assert.DoesNotContain("shop/web:6.0.0", production.PodImages);
    }

    [GeneratedRegex(@"(?<=^|: )[A-Z][a-z]+-[A-Z]\w+ .*$")]
    private static partial Regex Command();
}
