using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.Projects;

/// <summary>
/// The windows that concern one application. An active deny forbids, unless all active denies let people through; without a deny an
/// active allow permits; allows that are all closed forbid. Throws <see cref="FormatException"/> for a window that cannot be read.
/// </summary>
internal sealed class SyncWindows(IReadOnlyList<SyncWindow> assigned)
{
    public IReadOnlyList<SyncWindow> Assigned => assigned;

    public static SyncWindows Of(JsonObject? project, JsonObject application) => new(
        [.. project.Items("spec", "syncWindows").Select(window => new SyncWindow(window)).Where(window => window.Concerns(application))]);

    public IReadOnlyList<SyncWindow> Active(DateTimeOffset now) => [.. assigned.Where(window => window.IsActive(now))];

    /// <summary>Whether a sync may go on that a person (<paramref name="manual"/>) or the controller began at this time.</summary>
    public bool CanSync(bool manual, DateTimeOffset now, DateTimeOffset? started)
    {
        if (assigned.Count == 0) return true;
        var active = Active(now);
        var denies = active.Where(window => window.Denies).ToList();
        if (denies.Count > 0) return (manual && denies.TrueForAll(window => window.ManualSync)) || Overruns(denies);
        if (active.Count > 0) return true;
        var closed = assigned.Where(window => !window.Denies).ToList();
        return closed.Count == 0 || (manual && closed.TrueForAll(window => window.ManualSync)) || Overruns(closed);

        bool Overruns(List<SyncWindow> windows) =>
            started is { } then && windows.TrueForAll(window => window.Overruns) && CanSync(manual, then, started: null);
    }
}
