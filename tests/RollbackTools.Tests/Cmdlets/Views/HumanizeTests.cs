using RollbackTools.Cmdlets.Views;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Cmdlets.Views;

public sealed class HumanizeTests
{
    [Theory]
    [InlineData("00:00:00", "0s")]
    [InlineData("00:00:00.25", "0.2s")]
    [InlineData("00:00:09.96", "9.9s")]
    [InlineData("00:00:45", "45s")]
    [InlineData("00:02:00", "2m")]
    [InlineData("02:05:59", "2h5m")]
    [InlineData("3.04:05:06", "3d4h")]
    [InlineData("400.00:00:00", "400d")]
    [InlineData("-00:00:30", "-30s")]
    public void Durations_have_two_units_at_most(string span, string text)
    {
        Assert.Equal(text, Humanize.Duration(TimeSpan.Parse(span, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("registry.example:5000/shop/api:41", "api:41")]
    [InlineData("api", "api")]
    [InlineData("a=r/x/api:41, b=r/y/proxy:3", "a=api:41, b=proxy:3")]
    [InlineData("r/api@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "api@sha256:0123456789ab")]
    [InlineData("", "")]
    public void Images_lose_their_registry(string image, string text)
    {
        Assert.Equal(text, Humanize.Image(image));
    }

    [Fact]
    public void Images_of_one_tag_share_it()
    {
        Assert.Equal("backend, frontend at 9f04f35", Humanize.Images(new[] { "r/z/backend:9f04f35", "r/z/frontend:9f04f35" }));
        Assert.Equal("db:16, 3 at 41", Humanize.Images(new[] { "a:41", "b:41", "db:16", "c:41" }));
    }

    [Fact]
    public void What_a_job_made_of_an_enum_still_reads()
    {
        Assert.Equal(Humanize.Outcome(RollbackOutcome.Failed), Humanize.Outcome((int)RollbackOutcome.Failed));
        Assert.Equal(Humanize.Outcome(RollbackOutcome.Failed), Humanize.Outcome("Failed"));
        Assert.Equal("", Humanize.Duration(null));
        Assert.Equal("", Humanize.Time(null));
    }

    [Fact]
    public void Times_are_in_UTC_wherever_the_shell_runs()
    {
        var noon = new DateTimeOffset(DateTime.UtcNow.Date.AddHours(12), TimeSpan.Zero);

        Assert.Equal("12:00:00Z", Humanize.Time(noon.ToOffset(TimeSpan.FromHours(9))));
        Assert.Equal("2021-03-04", Humanize.Time(new DateTimeOffset(2021, 3, 4, 23, 5, 6, TimeSpan.FromHours(-2)).AddHours(-3)));
        Assert.Equal("2021-03-05 01:05:06Z", Humanize.Moment(new DateTimeOffset(2021, 3, 4, 23, 5, 6, TimeSpan.FromHours(-2))));
        Assert.Matches(@"^\d\d:\d\d:\d\dZ$|^\d\d-\d\d \d\d:\d\dZ$|^\d{4}-\d\d-\d\d$", Humanize.Time(noon.AddDays(-1)));
    }

    [Fact]
    public void Several_targets_are_counted()
    {
        Assert.Equal("Image Updater, ApplicationSet 'shops', sync windows", Humanize.Fights(new[]
        {
            "automated sync with self-heal puts Git's version back within seconds", "Argo CD Image Updater promotes newer tags of a again", "ApplicationSet 'shops' generates it", "sync windows of project x: closed",
        }));
        Assert.Equal(("self-heal", "automated", "off", "manual"), (Humanize.Policy("automated (prune, self-heal)"), Humanize.Policy("automated (prune)"), Humanize.Policy("off (prune)"), Humanize.Policy("manual")));
        Assert.Equal("", Humanize.Some(Array.Empty<string>()));
        Assert.Equal("a", Humanize.Some(new[] { "a" }));
        Assert.Equal("a and 2 more", Humanize.Some(new[] { "a", "b", "c" }));
    }
}
