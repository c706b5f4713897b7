using System.Collections;
using System.Globalization;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Health;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Cmdlets.Views;

/// <summary>
/// How values read in a table at 03:00. The views call these; they take what a property holds, also after a job or remoting
/// turned an enum into a number or text, and null.
/// </summary>
public static class Humanize
{
    private const string Reset = "\u001b[0m";
    private const string Red = "\u001b[31;1m";
    private const string Yellow = "\u001b[33;1m";
    private const string Green = "\u001b[32;1m";
    private const string Dim = "\u001b[2m";

    /// <summary>Two units at most: 3d4h, 2h5m, 45s, 0.8s.</summary>
    public static string Duration(object? value)
    {
        if (value is not TimeSpan span) return "";
        var sign = span < TimeSpan.Zero ? "-" : "";
        span = span.Duration();
        return sign + span switch
        {
            { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(span.TotalSeconds * 10) / 10:0.#}s"),
            { TotalMinutes: < 1 } => $"{span.Seconds}s",
            { TotalHours: < 1 } => Two(span.Minutes, "m", span.Seconds, "s"),
            { TotalDays: < 1 } => Two(span.Hours, "h", span.Minutes, "m"),
            _ => Two((int)span.TotalDays, "d", span.Hours, "h"),
        };
    }

    /// <summary>
    /// A time in a narrow column: of today 03:12:45Z, of this year 11-30 03:12Z, else 2025-11-30. Always UTC, as in messages, journals and clusters.
    /// </summary>
    public static string Time(object? value) => Utc(value) is not { } time
        ? ""
        : time.ToString(
            time.Date == DateTime.UtcNow.Date ? "HH:mm:ss'Z'" : time.Year == DateTime.UtcNow.Year ? "MM-dd HH:mm'Z'" : "yyyy-MM-dd",
            CultureInfo.InvariantCulture);

    /// <summary>A whole time: 2026-11-30 03:12:45Z.</summary>
    public static string Moment(object? value) => Utc(value)?.ToString("u", CultureInfo.InvariantCulture) ?? "";

    /// <summary>An image without its registry and path: api:41, api@sha256:0123456789ab.</summary>
    public static string Image(object? value) => string.Join(", ", (value?.ToString() ?? "").Split(", ").Select(ShortImage));

    public static string Release(object? current, object? previous) => current is true ? "current" : previous is true ? Paint(Green, "previous") : "";

    /// <summary>deployment/api; an endpoint's or a script's name alone.</summary>
    public static string Workload(object? kind, object? name) => kind?.ToString() switch
    {
        null or "" or "Endpoint" or "Script" => $"{name}",
        var word => TargetName.Of(word, $"{name}"),
    };

    /// <summary>deployment/api in prod (prod-eu).</summary>
    public static string Place(object? kind, object? name, object? ns, object? estate) =>
        Workload(kind, name) + Part(" in ", ns, "") + Part(" (", estate, ")");

    /// <summary>Releases in prod (prod-eu).</summary>
    public static string Releases(object? ns, object? estate) => "Releases" + Part(" in ", ns, "") + Part(" (", estate, ")");

    public static string Marker(object? current, object? isDefaultTarget) =>
        current is true ? "current" : isDefaultTarget is true ? Paint(Green, "<- target") : "";

    public static string Pods(object? ready, object? all) => all is null or 0 or 0L ? "" : $"{ready}/{all}";

    public static string Health(object? value) => Enum<RevisionHealth>(value) switch
    {
        RevisionHealth.KnownGood => Paint(Green, "KnownGood"),
        RevisionHealth.Bad => Paint(Red, "Bad"),
        RevisionHealth.Likely => "Likely",
        _ => Paint(Dim, "Unknown"),
    };

    public static string Outcome(object? value) => Enum<RollbackOutcome>(value) switch
    {
        RollbackOutcome.RolledBack or RollbackOutcome.AlreadyThere or RollbackOutcome.Undone or RollbackOutcome.Changed => Paint(Green, $"{Enum<RollbackOutcome>(value)}"),
        RollbackOutcome.Failed => Paint(Red, "Failed"),
        RollbackOutcome.Unverified or RollbackOutcome.Declined or RollbackOutcome.Proposed or RollbackOutcome.Paused => Paint(Yellow, $"{Enum<RollbackOutcome>(value)}"),
        var other => $"{other}",
    };

    /// <summary>A commit cut to what is readable; a chart's version as it is.</summary>
    public static string Commit(object? value) => string.Join(" + ", (value?.ToString() ?? "").Split(" + ").Select(ApplicationVersion.Short));

    /// <summary>Several images on one line, without registries; two of one tag share it, more are counted, after those that differ.</summary>
    public static string Images(object? value)
    {
        if (value is not IEnumerable many || value is string) return Image(value);
        return string.Join(", ", many.Cast<object>().Select(item => ShortImage(item.ToString() ?? ""))
            .GroupBy(image => image[(image.LastIndexOf(':') + 1)..]).OrderBy(group => group.Count())
            .Select(group => group.Count() switch
            {
                1 => group.First(),
                2 when group.All(image => image != group.Key) => $"{string.Join(", ", group.Select(image => image[..^(group.Key.Length + 1)]))} at {group.Key}",
                var count => $"{count} at {group.Key}",
            }));
    }

    /// <summary>Argo CD's sync status.</summary>
    public static string Sync(object? value) => $"{value}" switch { "Synced" => Paint(Green, "Synced"), "" => "", var other => Paint(Yellow, other) };

    /// <summary>An Argo Rollout's phase.</summary>
    public static string RolloutPhase(object? value) => Enum<RolloutPhase>(value) switch
    {
        Operations.Workloads.Reading.RolloutPhase.Healthy => Paint(Green, "Healthy"),
        Operations.Workloads.Reading.RolloutPhase.Degraded => Paint(Red, "Degraded"),
        { } other => Paint(Yellow, $"{other}"),
        null => "",
    };

    /// <summary>3/8, or nothing without steps.</summary>
    public static string Step(object? step, object? steps) => step is null ? "" : $"{step}/{steps}";

    /// <summary>40%, or 20% → 40% on the way there.</summary>
    public static string Weight(object? actual, object? desired) =>
        actual is null ? "" : desired is null || $"{actual}" == $"{desired}" ? $"{actual}%" : $"{actual}% → {desired}%";

    /// <summary>7 api:41, a revision and its image.</summary>
    public static string Revision(object? number, object? image) => number is null or 0 or 0L ? "" : $"{number} {Image(image)}";

    /// <summary>Argo CD's health.</summary>
    public static string ApplicationHealth(object? value) => $"{value}" switch
    {
        "Healthy" => Paint(Green, "Healthy"),
        "Degraded" or "Missing" => Paint(Red, $"{value}"),
        "" => "",
        var other => Paint(Yellow, other),
    };

    /// <summary>Helm's status of a revision.</summary>
    public static string HelmStatus(object? value) => $"{value}" switch
    {
        "deployed" => Paint(Green, "deployed"),
        "failed" => Paint(Red, "failed"),
        "superseded" or "" => $"{value}",
        var other => Paint(Yellow, other),
    };

    public static string Status(object? value) => Enum<HealthStatus>(value) switch
    {
        HealthStatus.Passed => Paint(Green, "Passed"),
        HealthStatus.Failed => Paint(Red, "Failed"),
        _ => Paint(Yellow, "Unknown"),
    };

    public static string State(object? value) => Enum<RunState>(value) switch
    {
        RunState.Succeeded or RunState.Undone => Paint(Green, $"{Enum<RunState>(value)}"),
        RunState.Failed => Paint(Red, "Failed"),
        RunState.Interrupted => Paint(Yellow, "Interrupted"),
        var other => $"{other}",
    };

    /// <summary>One line each, indented by what the label leaves.</summary>
    public static string Lines(object? value) =>
        value is IEnumerable many and not string ? string.Join(Environment.NewLine, many.Cast<object>().Select(item => item.ToString())) : value?.ToString() ?? "";

    /// <summary>A run's journal, a line each: when, what happened to what, in the wire's words.</summary>
    public static string Timeline(object? value) =>
        value is IEnumerable<RunEntry> entries
            ? string.Join(Environment.NewLine, entries.Select(entry => string.Join("  ",
                new[] { entry.At.UtcDateTime.ToString("HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), entry.Event.PadRight(8), entry.Target, entry.Step, entry.Detail }
                    .Where(part => !string.IsNullOrEmpty(part)))))
            : Lines(value);

    /// <summary>A step and what is to be said of it, in one cell.</summary>
    public static string What(object? step, object? detail) => string.Join(": ", new[] { $"{step}", $"{detail}" }.Where(part => part.Length > 0));

    /// <summary>Names and values, a line each.</summary>
    public static string Table(object? value) =>
        value is IDictionary table ? string.Join(Environment.NewLine, table.Keys.Cast<object>().Select(key => $"{key} = {table[key]}")) : Lines(value);

    /// <summary>deployment/api and 3 more.</summary>
    public static string Some(object? value)
    {
        var items = value is IEnumerable many and not string ? many.Cast<object>().Select(item => item.ToString() ?? "").ToList() : [];
        return items.Count switch { 0 => "", 1 => items[0], _ => $"{items[0]} and {items.Count - 1} more" };
    }

    /// <summary><c>self-heal</c>, <c>automated</c>, <c>off</c> or <c>manual</c>: a sync policy where room is short.</summary>
    public static string Policy(object? value) =>
        $"{value}" is var policy && policy.StartsWith("automated", StringComparison.Ordinal) && policy.Contains("self-heal", StringComparison.Ordinal) ? "self-heal" : policy.Split(" (")[0];

    /// <summary>Who else will fight a rollback, beside the policy: <c>Image Updater, ApplicationSet 'shops'</c>.</summary>
    public static string Fights(object? value)
    {
        var sentences = value is IEnumerable many and not string ? many.Cast<object>().Select(item => $"{item}") : [];
        return string.Join(", ", sentences.Where(one => !one.StartsWith("automated sync", StringComparison.Ordinal)).Select(one =>
            one.Contains("Image Updater", StringComparison.Ordinal) ? "Image Updater"
            : one.Contains("sync windows", StringComparison.Ordinal) ? "sync windows"
            : one.StartsWith("it is busy", StringComparison.Ordinal) ? "busy"
            : one.IndexOf("' ", StringComparison.Ordinal) is var end and > 0 ? one[..(end + 1)] : one).Distinct());
    }

    private static string Two(int large, string largeUnit, int small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";

    private static string Part(string before, object? value, string after) => value?.ToString() is { Length: > 0 } text ? before + text + after : "";

    private static string ShortImage(string image)
    {
        var digest = image.IndexOf("@sha256:", StringComparison.Ordinal);
        if (digest > 0 && image.Length > digest + 20) image = image[..(digest + 20)];
        var container = image.IndexOf('=', StringComparison.Ordinal);
        var path = digest > 0 ? image.LastIndexOf('/', digest) : image.LastIndexOf('/');
        return path < 0 ? image : image[..(container + 1)] + image[(path + 1)..];
    }

    internal static T? Enum<T>(object? value)
        where T : struct, Enum =>
        value switch
        {
            T known => known,
            int or long => (T)System.Enum.ToObject(typeof(T), value),
            string text when System.Enum.TryParse<T>(text, ignoreCase: true, out var parsed) => parsed,
            _ => null,
        };

    private static DateTime? Utc(object? value) => value switch { DateTimeOffset offset => offset.UtcDateTime, DateTime plain => plain.ToUniversalTime(), _ => null };

    private static string Paint(string colour, string text) => colour + text + Reset;
}
