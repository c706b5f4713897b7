using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>What must be true of an application once its sync has ended.</summary>
internal sealed record ApplicationExpectation
{
    /// <summary>What must be deployed; null when any version will do.</summary>
    public ApplicationVersion? Version { get; init; }

    /// <summary>When its operation ended: what Argo CD says of its health before that is about something else.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>It must not sync by itself any more.</summary>
    public bool Paused { get; init; }

    public required TimeSpan Timeout { get; init; }
}

/// <summary>
/// Waits until an application is healthy, or provably will not be, and says why with the events and last log lines of its pods.
/// </summary>
internal sealed class ApplicationVerifier(IEstate estate, IOperationReporter reporter, TimeProvider time)
{
    // Argo CD's deployment health shows a stale progress deadline for a moment after a good rollback.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    // A pod may crash once on its way up; one still in trouble at the second look is lost.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ReconcilePatience = TimeSpan.FromSeconds(20);

    // After a comparison of which nobody can tell whether it came before the end or after it.
    private static readonly TimeSpan DoubtPatience = TimeSpan.FromSeconds(2);

    private readonly ApplicationWorkloads workloads = new(estate);

    public async Task<Verdict> VerifyAsync(ApplicationName name, ApplicationExpectation expected, ApplyStep applyAsync, CancellationToken cancellation)
    {
        StuckPodRelief relief = new(estate);
        await using ApplicationFeed feed = new(estate.ArgoCd, name, time);
        var id = string.GetHashCode($"health {name} {name.Namespace}", StringComparison.Ordinal) & int.MaxValue;
        var startedAt = time.GetTimestamp();
        long? sickSince = null;
        long lastLook = startedAt;
        long? askedAt = null;
        DateTimeOffset? comparedAt = null;
        HashSet<string> troubled = [];
        try
        {
            while (true)
            {
                var now = await feed.NextAsync(cancellation);
                if (Overtaken(now, expected) is { } lost) return lost;
                var waited = time.GetElapsedTime(startedAt);
                if (!IsFresh(now, expected, comparedAt) && time.GetElapsedTime(askedAt ?? startedAt) >= Patience(now, expected, askedAt is not null))
                {
                    askedAt = time.GetTimestamp();
                    if (await RefreshAsync(name, cancellation) is { } compared && compared.ReconciledAt >= Floor(expected.After!.Value))
                    {
                        // What was asked for after the end was compared after the end, whatever its second.
                        (now, comparedAt) = (compared, compared.ReconciledAt);
                        if (Overtaken(now, expected) is { } since) return since;
                    }
                }

                var fresh = IsFresh(now, expected, comparedAt);
                if (fresh && now.Health == "Healthy") return Verdict.Good($"{expected.Version?.Describe() ?? "synced"}, Healthy");

                var sick = fresh && now.Health is "Degraded" or "Missing" or "Suspended";
                sickSince = sick ? sickSince ?? time.GetTimestamp() : null;
                if (sickSince is { } began && time.GetElapsedTime(began) >= Settling) return await SickAsync(now, cancellation);
                if (time.GetElapsedTime(lastLook) >= BetweenLooks)
                {
                    lastLook = time.GetTimestamp();
                    var read = now.Health == "Healthy" ? [] : await workloads.ReadAsync(now, cancellation);
                    await relief.ReplaceAsync(read, applyAsync, cancellation);
                    var seen = Troubled(read);
                    if (seen.Overlaps(troubled)) return await SickAsync(now, cancellation);
                    troubled = seen;
                }

                if (waited >= expected.Timeout) return await LateAsync(now, fresh, expected.Timeout, cancellation);
                reporter.Progress(new ProgressReport(id, $"Waiting for {name}", fresh ? $"health {now.Health}" : "waiting for Argo CD to look at it", null));
            }
        }
        catch (RollbackException lost) when (lost.ErrorId == "DeletedMeanwhile")
        {
            return Verdict.Lost(lost.ErrorId, lost.Message);
        }
        finally
        {
            reporter.Progress(new ProgressReport(id, $"Waiting for {name}", "done", 100) { Completed = true });
        }
    }

