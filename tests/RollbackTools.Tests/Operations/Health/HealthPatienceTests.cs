using RollbackTools.Operations.Health;

namespace RollbackTools.Tests.Operations.Health;

public sealed class HealthPatienceTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 3, 0, 0, TimeSpan.Zero);

    private static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);

    [Fact]
    public void Without_wait_one_round_is_all()
    {
        Assert.True(new HealthPatience(new HealthRequest(), Start).IsOver(healthy: false, At(0)));
        Assert.True(new HealthPatience(new HealthRequest(), Start).IsOver(healthy: true, At(0)));
    }

    [Fact]
    public void With_wait_it_goes_on_until_healthy_or_late()
    {
        HealthPatience patience = new(new HealthRequest { Wait = true, Timeout = TimeSpan.FromSeconds(60) }, Start);

        Assert.False(patience.IsOver(healthy: false, At(10)));
        Assert.False(patience.IsOver(healthy: false, At(59)));
        Assert.True(patience.IsOver(healthy: false, At(60)));
    }

    [Fact]
    public void With_for_it_must_hold_without_a_break()
    {
        HealthPatience patience = new(new HealthRequest { Wait = true, For = TimeSpan.FromSeconds(30) }, Start);

        Assert.False(patience.IsOver(healthy: false, At(5)));
        Assert.False(patience.IsOver(healthy: true, At(10)));
        Assert.False(patience.IsOver(healthy: true, At(39)));
        Assert.True(patience.IsOver(healthy: true, At(40)));
        Assert.Equal(TimeSpan.FromSeconds(30), patience.Held);
    }

    [Fact]
    public void The_first_failure_after_it_was_healthy_ends_it_even_with_wait()
    {
        HealthPatience patience = new(new HealthRequest { Wait = true, For = TimeSpan.FromSeconds(30) }, Start);
        Assert.False(patience.IsOver(healthy: true, At(0)));
        Assert.False(patience.IsOver(healthy: true, At(20)));

        Assert.True(patience.IsOver(healthy: false, At(25)));
        Assert.Equal(TimeSpan.FromSeconds(20), patience.Held);
    }

    [Fact]
    public void The_timeout_does_not_cut_short_a_healthy_hold()
    {
        HealthPatience patience = new(new HealthRequest { For = TimeSpan.FromMinutes(15), Timeout = TimeSpan.FromMinutes(10) }, Start);

        Assert.False(patience.IsOver(healthy: true, At(0)));
        Assert.False(patience.IsOver(healthy: true, At(601)));
        Assert.True(patience.IsOver(healthy: true, At(900)));
    }
}
