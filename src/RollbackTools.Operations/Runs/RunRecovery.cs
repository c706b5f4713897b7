using System.Runtime.CompilerServices;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Images;

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

        var header = lines[0].Run!;
        await using var estate = provider.Open(header.Connection, reporter.Warning);
        await using RolloutWatch watch = new(estate.Cluster, reporter, time);
        IReadOnlyList<TargetPlan> plans;
        if (undoing) plans = UndoPlans(header, lines);
        else if (lines.LastOrDefault(line => line.Plan is not null)?.Plan is { } plan) plans = await ResumePlansAsync(header, lines, plan, estate.Cluster, watch, cancellation);
        else plans = await new ImageRollback(estate, runs, reporter, time).PlanAsync(header.ImageRollback!, cancellation);

        RunLine opening = new() { Event = undoing ? RunEvent.Undoing : RunEvent.Resumed, Detail = $"by {RunEngine.Actor}" };
        await foreach (var result in new RunEngine(estate, runs, reporter, time)
            .ExecuteAsync(header with { RunId = record.RunId }, plans, header.ImageRollback?.ThrottleLimit ?? 1, opening, cancellation))
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
        var header = lines[0].Run!;
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
        RunLine opening = new() { Event = RunEvent.Undoing, Detail = $"by {RunEngine.Actor}" };
        await foreach (var result in new RunEngine(estate, runs, reporter, time)
            .ExecuteAsync(header with { RunId = record.RunId }, plans, header.ImageRollback?.ThrottleLimit ?? 1, opening, cancellation, record.State))
            yield return result;
    }

    private static List<TargetPlan> UndoPlans(RunHeader header, IReadOnlyList<RunLine> lines)
    {
        var forward = lines.TakeWhile(line => line.Event != RunEvent.Undoing);
        var intents = forward.Where(line => line is { Event: RunEvent.Intent, Inverse: not null }).Reverse();
        List<TargetPlan> plans = [];
        foreach (var group in intents.GroupBy(line => (line.Target!.Namespace, line.Target.Kind, line.Target.Name)))
        {
            var target = group.First().Target!;
            // A step that was resumed has several intents and one inverse.
            var steps = group.Select(line => line.Inverse!).DistinctBy(step => step.Description).ToList();
            plans.Add(new TargetPlan
            {
                Draft = Draft(header, target) with { From = target.To, To = target.From, Steps = [.. steps.Select(step => step.Description)], NextStep = $"Test-RollbackHealth {target} -Namespace {target.Namespace}" },
                Steps = steps,
                Action = "Undo image rollback",
                Success = RollbackOutcome.Undone,
            });
        }

        return plans;
    }

    private static async Task<IReadOnlyList<TargetPlan>> ResumePlansAsync(
        RunHeader header, IReadOnlyList<RunLine> lines, IReadOnlyList<PlannedTarget> planned, ICluster cluster, RolloutWatch watch,
        CancellationToken cancellation)
    {
        var ended = RunSummary.Targets(lines)
            .Where(target => target.Outcome is RollbackOutcome.RolledBack or RollbackOutcome.AlreadyThere or RollbackOutcome.Unverified).ToList();
        var open = planned.Where(entry => !ended.Any(entry.Target.SameAs)).ToList();
        WorkloadReader reader = new(cluster);
        var answers = await reader.ReadAsync([.. open.Select(entry => new WorkloadReference
        {
            Kind = Enum.Parse<WorkloadKind>(entry.Target.Kind),
            Namespace = entry.Target.Namespace,
            Name = entry.Target.Name,
        })], cancellation);
        List<TargetPlan> plans = [];
        for (var i = 0; i < open.Count; i++)
        {
            var draft = Draft(header, open[i].Target) with { Steps = [.. open[i].Steps.Select(step => step.Description)] };
            plans.Add(answers[i].Snapshot is { } snapshot
                ? Resumed(header, draft, open[i], snapshot, watch) with { Begun = Begun(lines, open[i].Target) }
                : new TargetPlan { Draft = draft, Refusal = answers[i].Refusal });
        }

        watch.Expect([.. plans.Select((plan, i) => (plan, i)).Where(pair => pair.plan.Verify is not null).Select(pair => answers[pair.i].Snapshot!)]);
        return [.. ended.Select(target => Ended(header, planned.First(entry => entry.Target.SameAs(target)), target)), .. plans];
    }

    private static TargetPlan Ended(RunHeader header, PlannedTarget entry, RunTarget target) => new()
    {
        Draft = Draft(header, target) with { Steps = [$"nothing more to do: {target.Outcome}"] },
        Steps = entry.Steps,
        Action = "Resume image rollback",
        Ended = target,
    };

    private static bool Begun(IReadOnlyList<RunLine> lines, RunTarget target) =>
        lines.Any(line => line.Event == RunEvent.Intent && line.Target!.SameAs(target));

    private static TargetPlan Resumed(RunHeader header, RollbackResult draft, PlannedTarget entry, WorkloadSnapshot snapshot, RolloutWatch watch)
    {
        var restore = entry.Steps.OfType<RestoreTemplate>().LastOrDefault();
        var goal = restore?.To ?? TemplateIdentity.Of(snapshot.Template, snapshot.Current);
        var timeout = header.ImageRollback?.Timeout ?? TimeSpan.FromMinutes(10);
        return new TargetPlan
        {
            Draft = draft with { FromRevision = restore?.From.Revision ?? 0, ToRevision = restore?.To.Revision ?? 0 },
            Steps = entry.Steps,
            Action = "Resume image rollback",
            Verify = header.ImageRollback?.NoWait == true
                ? null
                : (run, token) => watch.VerifyAsync(snapshot, goal, restore?.Result ?? snapshot.Object, run, timeout, token),
            Success = RollbackOutcome.RolledBack,
        };
    }

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
