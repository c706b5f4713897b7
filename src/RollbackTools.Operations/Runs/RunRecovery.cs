using System.Runtime.CompilerServices;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Operations.Runs;

/// <summary>Takes up runs from their journals: to finish them, or to take them back.</summary>
public sealed class RunRecovery(IEstateProvider provider, RunStore runs, IOperationReporter reporter, TimeProvider time)
{
    /// <summary>
    /// Finishes a run. What is already true falls away, so this converges however the run ended; a run without a plan on
    /// record had changed nothing and is planned again.
    /// </summary>
    public async IAsyncEnumerable<RollbackResult> ResumeAsync(string runId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var record = runs.Read(runId);
        var lines = runs.Lines(record.RunId);
        // An undo that was refused has ended: to try it again is to undo, not to resume.
        var undoing = lines.Reverse().TakeWhile(line => line.Event != RunEvent.Ended).Any(line => line.Event == RunEvent.Undoing);
        if (record.State is RunState.Succeeded or RunState.Undone || (!undoing && lines.Any(line => line.Event == RunEvent.Undoing)))
        {
            throw new RollbackException("RunEnded", $"Run {record.RunId} has ended ({record.State}); there is nothing to resume.")
            {
                Target = record.RunId,
                NextStep = $"Get-RollbackRun {record.RunId} | Format-List",
            };
        }

        var header = HeaderOf(record, lines);
        await using var estate = provider.Open(header.Connection, reporter.Warning);
        await using var operation = header.Request.Open(estate, reporter, time);
        IReadOnlyList<TargetPlan> plans;
        if (undoing) plans = [.. UndoPlans(header, lines).Select(plan => plan with { Verify = header.Request.ProofOfUndo(estate, time, plan.Steps) })];
        else if (PlanOf(lines) is { } plan) plans = await ResumePlansAsync(header, lines, plan, operation, cancellation);
        else plans = await operation.PlanAsync(cancellation);

        RunLine opening = new() { Event = undoing ? RunEvent.Undoing : RunEvent.Resumed, Detail = $"by {RunEngine.Actor}" };
        await foreach (var result in new RunEngine(estate, runs, reporter, time)
            .ExecuteAsync(header with { RunId = record.RunId }, plans, header.Request.Parallelism, opening, cancellation))
            yield return result;
    }

    /// <summary>
    /// Replays the inverses, last first. A target that somebody changed since is left alone and reported. The version that comes
    /// back is the one that was rolled away from, so its health is not waited for.
    /// </summary>
    public async IAsyncEnumerable<RollbackResult> UndoAsync(string runId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var record = runs.Read(runId);
        var lines = runs.Lines(record.RunId);
        var header = HeaderOf(record, lines);
        var plans = UndoPlans(header, lines);
        if (plans.Count == 0 || record.State == RunState.Undone)
        {
            throw new RollbackException("NothingToUndo",
                record.State == RunState.Undone ? $"Run {record.RunId} was taken back already." : $"Run {record.RunId} changed nothing.")
            {
                Target = record.RunId,
                NextStep = $"Get-RollbackRun {record.RunId} | Format-List",
            };
        }

        await using var estate = provider.Open(header.Connection, reporter.Warning);
        plans = [.. plans.Select(plan => plan with { Verify = header.Request.ProofOfUndo(estate, time, plan.Steps) })];
        RunLine opening = new() { Event = RunEvent.Undoing, Detail = $"by {RunEngine.Actor}" };
        await foreach (var result in new RunEngine(estate, runs, reporter, time)
            .ExecuteAsync(header with { RunId = record.RunId }, plans, header.Request.Parallelism, opening, cancellation))
            yield return result;
    }

    private static RunHeader HeaderOf(RunRecord record, IReadOnlyList<RunLine> lines) =>
        lines[0].Run is { Request: not null } header
            ? header
            : throw new RollbackException("RunUnreadable", $"The journal of run {record.RunId} does not say what was asked: another version of this module wrote it.")
            {
                Target = record.RunId,
                NextStep = $"Look at {record.Path}",
            };

