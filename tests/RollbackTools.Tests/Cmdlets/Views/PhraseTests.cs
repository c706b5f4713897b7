using RollbackTools.Cmdlets.Views;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Cmdlets.Views;

public sealed class PhraseTests
{
    [Theory]
    [InlineData("r/shop/api:41", "r/shop/api:40", "api:41 → 40")]
    [InlineData("r/shop/api:41", "other/store/api:40", "api:41 → 40")]
    [InlineData("r/shop/api:41", "r/shop/api-v2:40", "api:41 → api-v2:40")]
    [InlineData("a=r/api:41, b=r/proxy:3", "a=r/api:40, b=r/proxy:3", "a=api:41 → 40")]
    [InlineData("revision 8 (shop-1.3)", "revision 7 (shop-1.2)", "revision 8 (shop-1.3) → revision 7 (shop-1.2)")]
    [InlineData("revision 7 (shop-1.3, 1.9.0)", "revision 6 (shop-1.2, 1.8.0)", "revision 7 (shop-1.3, 1.9.0) → revision 6 (shop-1.2, 1.8.0)")]
    [InlineData("automated (prune, self-heal)", "off (prune, self-heal)", "automated (prune, self-heal) → off (prune, self-heal)")]
    [InlineData("4f2a91c05d8e7b6a1c3d4e5f60718293a4b5c6d7", "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567", "4f2a91c05d → 0a1b2c3d4e")]
    [InlineData("", "r/shop/api:40", "api:40")]
    public void A_change_says_what_differs_and_repeats_no_name(string from, string to, string text) =>
        Assert.Equal(text, Phrase.Change(RollbackOutcome.RolledBack, from, to, "Complete: 3 of 3 pods available."));

    [Fact]
    public void A_result_that_changed_nothing_says_why() =>
        Assert.Equal("It runs api:40 already.", Phrase.Change(RollbackOutcome.AlreadyThere, "r/api:40", "r/api:40", "It runs api:40 already."));

    [Theory]
    [InlineData(RollbackOutcome.Failed)]
    [InlineData(RollbackOutcome.Unverified)]
    [InlineData(RollbackOutcome.Proposed)]
    [InlineData("Failed")]
    [InlineData((int)RollbackOutcome.Paused)]
    public void A_result_that_is_not_proven_has_the_change_and_the_reason(object outcome) =>
        Assert.Equal("api:41 → 40: Pod api-1 crashes.", Phrase.Change(outcome, "r/api:41", "r/api:40", "Pod api-1 crashes."));

    [Fact]
    public void A_run_says_its_operation_its_target_the_estate_and_the_reason()
    {
        string[] one = ["deployment/api"];
        string[] two = ["deployment/api", "deployment/web"];

        Assert.Equal("ImageRollback deployment/api in prod-eu: api:41 → 40; INC-4711", Phrase.Run("ImageRollback", one, "prod-eu", "r/api:41", "r/api:40", "INC-4711"));
        Assert.Equal("ImageRollback deployment/api and 1 more in prod-eu", Phrase.Run("ImageRollback", two, "prod-eu", "r/api:41, r/web:7", "r/api:40, r/web:6", null));
    }

    [Theory]
    [InlineData(RunState.Succeeded, RollbackOutcome.AlreadyThere, "AlreadyThere")]
    [InlineData(RunState.Failed, RollbackOutcome.Failed, "Failed")]
    [InlineData(RunState.Interrupted, null, "Interrupted")]
    [InlineData(RunState.Undone, RollbackOutcome.RolledBack, "Undone")]
    [InlineData(RunState.Succeeded, null, "Succeeded")]
    public void A_run_that_ended_shows_its_outcome_and_another_its_state(object state, object? outcome, string text) =>
        Assert.Contains(text, Phrase.Ended(state, outcome), StringComparison.Ordinal);

    [Fact]
    public void A_rollout_tells_both_versions_and_how_it_stands_in_one_cell()
    {
        Assert.Equal("7 api:2.13", Phrase.Rollout(7L, "r/api:2.13", null, "", null));
        Assert.Equal("7 api:2.13 → 8 api:2.14: aborted, not rolled back", Phrase.Rollout(7L, "r/api:2.13", 8L, "r/api:2.14", "aborted, not rolled back"));
    }
}
