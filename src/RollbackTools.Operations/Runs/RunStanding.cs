namespace RollbackTools.Operations.Runs;

/// <summary>
/// How far a run has come, in the words of whoever interrupts it: what is done, what is changed and not proven, what was not touched,
/// and how to go on. Kept up to date, because once the operator has pressed Ctrl+C it is too late to work it out.
/// </summary>
internal sealed class RunStanding(string runId, IReadOnlyList<TargetPlan> plans, IOperationReporter reporter)
{
    private readonly Dictionary<TargetPlan, Standing> standings =
        new(plans.Select(plan => KeyValuePair.Create(plan, Standing.Untouched)), ReferenceEqualityComparer.Instance);

    private readonly List<string> outcomes = [];

    private enum Standing
    {
        Untouched,
        Begun,
        Changed,
        Ended,
    }

    public void Started() => Say();

    /// <summary>Its request is on its way.</summary>
    public void Begun(TargetPlan plan) => Move(plan, Standing.Begun);

    public void Changed(TargetPlan plan) => Move(plan, Standing.Changed);

    public void Ended(TargetPlan plan, RollbackOutcome outcome)
    {
        lock (standings) outcomes.Add($"{plan.Target} in {plan.Target.Namespace}: {outcome}");
        Move(plan, Standing.Ended);
    }

    /// <summary>The run is over: there is nothing to resume. A shell that is being stopped shows no results any more, so that is said, too.</summary>
    public void Over() => reporter.IfStopped(runId, $"Run {runId} had ended before it could be stopped: "
        + (outcomes.Count <= 3 ? string.Join(", ", outcomes) : $"{outcomes.Count} workloads") + $". Get-RollbackRun {runId} tells how.");

    private void Move(TargetPlan plan, Standing to)
    {
        lock (standings)
        {
            if (standings[plan] >= to) return;
            standings[plan] = to;
            Say();
        }
    }

    private void Say()
    {
        List<string> parts = [];
        Add(Standing.Ended, "has ended", "have ended");
        Add(Standing.Changed, "is changed and not proven yet", "are changed and not proven yet");
        Add(Standing.Begun, "may or may not be changed", "may or may not be changed");
        Add(Standing.Untouched, "was not touched", "were not touched");
        reporter.IfStopped(runId, $"Run {runId} was stopped: {string.Join(", ", parts)}. Resume-RollbackRun {runId} finishes it.");

        void Add(Standing standing, string one, string many)
        {
            var found = standings.Where(pair => pair.Value == standing).Select(pair => pair.Key.Target).ToList();
            if (found.Count > 0) parts.Add(found.Count == 1 ? $"{found[0]} in {found[0].Namespace} {one}" : $"{found.Count} workloads {many}");
        }
    }
}
