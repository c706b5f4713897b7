using RollbackTools.Operations.Argo.Windows;
using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Tests.Operations.Argo.Windows;

public sealed class SyncWindowRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 3, 30, 0, TimeSpan.Zero);

    private static readonly ArgoApplication App = Apps.Of("""{"destination":{"server":"https://kubernetes.default.svc","namespace":"prod"}}""");

    [Fact]
    public void Without_windows_nothing_is_forbidden() => Assert.True(Judge().Allowed);

    [Fact]
    public void An_open_deny_window_forbids_and_a_closed_one_does_not()
    {
        Assert.False(Judge(Deny("0 3 * * *")).Allowed);
        Assert.True(Judge(Deny("0 4 * * *")).Allowed);
    }

    [Fact]
    public void Every_open_deny_window_must_let_manual_syncs_through()
    {
        Assert.True(Judge(Deny("0 3 * * *") with { ManualSync = true }).Allowed);
        Assert.False(Judge(Deny("0 3 * * *") with { ManualSync = true }, Deny("15 3 * * *")).Allowed);
    }

    [Fact]
    public void With_allow_windows_one_must_be_open_or_all_let_manual_syncs_through()
    {
        Assert.True(Judge(Allow("0 3 * * *"), Allow("0 9 * * *")).Allowed);
        Assert.False(Judge(Allow("0 9 * * *")).Allowed);
        Assert.True(Judge(Allow("0 9 * * *") with { ManualSync = true }).Allowed);
        Assert.False(Judge(Allow("0 9 * * *") with { ManualSync = true }, Allow("0 10 * * *")).Allowed);
        Assert.True(Judge(Allow("0 3 * * *")).Reason.Contains("allow window is open", StringComparison.Ordinal));
    }

    [Fact]
    public void A_deny_window_wins_over_an_allow_window() => Assert.False(Judge(Allow("0 3 * * *"), Deny("0 3 * * *")).Allowed);

    [Theory]
    [InlineData("2026-03-02T03:00:00Z", false)] // It opens at that very moment; Argo CD says only after it.
    [InlineData("2026-03-02T03:00:01Z", true)]
    [InlineData("2026-03-02T03:59:59Z", true)]
    [InlineData("2026-03-02T04:00:00Z", false)]
    public void It_is_open_from_just_after_its_time_until_its_duration_is_over(string at, bool open) =>
        Assert.Equal(open, SyncWindowRules.IsOpen(Deny("0 3 * * *"), DateTimeOffset.Parse(at, null)));

    [Theory]
    [InlineData("2026-01-15T21:30:00Z", true)]  // Winter: 22:30 in Berlin.
    [InlineData("2026-07-15T20:30:00Z", true)]  // Summer: 22:30 there too.
    [InlineData("2026-07-15T21:30:00Z", false)]
    public void Times_are_the_time_zones(string at, bool open) =>
        Assert.Equal(open, SyncWindowRules.IsOpen(Deny("0 22 * * *") with { TimeZone = "Europe/Berlin" }, DateTimeOffset.Parse(at, null)));

    [Theory]
    [InlineData("sh*", true)]
    [InlineData("*", true)]
    [InlineData("s?op", true)]
    [InlineData("{shop,cart}", true)]
    [InlineData("[st]hop", true)]
    [InlineData("[!s]hop", false)]
    [InlineData("shop-*", false)]
    [InlineData("SHOP", false)]
    [InlineData("", false)]
    public void Applications_are_matched_by_glob(string pattern, bool concerns) =>
        Assert.Equal(concerns, SyncWindowRules.Concerns(new SyncWindow { Applications = [pattern] }, App));

    [Fact]
    public void Any_list_is_enough_unless_all_are_asked_for()
    {
        SyncWindow window = new() { Applications = ["other"], Namespaces = ["prod"] };

        Assert.True(SyncWindowRules.Concerns(window, App));
        Assert.False(SyncWindowRules.Concerns(window with { UseAndOperator = true }, App));
        Assert.True(SyncWindowRules.Concerns(window with { Applications = ["shop"], Clusters = ["https://*"], UseAndOperator = true }, App));
        Assert.False(SyncWindowRules.Concerns(new SyncWindow(), App));
        Assert.True(SyncWindowRules.Concerns(new SyncWindow { UseAndOperator = true }, App));
    }

    [Fact]
    public void A_window_that_cannot_be_read_is_told_of_and_left_to_Argo_CD()
    {
        var permission = Judge(Deny("whenever"), Deny("0 3 * * *") with { TimeZone = "Nowhere/City" });

        Assert.True(permission.Allowed);
        Assert.Equal(2, permission.Unread.Count);
    }

    private static SyncPermission Judge(params SyncWindow[] windows) => SyncWindowRules.Judge(windows, App, Now);

    private static SyncWindow Deny(string schedule) => new() { Kind = "deny", Schedule = schedule, Duration = "1h", Applications = ["*"] };

    private static SyncWindow Allow(string schedule) => Deny(schedule) with { Kind = "allow" };
}