    private static Verdict? Overtaken(ArgoApplication now, ApplicationExpectation expected)
    {
        var next = $"Get-ArgoApplication {now.Metadata.Name} -Namespace {now.Metadata.Namespace} | Format-List";
        if (expected.Paused && SyncPolicy.IsOn(now.Automated))
        {
            return Verdict.Lost("PolicyReverted", $"Something switched automated sync of {now} on again ({SyncPolicy.Describe(now.Automated)}): it will go back to what Git holds.")
                with { NextStep = next };
        }

        if (expected.Version is null || Deployed.Of(now) is not { } deployed || deployed.Version.SameAs(expected.Version)) return null;
        return Verdict.Lost("ChangedMeanwhile", $"{now} was synced to {deployed.Version.Describe()} by {deployed.By ?? "somebody else"} meanwhile.") with { NextStep = next };
    }

    /// <summary>The application as Argo CD has just compared it; null when it would not.</summary>
    private async Task<ArgoApplication?> RefreshAsync(ApplicationName name, CancellationToken cancellation)
    {
        try
        {
            return await estate.ArgoCd.GetAsync(name, ArgoRefresh.Normal, cancellation);
        }
        catch (EstateException refusal)
        {
            reporter.Verbose($"{name} could not be refreshed: {refusal.Message}");
            return null;
        }
    }

    private static HashSet<string> Troubled(IReadOnlyList<WorkloadSnapshot> read) => [.. read.Where(workload => workload.Current is not null)
        .SelectMany(workload => workload.PodsOf(workload.Current!)).Where(pod => PodTrouble.Find(pod) is not null).Select(pod => pod.Metadata.Uid)];

    private async Task<Verdict> SickAsync(ArgoApplication now, CancellationToken cancellation)
    {
        var sick = Sick(now);
        var message = $"{now} is {now.Health} after the sync{(sick.Count > 0 ? $": {sick[0]}" : "")}.";
        var lost = now.Health == "Suspended" ? Verdict.Lost("ApplicationSuspended", message) : Verdict.Lost("ApplicationDegraded", message);
        return lost with { Evidence = [.. sick, .. await workloads.EvidenceAsync(now, cancellation)] };
    }

    private async Task<Verdict> LateAsync(ArgoApplication now, bool fresh, TimeSpan timeout, CancellationToken cancellation)
    {
        return Verdict.Lost("Timeout", fresh
            ? $"{now} is not healthy {Words.Duration(timeout)} after the sync: it is {now.Health}."
            : $"Argo CD has not looked at {now} in the {Words.Duration(timeout)} since the sync, so whether it is healthy is not known (it was {now.Health} before).") with
        {
            Evidence = [.. Sick(now), .. await workloads.EvidenceAsync(now, cancellation)],
            NextStep = await new StuckPodRelief(estate).AdviseAsync(now, cancellation),
        };
    }

    private static List<string> Sick(ArgoApplication now) => [.. now.Resources.Where(item => item.Health is not (null or "Healthy"))
        .Take(8).Select(item => $"{item} is {item.Health}" + (item.HealthMessage is { } why ? $": {why}" : ""))];

    // Times are whole seconds, so of what was compared in the second of the end nobody knows whether that was before it.
    private static bool IsFresh(ArgoApplication now, ApplicationExpectation expected, DateTimeOffset? comparedAt) =>
        expected.After is not { } end || now.ReconciledAt >= Floor(end).AddSeconds(1) || (comparedAt is { } known && now.ReconciledAt >= known);

    // A comparison nobody can place is asked for again at once; one that has not come yet is waited for first.
    private static TimeSpan Patience(ArgoApplication now, ApplicationExpectation expected, bool asked) =>
        now.ReconciledAt < Floor(expected.After!.Value) || now.ReconciledAt is null ? ReconcilePatience : asked ? DoubtPatience : TimeSpan.Zero;

    private static DateTimeOffset Floor(DateTimeOffset moment) => moment.AddTicks(-(moment.Ticks % TimeSpan.TicksPerSecond));
}
