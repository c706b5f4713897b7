using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.Projects;

/// <summary>One sync window of a project.</summary>
internal sealed class SyncWindow(JsonObject json)
{
    public JsonObject Json => json;

    public bool Denies => json.Text("kind") == "deny";

    public bool ManualSync => json.Flag("manualSync");

    public bool Overruns => json.Flag("syncOverrun");

    /// <summary>Throws <see cref="FormatException"/> when its schedule or duration cannot be read.</summary>
    public bool IsActive(DateTimeOffset now)
    {
        var (schedule, duration) = (Schedule(), Duration());

        // The zone's present offset moves the window, not each of its days, as Argo CD has it.
        var local = now.UtcDateTime + Zone().GetUtcOffset(now);
        return schedule.Next(local - duration) is { } start && start < local;
    }

    /// <summary>Applications, clusters and namespaces: any list that names it is enough, unless all must (<c>andOperator</c>).</summary>
    public bool Concerns(JsonObject application)
    {
        var destination = application.Object("spec", "destination");
        (string List, string?[] Names)[] criteria =
        [
            ("applications", [application.Text("metadata", "name")]),
            ("clusters", [destination.Text("name"), destination.Text("server")]),
            ("namespaces", [destination.Text("namespace")]),
        ];
        var given = criteria.Where(one => json.At(one.List) is JsonArray { Count: > 0 }).ToList();
        if (given.Count == 0) return false;
        return json.Flag("andOperator") ? given.TrueForAll(Names) : given.Exists(Names);

        bool Names((string List, string?[] Names) one) => (json[one.List] as JsonArray)!.Any(pattern =>
            one.Names.Any(name => name is { Length: > 0 } && Glob(pattern.Text() ?? "", name)));
    }

    private static bool Glob(string pattern, string name) =>
        Regex.IsMatch(name, "^" + Regex.Escape(pattern).Replace(@"\*", ".*").Replace(@"\?", ".") + "$", RegexOptions.CultureInvariant);

    private CronSchedule Schedule()
    {
        var text = json.Text("schedule") ?? "";
        try
        {
            return CronSchedule.Parse(text);
        }
        catch (FormatException bad)
        {
            throw new FormatException($"cannot parse schedule '{text}': {bad.Message}", bad);
        }
    }

    private TimeSpan Duration()
    {
        var text = json.Text("duration") ?? "";
        try
        {
            return GoDuration.Parse(text);
        }
        catch (FormatException bad)
        {
            throw new FormatException($"cannot parse duration '{text}': {bad.Message}", bad);
        }
    }

    private TimeZoneInfo Zone() =>
        json.Text("timeZone") is { Length: > 0 } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;
}
