using System.Globalization;

namespace RollbackTools.Practice.ArgoCd.Projects;

/// <summary>A cron expression of five fields: minute, hour, day of month, month, day of week.</summary>
internal sealed class CronSchedule
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly HashSet<int> minutes;
    private readonly HashSet<int> hours;
    private readonly HashSet<int> days;
    private readonly HashSet<int> months;
    private readonly HashSet<int> weekdays;
    private readonly bool eitherDay;

    private CronSchedule(string[] fields)
    {
        minutes = Field(fields[0], 0, 59, []);
        hours = Field(fields[1], 0, 23, []);
        days = Field(fields[2], 1, 31, []);
        months = Field(fields[3], 1, 12, Months);
        weekdays = Field(fields[4], 0, 6, Days);

        // With both given, a day of either kind will do.
        eitherDay = !Open(fields[2]) && !Open(fields[4]);
    }

    /// <summary>Throws <see cref="FormatException"/> when it is no schedule.</summary>
    public static CronSchedule Parse(string text)
    {
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 5
            ? new CronSchedule(fields)
            : throw new FormatException($"expected exactly 5 fields, found {fields.Length}: [{string.Join(' ', fields)}]");
    }

    /// <summary>The first time after this one, at whole minutes; null when there is none within five years.</summary>
    public DateTime? Next(DateTime after)
    {
        var first = new DateTime(after.Year, after.Month, after.Day, after.Hour, after.Minute, 0, after.Kind).AddMinutes(1);
        for (var day = first.Date; day < first.Date.AddYears(5); day = day.AddDays(1))
        {
            if (!Falls(day)) continue;
            var from = day == first.Date ? first.TimeOfDay : TimeSpan.Zero;
            foreach (var hour in hours.Order())
                foreach (var minute in minutes.Order())
                    if (new TimeSpan(hour, minute, 0) is var at && at >= from) return day + at;
        }

        return null;
    }

    private bool Falls(DateTime day)
    {
        if (!months.Contains(day.Month)) return false;
        var (ofMonth, ofWeek) = (days.Contains(day.Day), weekdays.Contains((int)day.DayOfWeek));
        return eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
    }

    private static bool Open(string field) => field.StartsWith('*') || field.StartsWith('?');

    private static HashSet<int> Field(string text, int low, int high, string[] names)
    {
        HashSet<int> values = [];
        foreach (var part in text.Split(','))
        {
            var slash = part.Split('/');
            var step = slash.Length == 2 ? Number(slash[1], 1, high, [], text) : 1;
            var (from, to) = (low, high);
            if (slash[0] is not ("*" or "?"))
            {
                var ends = slash[0].Split('-');
                from = Number(ends[0], low, high, names, text);
                to = ends.Length == 2 ? Number(ends[1], low, high, names, text) : slash.Length == 2 ? high : from;
            }

            if (slash.Length > 2 || from > to) throw new FormatException($"failed to parse {text}");
            for (var value = from; value <= to; value += step) values.Add(value);
        }

        return values;
    }

    private static int Number(string text, int low, int high, string[] names, string field)
    {
        var named = Array.IndexOf(names, text.ToLowerInvariant());
        var value = named >= 0 ? named + low : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

        // Sunday is 7 to some.
        if (names == Days && value == 7) value = 0;
        return value >= low && value <= high ? value : throw new FormatException($"failed to parse int from {text}: {field}");
    }
}
