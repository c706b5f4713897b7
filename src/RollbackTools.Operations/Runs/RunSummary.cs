namespace RollbackTools.Operations.Runs;

/// <summary>Tells a run's story from its lines.</summary>
internal static class RunSummary
{
    private const int MostNextSteps = 5;

    public static RunRecord? Of(string path, IReadOnlyList<RunLine> lines, bool held)
    {
        if (lines[0].Run is not { } header) return null;
        var targets = Targets(lines);
        var end = lines[^1].Event == RunEvent.Ended ? lines[^1] : null;
        var state = end?.State ?? (held ? RunState.Running : RunState.Interrupted);
        return new RunRecord
        {
            Estate = header.Estate,
            RunId = header.RunId,
            Operation = header.Operation,
            State = state,
            StartedAt = lines[0].At,
            EndedAt = end?.At,
            Actor = header.Actor,
            Reason = header.Reason,
            Targets = targets,
            Steps = [.. lines.Select(Entry)],
            Path = path,
            NextStep = state switch
            {
                RunState.Interrupted => $"Resume-RollbackRun {header.RunId}",
                RunState.Running => null,
                RunState.Failed when lines.Any(line => line.Event == RunEvent.Undoing) => AfterFailure.OnRecord(header.RunId),
                RunState.Failed => Next(targets.Where(target => target.Outcome == RollbackOutcome.Failed)) ?? $"Resume-RollbackRun {header.RunId}",
                _ => Next(targets),
            },
        };
    }

    private static string? Next(IEnumerable<RunTarget> targets) =>
        string.Join("; ", targets.Select(target => target.NextStep).OfType<string>().Distinct().Take(MostNextSteps)) is { Length: > 0 } next ? next : null;

    /// <summary>The targets as planned, each with the last outcome the journal has for it.</summary>
    public static IReadOnlyList<RunTarget> Targets(IReadOnlyList<RunLine> lines)
    {
        List<RunTarget> targets = [.. (lines.LastOrDefault(line => line.Plan is not null)?.Plan ?? []).Select(planned => planned.Target)];
        foreach (var ended in lines.Where(line => line.Event == RunEvent.Outcome).Select(line => line.Target!))
        {
            if (targets.FindIndex(ended.SameAs) is >= 0 and var known) targets[known] = ended;
        }

        return targets;
    }

    private static RunEntry Entry(RunLine line) => new()
    {
        At = line.At,
        Target = line.Target?.ToString() ?? "",
        Step = line.Step?.Description ?? "",
        Event = line.Event.ToString(),
        Detail = line.Event switch
        {
            RunEvent.Started => $"{line.Run!.Operation} by {line.Run.Actor}" + (line.Run.Reason is { } reason ? $": {reason}" : ""),
            RunEvent.Planned => string.Join("; ", line.Plan!.SelectMany(planned => planned.Steps).Select(step => step.Description)),
            RunEvent.Outcome => $"{line.Target!.Outcome}: {line.Target.Message}",
            RunEvent.Ended => line.State.ToString(),
            _ => line.Detail,
        },
    };
}
