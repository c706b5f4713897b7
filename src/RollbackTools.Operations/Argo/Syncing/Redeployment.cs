using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>
/// Once Git and automated sync are again what they were before a run, Argo CD deploys that by itself: waited for, since until then the undo has
/// changed nothing that anybody sees. Its health is not, for it is what was rolled away from.
/// </summary>
internal static class Redeployment
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);

    /// <summary>Null where the steps give no automated sync back after a change of Git.</summary>
    public static Func<TargetRun, CancellationToken, Task<Verdict>>? After(IEstate estate, TimeProvider time, IReadOnlyList<Step> undo)
    {
        var names = undo.OfType<SetSyncPolicy>().Where(step => SyncPolicy.IsOn(step.To)).Select(step => new ApplicationName(step.Namespace, step.Application)).Distinct().ToList();
        return names.Count == 0 || !undo.OfType<PushCommit>().Any() ? null : async (_, cancellation) =>
        {
            var since = time.GetTimestamp();
            foreach (var name in names)
                if (!await AgreesAsync(estate, time, name, since, cancellation))
                    return Verdict.Good("taken back as it was", [$"Argo CD has not deployed what Git holds again for {name} within {Words.Duration(Patience)}; automated sync is on, so it will: Get-ArgoApplication {name.Name} -Namespace {name.Namespace}"]);
            return Verdict.Good($"taken back as it was, and {string.Join(", ", names)} {(names.Count == 1 ? "is" : "are")} deployed from Git again; health was not waited for");
        };
    }

    private static async Task<bool> AgreesAsync(IEstate estate, TimeProvider time, ApplicationName name, long since, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                if ((await estate.ArgoCd.GetAsync(name, ArgoRefresh.Normal, cancellation)).SyncStatus == "Synced") return true;
            }
            catch (EstateException)
            {
                // All is taken back; this is only about when it shows.
            }

            if (time.GetElapsedTime(since) >= Patience) return false;
            await Task.Delay(Moment, time, cancellation);
        }
    }
}
