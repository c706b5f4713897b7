using System.Globalization;

namespace RollbackTools.Operations.Argo.Windows;

/// <summary>
/// Cron's five fields (minute, hour, day of month, month, day of week) as Argo CD's parser reads them: lists, ranges, steps, names,
/// <c>*</c> and <c>?</c>. When both days are given, either is enough.
/// </summary>
public sealed class CronSchedule
{
    // Long enough for 29 February across a century's exception.
    private const int YearsAhead = 9;

    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private readonly ulong minutes;
    private readonly ulong hours;
    private readonly ulong daysOfMonth;
    private readonly ulong months;
    private readonly ulong daysOfWeek;
    private readonly bool anyDay;

    private CronSchedule(string[] fields)
    {
        minutes = Field(fields[0], 0, 59, []);
        hours = Field(fields[1], 0, 23, []);
        daysOfMonth = Field(fields[2], 1, 31, []);
        months = Field(fields[3], 1, 12, Months);
        daysOfWeek = Field(fields[4], 0, 6, Days);
        anyDay = !IsStar(fields[2]) && !IsStar(fields[4]);
    }

    /// <summary>Throws <see cref="FormatException"/> saying what is wrong.</summary>
    public static CronSchedule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 5 ? new CronSchedule(fields) : throw new FormatException($"'{text}' has {fields.Length} fields; a schedule has five.");
    }

    /// <summary>The first time after <paramref name="moment"/> (a wall clock's), to the minute; null when there is none in the next years.</summary>
    public DateTime? Next(DateTime moment)
    {
        var at = new DateTime(moment.Year, moment.Month, moment.Day, moment.Hour, moment.Minute, 0).AddMinutes(1);
        var end = at.AddYears(YearsAhead);
        while (at < end)
        {
            if (!Has(months, at.Month)) at = new DateTime(at.Year, at.Month, 1).AddMonths(1);
            else if (!IsDay(at)) at = at.Date.AddDays(1);
            else if (!Has(hours, at.Hour)) at = at.Date.AddHours(at.Hour + 1);
            else if (!Has(minutes, at.Minute)) at = at.AddMinutes(1);
            else return at;
        }

        return null;
    }

    private bool IsDay(DateTime at)
    {
        var (ofMonth, ofWeek) = (Has(daysOfMonth, at.Day), Has(daysOfWeek, (int)at.DayOfWeek));
        return anyDay ? ofMonth || ofWeek : ofMonth && ofWeek;
    }

    private static bool Has(ulong set, int value) => (set & (1UL << value)) != 0;

    // "*/2" is a star too: it does not make the other day field optional.
    private static bool IsStar(string field) => field.Split(',').Any(part => part[..1] is "*" or "?");

    private static ulong Field(string field, int least, int most, string[] names)
    {
        ulong set = 0;
        foreach (var part in field.Split(','))
        {
            var step = part.Split('/');
            var range = step[0].Split('-');
            if (step.Length > 2 || range.Length > 2 || part.Length == 0) throw Wrong(field);
            var star = range[0] is "*" or "?";
            if (star && range.Length > 1) throw Wrong(field);
            var from = star ? least : Value(range[0], least, most, names, field);
            var to = star || (range.Length == 1 && step.Length == 2) ? most : range.Length == 2 ? Value(range[1], least, most, names, field) : from;
            var by = step.Length == 2 ? int.TryParse(step[1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0 ? given : throw Wrong(field) : 1;
            if (to < from) throw Wrong(field);
            for (var value = from; value <= to; value += by) set |= 1UL << value;
        }

        return set;
    }

    private static int Value(string text, int least, int most, string[] names, string field)
    {
        var named = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (named >= 0) return least + named;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value : throw Wrong(field);
    }

    private static FormatException Wrong(string field) => new($"'{field}' is not a field of a cron schedule.");
}
