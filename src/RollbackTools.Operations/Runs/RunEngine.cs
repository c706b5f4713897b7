using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Operations.Runs;

/// <summary>
/// Turns plans into results: ask, lock, write down, act, verify, write down. It knows nothing of images.
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
        var cutOff = opening is null ? store.CutOff(header) : [];
        List<TargetPlan> accepted = [];
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
                yield return Refused(draft, refusal);
            }
            else if (plan.Settled is { } settled)
            {
                yield return Completed(draft with { RunId = header.RunId }, settled, RollbackOutcome.AlreadyThere);
            }
            else
            {
                var decision = await reporter.DecideAsync(new Proposal(Target(draft), plan.Action, draft.Steps)
                {
                    Danger = plan.Danger,
                    Warnings = [.. draft.Warnings.Select(warning => TargetName.Warning(draft, warning))],
                }, cancellation);
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
        var results = Channel.CreateUnbounded<RollbackResult>();
        var working = WorkAsync(journal, runId, startedAt, standing, accepted, throttle, results.Writer, cancellation);
        List<RollbackOutcome> outcomes = [];
        try
        {
            await foreach (var result in results.Reader.ReadAllAsync(CancellationToken.None))
            {
                outcomes.Add(result.Outcome);
                yield return result;
            }

            await working;
            await journal.AppendAsync(new RunLine { Event = RunEvent.Ended, State = Overall(outcomes, opening?.Event == RunEvent.Undoing) });
            standing.Over();
        }
        finally
        {
            // Also when the reader walks away: the work must be over and its locks released before the journal closes.
            await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellation.IsCancellationRequested) await journal.AppendAsync(new RunLine { Event = RunEvent.Stopped, Detail = "stopped by the operator" });
        }
    }

    /// <summary>A run of the same target that was cut off is said before anything is decided; if it was going elsewhere, this one is asked about.</summary>
    private TargetPlan BesideUnfinished(TargetPlan plan)
    {
        if (plan.Refusal is not null || store.Unfinished(estate.Name, plan.Target) is not { } other) return plan;
        var goal = other.Targets.First(plan.Target.SameAs).To;
        var said = $"run {other.RunId} by {other.Actor}, which was to take it to {goal}, was cut off; Resume-RollbackRun {other.RunId} finishes it";
        var draft = plan.Draft with { Warnings = [.. plan.Draft.Warnings, said] };
        if (plan.Settled is not null) return plan with { Draft = draft with { NextStep = $"Resume-RollbackRun {other.RunId}" } };
        reporter.Warning($"{plan.Target}: {said}");
        return goal == plan.Draft.To ? plan : plan with { Danger = $"{plan.Target}: {said}." + (plan.Danger is { } danger ? $"\n{danger}" : "") };
    }

    private static RunState Overall(List<RollbackOutcome> outcomes, bool undoing) =>
        outcomes.Contains(RollbackOutcome.Failed) ? RunState.Failed
        : undoing ? RunState.Undone
        : RunState.Succeeded;

    private async Task WorkAsync(
        RunJournal journal, string runId, DateTimeOffset began, RunStanding standing, List<TargetPlan> plans, int throttle, ChannelWriter<RollbackResult> results,
        CancellationToken cancellation)
    {
        try
        {
            string? broken = null;
            foreach (var wave in plans.GroupBy(plan => plan.Wave).OrderBy(wave => wave.Key))
            {
                if (broken is not null)
                {
                    foreach (var plan in wave) await FinishAsync(journal, standing, plan, Refused(plan.Draft with { RunId = runId }, NotAttempted(plan, broken, runId)), results);
                    continue;
                }

                var ended = await Task.WhenAll(wave.GroupBy(plan => string.Join('\n', plan.Locks.Select(one => one.Namespace).Distinct().Order(StringComparer.Ordinal)))
                    .Select(group => WorkUnderLocksAsync(journal, runId, began, standing, [.. group], throttle, results, cancellation)));
                broken = ended.SelectMany(group => group).FirstOrDefault(result => result.Outcome == RollbackOutcome.Failed) is { } failed
                    ? TargetName.Of(failed.Kind, failed.Name) : null;
            }

            results.Complete();
        }
        catch (Exception failure)
        {
            results.Complete(failure);
            throw;
        }
    }

    private static RollbackException NotAttempted(TargetPlan plan, string broken, string runId) =>
        new("NotAttempted", $"{plan.Target} was not begun, because {broken}, which comes before it, failed.")
        {
            Target = plan.Target.ToString(),
            NextStep = $"Resume-RollbackRun {runId}",
        };

    private async Task<IReadOnlyList<RollbackResult>> WorkUnderLocksAsync(
        RunJournal journal, string runId, DateTimeOffset began, RunStanding standing, List<TargetPlan> plans, int throttle, ChannelWriter<RollbackResult> results,
        CancellationToken cancellation)
    {
        RunLocks held;
        try
        {
            held = await RunLocks.AcquireAsync(estate, time, plans.SelectMany(plan => plan.Locks), $"{Actor}/{runId}", began, cancellation);
        }
        catch (LocksRefusedException refused)
        {
            // One workload that somebody else has does not keep the rest of a fleet waiting.
            var free = refused.Contested.Count == 0 ? [] : plans.Where(plan => !plan.Locks.Intersect(refused.Contested).Any()).ToList();
            List<RollbackResult> ended = [];
            foreach (var plan in plans.Except(free))
                ended.Add(await FinishAsync(journal, standing, plan, Refused(plan.Draft with { RunId = runId }, refused.Refusal), results));
            return free.Count == 0 ? ended : [.. ended, .. await WorkUnderLocksAsync(journal, runId, began, standing, free, throttle, results, cancellation)];
        }

        await using (held)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(held.Lost, cancellation);
            ParallelOptions options = new() { MaxDegreeOfParallelism = Math.Max(1, throttle), CancellationToken = cancellation };
            ConcurrentBag<RollbackResult> ended = [];
            await Parallel.ForEachAsync(plans, options, async (plan, _) =>
            {
                var draft = plan.Draft with { RunId = runId };
                RollbackResult result;
                try
                {
                    result = await WorkOnAsync(journal, standing, plan, draft, either.Token);
                }
                catch (OperationCanceledException) when (held.Lost.IsCancellationRequested && !cancellation.IsCancellationRequested)
                {
                    RollbackException lost = new("LockLost", $"The lock on {plan.Target} in {plan.Draft.Namespace} could not be kept, so work on it stopped where it was.")
                    {
                        Target = plan.Target.ToString(),
                        NextStep = $"Resume-RollbackRun {runId}",
                    };
                    result = Refused(draft, lost);
                }

                ended.Add(await FinishAsync(journal, standing, plan, result, results));
            });
            return [.. ended];
        }
    }

    private async Task<RollbackResult> WorkOnAsync(
        RunJournal journal, RunStanding standing, TargetPlan plan, RollbackResult draft, CancellationToken cancellation)
    {
        if (plan.Ended is { Outcome: { } outcome } ended) return Completed(draft with { Warnings = ended.Warnings, NextStep = ended.NextStep }, Verdict.Good(ended.Message ?? ""), outcome);
        TargetRun run = new(estate, reporter, time, journal, plan, standing);
        try
        {
            foreach (var step in plan.Steps)
            {
                if ((await run.ApplyAsync(step, cancellation)).WaitsForSomebody && plan.Waiting is { } waiting)
                    return Completed(draft with { Warnings = [.. draft.Warnings, .. run.Warnings] }, waiting(step), plan.Success);
            }

            draft = draft with { Warnings = [.. draft.Warnings, .. run.Warnings] };
            var untouched = !run.Changed && !plan.Begun && plan.Success is (RollbackOutcome.RolledBack or RollbackOutcome.Changed);
            var success = untouched ? RollbackOutcome.AlreadyThere : plan.Success;
            if (!run.Changed && !plan.Begun && plan.Success == RollbackOutcome.Undone)
                return Completed(draft with { From = draft.To }, Verdict.Good("nothing to take back: it is as it was before this run"), RollbackOutcome.AlreadyThere);
            if (plan.Verify is null)
            {
                var unproven = success == RollbackOutcome.RolledBack ? RollbackOutcome.Unverified : success;
                var message = success == RollbackOutcome.Undone ? "taken back as it was" : "changed as asked";
                return Completed(draft, Verdict.Good($"{message}; its health was not waited for"), unproven);
            }

            var verdict = await plan.Verify(run, cancellation);
            if (!verdict.Healthy && !run.Changed && !plan.Begun)
                verdict = verdict with { NextStep = verdict.NextStep ?? $"Get-ImageHistory {plan.Target} -Namespace {draft.Namespace}" };
            if (!verdict.Healthy || plan.Then.Count == 0) return Completed(draft, verdict, success);
            verdict = await FollowUpAsync(run, plan, verdict, cancellation);
            return Completed(draft, verdict, untouched && run.Changed ? plan.Success : success);
        }
        catch (Exception refusal) when (refusal is RollbackException or EstateException)
        {
            var refused = Refused(draft, refusal);
            return refused.NextStep is null && run.Changed ? refused with { NextStep = AfterFailure.Of(draft, plan.Success) } : refused;
        }
    }

    private static async Task<Verdict> FollowUpAsync(TargetRun run, TargetPlan plan, Verdict verdict, CancellationToken cancellation)
    {
        LeftUndone? left = null;
        foreach (var step in plan.Then)
        {
            try
            {
                if ((await run.ApplyAsync(step, cancellation)).WaitsForSomebody) left = new LeftUndone(step, null);
            }
            catch (Exception refusal) when (step.MayBeLeft && refusal is RollbackException or EstateException)
            {
                left = new LeftUndone(step, refusal);
            }

            if (left is not null) break;
        }

        return plan.Conclude?.Invoke(verdict, left) ?? verdict;
    }

    private async Task<RollbackResult> FinishAsync(
        RunJournal journal, RunStanding standing, TargetPlan plan, RollbackResult result, ChannelWriter<RollbackResult> results)
    {
        await journal.AppendAsync(new RunLine
        {
            Event = RunEvent.Outcome,
            Target = plan.Target with { Outcome = result.Outcome, Message = result.Message, Warnings = result.Warnings, NextStep = result.NextStep },
        });
        standing.Ended(plan, result.Outcome);
        results.TryWrite(result);
        return result;
    }

    private RollbackResult Completed(RollbackResult draft, Verdict verdict, RollbackOutcome success)
    {
        var result = Filled(draft, verdict, success);
        return verdict.Complete?.Invoke(result) ?? result;
    }

    private RollbackResult Filled(RollbackResult draft, Verdict verdict, RollbackOutcome success) => draft with
    {
        Outcome = !verdict.Healthy ? RollbackOutcome.Failed
            : verdict.Unproven && success == RollbackOutcome.RolledBack ? RollbackOutcome.Unverified
            : success,
        Duration = time.GetUtcNow() - draft.StartedAt,
        Message = verdict.Message,
        Evidence = verdict.Evidence,
        Warnings = [.. draft.Warnings, .. verdict.Warnings],
        NextStep = verdict.NextStep ?? (verdict.Healthy ? draft.NextStep : AfterFailure.Of(draft, success)),
        ErrorId = verdict.ErrorId,
    };

    private RollbackResult Refused(RollbackResult draft, Exception refusal) => draft with
    {
        Outcome = RollbackOutcome.Failed,
        Duration = time.GetUtcNow() - draft.StartedAt,
        Message = refusal.Message,
        Evidence = (refusal as RollbackException)?.Evidence ?? [],
        ErrorId = refusal is RollbackException named ? named.ErrorId : ((EstateException)refusal).Kind.ToString(),
        NextStep = refusal switch
        {
            RollbackException { NextStep: { } next } => next,
            EstateException { Recommendation: { } next } => next,
            _ => null,
        },
    };

    private static string Target(RollbackResult draft) =>
        $"{TargetName.Of(draft.Kind, draft.Name)} in {draft.Namespace} ({draft.Estate})";
}