    private static IReadOnlyList<PlannedTarget>? PlanOf(IReadOnlyList<RunLine> lines) => lines.LastOrDefault(line => line.Plan is not null)?.Plan;

    private static List<TargetPlan> UndoPlans(RunHeader header, IReadOnlyList<RunLine> lines)
    {
        var forward = lines.TakeWhile(line => line.Event != RunEvent.Undoing).ToList();
        var planned = PlanOf(forward) ?? [];
        var intents = forward.Where(line => line is { Event: RunEvent.Intent, Inverse: not null }).Reverse();
        List<TargetPlan> plans = [];
        foreach (var group in intents.GroupBy(line => (line.Target!.Namespace, line.Target.Kind, line.Target.Name)))
        {
            var target = group.First().Target!;
            // A step that was resumed has several intents and one inverse.
            var steps = group.Select(line => line.Inverse!).DistinctBy(step => step.Description).ToList();
            var entry = planned.FirstOrDefault(entry => entry.Target.SameAs(target));
            TargetPlan plan = new()
            {
                Draft = Draft(header, target) with
                {
                    From = target.To,
                    To = target.From,
                    Steps = [.. steps.Select(step => step.Description)],
                    NextStep = header.Request.AfterUndo(target),
                },
                Steps = steps,
                Action = $"Undo {header.Request.Noun}",
                Success = RollbackOutcome.Undone,
                Begun = lines.Skip(forward.Count).Any(line => line.Event == RunEvent.Intent && line.Target!.SameAs(target)),
                Wave = -(entry?.Wave ?? 0),
            };
            plans.Add(entry is null ? plan : plan with { Locks = entry.Locks });
        }

        return plans;
    }

    private static async Task<IReadOnlyList<TargetPlan>> ResumePlansAsync(
        RunHeader header, IReadOnlyList<RunLine> lines, IReadOnlyList<PlannedTarget> planned, IOperation operation, CancellationToken cancellation)
    {
        var ended = RunSummary.Targets(lines)
            .Where(target => target.Outcome is not (null or RollbackOutcome.Failed or RollbackOutcome.Undone)).ToList();
        var open = planned.Where(entry => !ended.Any(entry.Target.SameAs)).ToList();
        var resumed = await operation.ResumeAsync([.. open.Select(entry => new UnfinishedTarget(
            entry, Draft(header, entry.Target) with { Steps = [.. entry.Steps.Concat(entry.Then).Select(step => step.Description)] })
        {
            Done = [.. lines.Where(line => line.Event == RunEvent.Done && line.Target!.SameAs(entry.Target)).Select(line => line.Step!.Description)],
        })], cancellation);
        return
        [
            .. ended.Select(target => Ended(header, planned.First(entry => entry.Target.SameAs(target)), target)),
            .. resumed.Zip(open, (plan, entry) => Placed(plan, entry) with
            {
                Action = $"Resume {header.Request.Noun}",
                Begun = lines.Any(line => line.Event == RunEvent.Intent && line.Target!.SameAs(entry.Target)),
            }),
        ];

        TargetPlan Ended(RunHeader of, PlannedTarget entry, RunTarget target) => Placed(new TargetPlan
        {
            Draft = Draft(of, target) with { Steps = [$"nothing more to do: {target.Outcome}"] },
            Steps = entry.Steps,
            Action = $"Resume {of.Request.Noun}",
            Ended = target,
        }, entry);
    }

    private static TargetPlan Placed(TargetPlan plan, PlannedTarget entry) => plan with { Locks = entry.Locks, Wave = entry.Wave };

    private static RollbackResult Draft(RunHeader header, RunTarget target) => new()
    {
        Estate = header.Estate,
        RunId = header.RunId,
        Namespace = target.Namespace,
        Kind = target.Kind,
        Name = target.Name,
        From = target.From,
        To = target.To,
    };
}
