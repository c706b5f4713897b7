using System.Runtime.CompilerServices;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Operations.Runs;

/// <summary>
/// Turns plans into results: ask, lock, write down, act, verify, write down. It knows no noun.
/// Stopping it leaves a journal that says where it was and Leases that are released.
/// </summary>
public sealed class RunEngine(IEstate estate, RunStore store, IOperationReporter reporter, TimeProvider time)
{
    /// <summary>user@host, as the journal, the Lease and the change cause name whoever acts.</summary>
    public static string Actor => $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>
    /// One result per target, as each ends. <paramref name="header"/> carries a run id when a run is taken up again.
    /// <paramref name="opening"/> is the line a taken-up run continues with (Resumed, Undoing).
    /// </summary>
    public async IAsyncEnumerable<RollbackResult> ExecuteAsync(
        RunHeader header, IReadOnlyList<TargetPlan> plans, int throttle, RunLine? opening,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var startedAt = time.GetUtcNow();
        RunResults results = new(header.Request, time);
        var cutOff = opening is null ? store.CutOff(header) : [];
        List<TargetPlan> accepted = [];
        List<RunTarget> declined = [];
        foreach (var plan in opening is null ? plans.Select(BesideUnfinished) : plans)
        {
            var draft = plan.Draft with { StartedAt = startedAt };
            if (cutOff.FirstOrDefault(run => run.Targets.Any(plan.Target.SameAs)) is { } unfinished)
            {
                draft = draft with
                {
                    Warnings = [.. draft.Warnings, $"Run {unfinished.RunId} of the same target was cut off, and is unfinished: Resume-RollbackRun {unfinished.RunId}"],
                    NextStep = plan.Settled is null ? draft.NextStep : $"Resume-RollbackRun {unfinished.RunId}",
                };
            }

            if (plan.Refusal is { } refusal)
            {
                yield return results.Refused(draft, refusal);
            }
            else if (plan.Settled is { } settled)
            {
                yield return results.Completed(draft with { RunId = header.RunId }, settled, RollbackOutcome.AlreadyThere);
            }
            else if (plan.Needs is { } needed && declined.Exists(needed.SameAs))
            {
                yield return draft with { Outcome = RollbackOutcome.Declined, Message = $"{needed} was declined, and without that this would not last" };
            }
            else
            {
                var decision = await reporter.DecideAsync(new Proposal(Target(draft), plan.Action, draft.Steps)
                {
                    Danger = plan.Danger,
                    Warnings = [.. draft.Warnings.Select(warning => TargetName.Warning(draft, warning))],
                }, cancellation);
                if (decision == Decision.Declined) declined.Add(plan.Target);
                if (decision == Decision.GoAhead) accepted.Add(plan with { Draft = draft });
                else yield return draft with { Outcome = decision == Decision.WhatIf ? RollbackOutcome.Planned : RollbackOutcome.Declined };
            }
        }

        if (accepted.Count == 0) yield break;
        var runId = header.RunId.Length > 0 ? header.RunId : store.NewId();
        await using var journal = store.Open(runId);
        await journal.AppendAsync(opening ?? new RunLine { Event = RunEvent.Started, Run = header with { RunId = runId } });
        await journal.AppendAsync(new RunLine
        {
            Event = RunEvent.Planned,
            Plan = [.. accepted.Select(plan => new PlannedTarget(plan.Target, plan.Steps) { Locks = plan.Locks, Wave = plan.Wave, Then = plan.Then })],
        });

        RunStanding standing = new(runId, accepted, reporter);
        reporter.Verbose($"Run {runId}, on record in {journal.Path}");
        standing.Started();
        RunWork work = new(estate, reporter, time, header.Request, runId, startedAt, journal, standing, throttle);
        var working = work.WorkAsync(accepted, cancellation);
        List<RollbackOutcome> outcomes = [];
        try
        {
            await foreach (var result in work.Results.ReadAllAsync(CancellationToken.None))
            {
                outcomes.Add(result.Outcome);
                yield return result;
            }

            await working;
        }
        finally
        {
            // Also when the reader walks away: the work must be over and its locks released before the journal closes.
            await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (work.Results.TryRead(out var unread)) outcomes.Add(unread.Outcome);
            if (working.IsCompletedSuccessfully && outcomes.Count == accepted.Count)
            {
                // Whoever stops it now stops nothing.
                await journal.AppendAsync(new RunLine { Event = RunEvent.Ended, State = Overall(outcomes, opening?.Event == RunEvent.Undoing) });
                standing.Over();
            }
            else if (cancellation.IsCancellationRequested) await journal.AppendAsync(new RunLine { Event = RunEvent.Stopped, Detail = "stopped by the operator" });
        }
    }

    /// <summary>A run of the same target that was cut off is said before anything is decided; if it was going elsewhere, this one is asked about.</summary>
    private TargetPlan BesideUnfinished(TargetPlan plan)
    {
        if (plan.Refusal is not null || store.Unfinished(estate.Name, plan.Target) is not { } other) return plan;
        var goal = other.Targets.First(plan.Target.SameAs).To;
        var said = $"run {other.RunId} by {other.Actor}, which was to take it to {goal}, was cut off (Resume-RollbackRun {other.RunId} finishes it)";
        var draft = plan.Draft with { Warnings = [.. plan.Draft.Warnings, said] };
        if (plan.Settled is not null) return plan with { Draft = draft with { NextStep = $"Resume-RollbackRun {other.RunId}" } };
        reporter.Warning($"{plan.Target}: {said}");
        return goal == plan.Draft.To ? plan : plan with { Danger = $"{plan.Target}: {said}." + (plan.Danger is { } danger ? $"\n{danger}" : "") };
    }

    private static RunState Overall(List<RollbackOutcome> outcomes, bool undoing) =>
        outcomes.Contains(RollbackOutcome.Failed) ? RunState.Failed
        : undoing ? RunState.Undone
        : RunState.Succeeded;

    private static string Target(RollbackResult draft) =>
        $"{TargetName.Of(draft.Kind, draft.Name)} in {draft.Namespace} ({draft.Estate})";
}
