using System.Globalization;
using RollbackTools.Operations.Argo.Windows;

namespace RollbackTools.Tests.Operations.Argo.Windows;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("* * * * *", "2026-03-01 10:15", "2026-03-01 10:16")]
    [InlineData("0 22 * * *", "2026-03-01 10:15", "2026-03-01 22:00")]
    [InlineData("0 22 * * *", "2026-03-01 22:00", "2026-03-02 22:00")]
    [InlineData("*/15 9-17 * * MON-FRI", "2026-02-27 17:45", "2026-03-02 09:00")]
    [InlineData("30 3 1,15 * ?", "2026-03-01 03:30", "2026-03-15 03:30")]
    [InlineData("0 0 29 2 *", "2026-03-01 00:00", "2028-02-29 00:00")]
    [InlineData("0 12 13 * FRI", "2026-03-01 00:00", "2026-03-06 12:00")]
    [InlineData("5/20 * * jan-mar sun", "2026-03-01 00:06", "2026-03-01 00:25")]
    [InlineData("0 0 31 * *", "2026-03-31 00:00", "2026-05-31 00:00")]
    [InlineData("59 23 31 12 *", "2026-12-31 23:59", "2027-12-31 23:59")]
    public void The_next_time_is_what_Argo_CDs_parser_says(string schedule, string after, string next) =>
        Assert.Equal(Moment(next), CronSchedule.Parse(schedule).Next(Moment(after)));

    [Fact]
    public void A_day_that_never_comes_has_no_next_time() => Assert.Null(CronSchedule.Parse("0 0 30 2 *").Next(Moment("2026-01-01 00:00")));

    [Theory]
    [InlineData("* * * *")]
    [InlineData("* * * * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 7")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("a * * * *")]
    [InlineData("*-5 * * * *")]
    [InlineData("1,,2 * * * *")]
    public void Anything_else_is_refused(string schedule) => Assert.Throws<FormatException>(() => CronSchedule.Parse(schedule));

    [Theory]
    [InlineData("8h", 28800)]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5h", 5400)]
    [InlineData("90s", 90)]
    [InlineData("0", 0)]
    public void Durations_are_Gos(string text, double seconds) => Assert.Equal(seconds, GoDuration.Parse(text).TotalSeconds);

    [Theory]
    [InlineData("8")]
    [InlineData("8 h")]
    [InlineData("h")]
    [InlineData("-8h")]
    [InlineData("1d")]
    public void What_Go_does_not_read_is_refused(string text) => Assert.Throws<FormatException>(() => GoDuration.Parse(text));

    private static DateTime Moment(string text) => DateTime.ParseExact(text, "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
