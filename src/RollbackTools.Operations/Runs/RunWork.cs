using System.Collections.Concurrent;
using System.Threading.Channels;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Operations.Runs;

/// <summary>
/// One run at work: its targets are locked, changed, proven and written down. A wave begins when the one before it ended well, and
/// at most <paramref name="throttle"/> targets are worked on at once.
/// </summary>
internal sealed class RunWork(
    IEstate estate, IOperationReporter reporter, TimeProvider time, OperationRequest request, string runId, DateTimeOffset began, RunJournal journal,
    RunStanding standing, int throttle)
{
    private readonly Channel<RollbackResult> ended = Channel.CreateUnbounded<RollbackResult>();
    private readonly RunResults results = new(request, time);

    /// <summary>One result per target, as each ends.</summary>
    public ChannelReader<RollbackResult> Results => ended.Reader;

    /// <summary>Works on all targets, wave by wave, and completes <see cref="Results"/>; throws what concerns the whole run.</summary>
    public async Task WorkAsync(IReadOnlyList<TargetPlan> plans, CancellationToken cancellation)
    {
        try
        {
            string? broken = null;
            foreach (var wave in plans.GroupBy(plan => plan.Wave).OrderBy(wave => wave.Key))
            {
                if (broken is not null)
                {
                    foreach (var plan in wave) await FinishAsync(plan, results.Refused(plan.Draft with { RunId = runId }, NotAttempted(plan, broken)));
                    continue;
                }

                var groups = await Task.WhenAll(wave.GroupBy(plan => string.Join('\n', plan.Locks.Select(one => one.Namespace).Distinct().Order(StringComparer.Ordinal)))
                    .Select(group => WorkUnderLocksAsync([.. group], cancellation)));
                broken = groups.SelectMany(group => group).FirstOrDefault(result => result.Outcome == RollbackOutcome.Failed) is { } failed
                    ? TargetName.Of(failed.Kind, failed.Name) : null;
            }

            ended.Writer.Complete();
        }
        catch (Exception failure)
        {
            ended.Writer.Complete(failure);
            throw;
        }
    }

    private RollbackException NotAttempted(TargetPlan plan, string broken) =>
        new("NotAttempted", $"{plan.Target} was not begun, because {broken}, which comes before it, failed.")
        {
            Target = plan.Target.ToString(),
            NextStep = $"Resume-RollbackRun {runId}",
        };

    private async Task<IReadOnlyList<RollbackResult>> WorkUnderLocksAsync(List<TargetPlan> plans, CancellationToken cancellation)
    {
        RunLocks held;
        try
        {
            held = await RunLocks.AcquireAsync(estate, time, plans.SelectMany(plan => plan.Locks), $"{RunEngine.Actor}/{runId}", began, cancellation);
        }
        catch (LocksRefusedException refused)
        {
            // One workload that somebody else has does not keep the rest of a fleet waiting.
            var free = refused.Contested.Count == 0 ? [] : plans.Where(plan => !plan.Locks.Intersect(refused.Contested).Any()).ToList();
            List<RollbackResult> elsewhere = [];
            foreach (var plan in plans.Except(free))
                elsewhere.Add(await FinishAsync(plan, results.Refused(plan.Draft with { RunId = runId }, refused.Refusal)));
            return free.Count == 0 ? elsewhere : [.. elsewhere, .. await WorkUnderLocksAsync(free, cancellation)];
        }

        await using (held)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(held.Lost, cancellation);
            ParallelOptions options = new() { MaxDegreeOfParallelism = Math.Max(1, throttle), CancellationToken = cancellation };
            ConcurrentBag<RollbackResult> here = [];
            await Parallel.ForEachAsync(plans, options, async (plan, _) =>
            {
                var draft = plan.Draft with { RunId = runId };
                RollbackResult result;
                try
                {
                    result = await WorkOnAsync(plan, draft, either.Token);
                }
                catch (OperationCanceledException) when (held.Lost.IsCancellationRequested && !cancellation.IsCancellationRequested)
                {
                    RollbackException lost = new("LockLost", $"The lock on {plan.Target} in {plan.Draft.Namespace} could not be kept, so work on it stopped where it was.")
                    {
                        Target = plan.Target.ToString(),
                        NextStep = $"Resume-RollbackRun {runId}",
                    };
                    result = results.Refused(draft, lost);
                }

                here.Add(await FinishAsync(plan, result));
            });
            return [.. here];
        }
    }

    private async Task<RollbackResult> WorkOnAsync(TargetPlan plan, RollbackResult draft, CancellationToken cancellation)
    {
        if (plan.Ended is { Outcome: { } outcome } before)
            return results.Completed(draft with { Warnings = before.Warnings, NextStep = before.NextStep }, Verdict.Good(before.Message ?? ""), outcome);
        TargetRun run = new(estate, reporter, time, journal, plan, standing);
        try
        {
            foreach (var step in plan.Steps)
            {
                if ((await run.ApplyAsync(step, cancellation)).WaitsForSomebody && plan.Waiting is { } waiting)
                    return results.Completed(draft with { Warnings = [.. draft.Warnings, .. run.Warnings] }, waiting(step), plan.Success);
            }

            draft = draft with { Warnings = [.. draft.Warnings, .. run.Warnings] };
            var untouched = !run.Changed && !plan.Begun && plan.Success is (RollbackOutcome.RolledBack or RollbackOutcome.Changed);
            var success = untouched ? RollbackOutcome.AlreadyThere : plan.Success;
            if (!run.Changed && !plan.Begun && plan.Success == RollbackOutcome.Undone)
                return results.Completed(draft with { From = draft.To }, Verdict.Good("nothing to take back: it is as it was before this run"), RollbackOutcome.AlreadyThere);
            if (plan.Verify is null)
            {
                var unproven = success == RollbackOutcome.RolledBack ? RollbackOutcome.Unverified : success;
                var message = success == RollbackOutcome.Undone ? "taken back as it was" : "changed as asked";
                return results.Completed(draft, Verdict.Good($"{message}; its health was not waited for"), unproven);
            }

            var verdict = await plan.Verify(run, cancellation);
            if (!verdict.Healthy && !run.Changed && !plan.Begun)
                verdict = verdict with { NextStep = verdict.NextStep ?? AfterFailure.Untouched(request, draft) };
            if (!verdict.Healthy || plan.Then.Count == 0) return results.Completed(draft, verdict, success);
            verdict = await FollowUpAsync(run, plan, verdict, cancellation);
            return results.Completed(draft, verdict, untouched && run.Changed ? plan.Success : success);
        }
        catch (Exception refusal) when (refusal is RollbackException or EstateException)
        {
            var refused = results.Refused(draft, refusal);
            return refused.NextStep is null && run.Changed ? refused with { NextStep = AfterFailure.Of(request, draft, plan.Success) } : refused;
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

    private async Task<RollbackResult> FinishAsync(TargetPlan plan, RollbackResult result)
    {
        await journal.AppendAsync(new RunLine
        {
            Event = RunEvent.Outcome,
            Target = plan.Target with { Outcome = result.Outcome, Message = result.Message, Warnings = result.Warnings, NextStep = result.NextStep },
        });
        standing.Ended(plan, result.Outcome);
        ended.Writer.TryWrite(result);
        return result;
    }
}
