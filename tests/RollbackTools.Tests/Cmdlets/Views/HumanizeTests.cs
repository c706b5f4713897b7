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

    [Theory]
    [InlineData("r/shop/api:41", "api:41")]
    [InlineData("r/shop/payments-gateway:2026.4.1", "payments…:2026.4.1")]
    [InlineData("r/shop/api:a-very-very-very-long-tag", "api:a-very-very-very-long-tag")]
    [InlineData("a=r/x/api:41, b=r/y/proxy:2026.4.1", "a=api:41, b=proxy:2026.4.1")]
    [InlineData("revision 12 (zkprova-0.14.2, 1.9.0)", "revision 12")]
    [InlineData("revision 7 deployed", "7 deployed")]
    [InlineData("", "")]
    public void In_a_narrow_column_the_version_is_what_stays(string value, string text) => Assert.Equal(text, Humanize.Version(value));

    [Fact]
    public void Images_of_one_tag_share_it()
    {
        Assert.Equal("backend, frontend at 9f04f35", Humanize.Images(new[] { "r/z/backend:9f04f35", "r/z/frontend:9f04f35" }));
        Assert.Equal("db:16, 3 at 41", Humanize.Images(new[] { "a:41", "b:41", "db:16", "c:41" }));
        Assert.Equal("7 payments…:2026.4.1", Humanize.ShortRevision(7, "r/payments-gateway:2026.4.1"));
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
    public void Several_targets_are_counted()
    {
        Assert.Equal("", Humanize.Some(Array.Empty<string>()));
        Assert.Equal("a", Humanize.Some(new[] { "a" }));
        Assert.Equal("a and 2 more", Humanize.Some(new[] { "a", "b", "c" }));
    }
}
