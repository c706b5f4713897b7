using RollbackTools.Practice.Drills.Bookstore;
using RollbackTools.Practice.Drills.Gospelib;
using RollbackTools.Practice.Drills.Tomoda;
using RollbackTools.Practice.Drills.Zkprova;

namespace RollbackTools.Practice.Drills;

/// <summary>Every drill there is.</summary>
public static class DrillCatalogue
{
    public static IReadOnlyList<IDrill> All { get; } =
    [
        new BadImageDrill(), new CrashLoopDrill(), new ErrorRateDrill(), new StuckStatefulSetDrill(), new FleetDrill(), new ToggleDrill(),
        new ArgoRollbackDrill(), new ImageUpdaterDrill(), new GitRevertDrill(), new SelfHealDrill(), new EmergencyStopDrill(),
            new FullReleaseDrill(), new BadConfigDrill(), new CanaryRegressionDrill(), new CompletedCanaryDrill(), new BadReleaseDrill(), new StuckPendingDrill(),
    ];

    public static IDrill? Find(string name) => All.FirstOrDefault(drill => string.Equals(drill.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The names most like what was typed, best first; all of them when nothing is.</summary>
    public static IReadOnlyList<string> Nearest(string typed)
    {
        var near = All.Select(drill => (drill.Name, Distance: Distance(typed.ToLowerInvariant(), drill.Name)))
            .Where(one => one.Distance <= 4).OrderBy(one => one.Distance).Select(one => one.Name).Take(3).ToList();
        return near.Count > 0 ? near : [.. All.Select(drill => drill.Name)];
    }

    // Also against the part after the estate, which is what people remember; and a beginning is nearer than any misspelling.
    private static int Distance(string typed, string name)
    {
        var own = name[(name.IndexOf('/') + 1)..];
        return typed.Length > 2 && (name.StartsWith(typed, StringComparison.Ordinal) || own.StartsWith(typed, StringComparison.Ordinal))
            ? 0
            : Math.Min(Edits(typed, name), Edits(typed, own));
    }

    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var change = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[to.Length];
    }
}
