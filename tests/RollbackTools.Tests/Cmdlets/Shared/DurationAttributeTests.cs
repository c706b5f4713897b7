using RollbackTools.Cmdlets.Shared;

namespace RollbackTools.Tests.Cmdlets.Shared;

public sealed class DurationAttributeTests
{
    [Theory]
    [InlineData("15m", 900)]
    [InlineData("90s", 90)]
    [InlineData("1h30m", 5400)]
    [InlineData("2d", 172800)]
    [InlineData("500ms", 0.5)]
    [InlineData("1m500ms", 60.5)]
    [InlineData("1.5h", 5400)]
    [InlineData("1H 5M", 3900)]
    [InlineData("00:15:00", 900)]
    [InlineData("15", 15)]
    [InlineData("0", 0)]
    public void Durations_are_read_as_people_write_them(string text, double seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), new DurationAttribute().Transform(null!, text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("15 minutes")]
    [InlineData("m15")]
    [InlineData("5m1h")]
    [InlineData("-5m")]
    [InlineData("-00:05:00")]
    [InlineData("400d")]
    [InlineData("99999999999999999999d")]
    public void Anything_else_is_refused(string text)
    {
        Assert.Throws<FormatException>(() => new DurationAttribute().Transform(null!, text));
    }

    [Fact]
    public void Numbers_are_seconds_and_time_spans_stay()
    {
        Assert.Equal(TimeSpan.FromSeconds(30), new DurationAttribute().Transform(null!, 30));
        Assert.Equal(TimeSpan.FromMinutes(3), new DurationAttribute().Transform(null!, TimeSpan.FromMinutes(3)));
        Assert.Throws<FormatException>(() => new DurationAttribute().Transform(null!, TimeSpan.FromMinutes(-3)));
    }
}
