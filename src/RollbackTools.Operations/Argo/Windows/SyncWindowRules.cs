using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Reports;

namespace RollbackTools.Operations.Argo.Windows;

/// <summary>Whether a person may sync now, and why (not).</summary>
public sealed record SyncPermission(bool Allowed, string Reason)
{
    /// <summary>Windows that could not be read, each with why: Argo CD decides about those.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];

    /// <summary>Why nothing could be looked at, so that Argo CD alone decides; null when it was.</summary>
    public string? Unchecked { get; init; }

    /// <summary>What a plan says was looked at, or was not.</summary>
    public string Words => Unchecked is null ? $"checked: {Reason}" : $"not checked: whether a sync window forbids it ({Unchecked})";

    public IReadOnlyList<string> Warnings =>
    [
        .. Unchecked is null ? [] : new[] { $"Whether a sync window forbids it was not checked: {Unchecked}." },
        .. Unread.Select(window => $"Sync window not understood: {window}"),
    ];
}

/// <summary>
/// Argo CD's own rules. A deny window that is open forbids, unless every open one lets manual syncs through. Otherwise an open allow
/// window allows; with allow windows of which none is open, only their <c>manualSync</c> does; with none at all nothing is forbidden.
/// </summary>
public static class SyncWindowRules
{
    public static SyncPermission Judge(IReadOnlyList<SyncWindow> windows, ArgoApplication application, DateTimeOffset now)
    {
        List<SyncWindow> open = [], closed = [];
        List<string> unread = [];
        foreach (var window in windows.Where(window => Concerns(window, application)))
        {
            try
            {
                (IsOpen(window, now) ? open : closed).Add(window);
            }
            catch (Exception wrong) when (wrong is FormatException or TimeZoneNotFoundException or InvalidTimeZoneException)
            {
                unread.Add($"{window}: {wrong.Message}");
            }
        }

        return Decide(open, closed) with { Unread = unread };
    }

    /// <summary>Throws <see cref="FormatException"/> or <see cref="TimeZoneNotFoundException"/> for a window that says no time.</summary>
    public static bool IsOpen(SyncWindow window, DateTimeOffset now)
    {
        var zone = window.TimeZone.Length == 0 ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(window.TimeZone);
        // On the wall clock with today's offset, as Argo CD does it, so that a change of the clock moves both alike.
        var clock = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        return CronSchedule.Parse(window.Schedule).Next(clock - GoDuration.Parse(window.Duration)) is { } opened && opened < clock;
    }

    public static bool Concerns(SyncWindow window, ArgoApplication application)
    {
        var destination = application.Destination;
        bool Applications() => window.Applications.Any(pattern => Wildcard.Matches(pattern, application.Metadata.Name));
        bool Clusters() => window.Clusters.Any(pattern => Wildcard.Matches(pattern, destination.Server) || Wildcard.Matches(pattern, destination.Name));
        bool Namespaces() => window.Namespaces.Any(pattern => Wildcard.Matches(pattern, destination.Namespace));
        return window.UseAndOperator
            ? (window.Applications.Count == 0 || Applications()) && (window.Clusters.Count == 0 || Clusters()) && (window.Namespaces.Count == 0 || Namespaces())
            : Applications() || Clusters() || Namespaces();
    }

    private static SyncPermission Decide(List<SyncWindow> open, List<SyncWindow> closed)
    {
        var denying = open.Where(window => window.Kind == "deny").ToList();
        if (denying.Count > 0)
        {
            return denying.All(window => window.ManualSync)
                ? new SyncPermission(true, $"a deny window is open ({denying[0]}), and lets manual syncs through")
                : new SyncPermission(false, $"a deny window is open and does not let manual syncs through ({denying.First(window => !window.ManualSync)})");
        }

        if (open.FirstOrDefault(window => window.Kind == "allow") is { } allowing) return new SyncPermission(true, $"an allow window is open ({allowing})");
        var waiting = closed.Where(window => window.Kind == "allow").ToList();
        if (waiting.Count == 0) return new SyncPermission(true, "no sync window forbids it");
        return waiting.All(window => window.ManualSync)
            ? new SyncPermission(true, $"no allow window is open, and they let manual syncs through ({waiting[0]})")
            : new SyncPermission(false, $"no allow window is open now ({string.Join("; ", waiting)})");
    }
}
