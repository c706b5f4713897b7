using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>
/// What is true of an application's automated sync once a rollback is proven, and the command that gives it back where the rollback does not.
/// </summary>
internal sealed record SyncAfterwards(string Words, string? Next)
{
    /// <param name="application">As it was before the rollback.</param>
    /// <param name="paused">The rollback switched its automated sync off.</param>
    /// <param name="restored">The rollback gives it back.</param>
    /// <param name="stopped">Workloads that it would start.</param>
    public static SyncAfterwards Of(ArgoApplication application, bool paused, bool restored, IReadOnlyList<LeftAlone> stopped)
    {
        if (restored) return new($"the sync policy of {application} is what it was", null);
        if (!paused && SyncPolicy.IsOn(application.Automated)) return new($"automated sync of {application} is on", null);
        var note = PausedPolicy.Of(application);
        if (!paused && note is null) return new($"{application} does not sync by itself, as before", null);
        if (stopped.Count > 0)
        {
            var objects = string.Join(", ", stopped.Select(one => one.Object));
            var start = stopped.FirstOrDefault(one => one.Start is not null)?.Start;
            return new($"automated sync of {application} {(paused ? "stays off" : "is still off")}, because it would start {objects} again",
                start ?? $"When {stopped[0].Object} may run again: {Exact(application)}");
        }

        if (!paused)
        {
            var why = note!.Reason is null ? "" : $": {note.Reason}";
            return new($"automated sync of {application} is still off, since {note.By} paused it at {note.At:u}{why}", Exact(application));
        }

        return new($"automated sync of {application} stays off, because Image Updater would promote the bad version again",
            $"Keep Image Updater from it (the warning says why it could not be); then: {Exact(application)}");
    }

    public static string Exact(ArgoApplication application) =>
        $"Set-ArgoSyncPolicy {application.Metadata.Name} -Namespace {application.Metadata.Namespace} -Policy Exact";

    /// <summary>The verdict with it said.</summary>
    public Verdict Say(Verdict verdict) => verdict with
    {
        Message = $"{verdict.Message}; Git says the same, and {Words}",
        NextStep = Next ?? verdict.NextStep,
    };
}
