using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>A Rollout goes on by one step, from the start, or to the end.</summary>
public sealed class ResumeRolloutTests(RolloutCluster shared)
{
    private const string TwoPauses = "canary: { steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: {} }] }";

    [Fact]
    public async Task It_goes_on_to_the_next_pause_and_says_so()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync("2.0", TwoPauses);

        var result = await shop.DoAsync("Resume-ArgoRollout catalog");

        Assert.Contains(result.Outcome, (RollbackOutcome[])[RollbackOutcome.Paused, RollbackOutcome.Changed]);
        await shop.Production.UntilAsync(() => shop.Phase == "Paused" && (int)shop.Rollout["status"]!["currentStepIndex"]! == 3);
        await shop.DoAsync("Resume-ArgoRollout catalog");
        await shop.Production.UntilAsync(() => shop.Healthy && shop.Stable == shop.Current);
        Assert.Equal(RollbackOutcome.AlreadyThere, (await shop.DoAsync("Resume-ArgoRollout catalog")).Outcome);
    }

    [Fact]
    public async Task Full_goes_past_every_pause_and_is_asked_about()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync("2.0", TwoPauses);

        Assert.Equal("ConfirmationImpossible", (await shop.RunAsync("Resume-ArgoRollout catalog -Full")).Failure?.ErrorId);
        var result = await shop.DoAsync("Resume-ArgoRollout catalog -Full -Confirm:$false");

        Assert.Equal((RollbackOutcome.Changed, true, "Healthy"), (result.Outcome, shop.Stable == shop.Current, shop.Phase));
    }

    [Fact]
    public async Task An_aborted_version_is_not_promoted_and_tried_again_when_told_to()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync("2.0");
        await shop.DoAsync("Stop-ArgoRollout catalog");

        var refused = Assert.Single((await shop.RunAsync("Resume-ArgoRollout catalog")).Of<RollbackResult>());
        Assert.Equal("Aborted", refused.ErrorId);
        Assert.Contains("-Retry", refused.NextStep, StringComparison.Ordinal);

        Assert.Equal(RollbackOutcome.Changed, (await shop.DoAsync("Resume-ArgoRollout catalog -Retry")).Outcome);
        await shop.Production.UntilAsync(() => shop.Phase == "Paused");
        Assert.Equal(RollbackOutcome.AlreadyThere, (await shop.DoAsync("Resume-ArgoRollout catalog -Retry")).Outcome);
    }

    [Fact]
    public async Task Paused_by_hand_it_is_resumed()
    {
        await using var shop = await shared.OpenAsync();
        await shop.DeployAsync(shop.Manifest("1.0"));
        await shop.ChangeAsync(body => body["spec"]!["paused"] = true);
        await shop.Production.UntilAsync(() => shop.Phase == "Paused");

        Assert.Equal(RollbackOutcome.Changed, (await shop.DoAsync("Resume-ArgoRollout catalog")).Outcome);
        Assert.Equal("false", shop.Rollout["spec"]!["paused"]?.ToString());
    }
}
