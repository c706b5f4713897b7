using System.Runtime.CompilerServices;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Health;

/// <summary>
/// Proves that workloads are healthy: one <see cref="HealthCheck"/> per check. With Wait it goes round until all pass; with For
/// they must then stay so. The last round is what is reported.
/// </summary>
public sealed class HealthTest(IEstate estate, IOperationReporter reporter, TimeProvider time)
{
    private const int ProgressId = 7001;

    private readonly WorkloadReader reader = new(estate.Cluster);
    private readonly WorkloadChecks workloadChecks = new(estate.Cluster, time);
    private readonly ServiceChecks serviceChecks = new(estate, time);

    /// <summary>
    /// A target that is not there or not well is a Failed check; what could not be asked, or may not be seen, is Unknown. Throws when the estate
    /// cannot be reached at all.
    /// </summary>
    public async IAsyncEnumerable<HealthCheck> RunAsync(HealthRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Check(request);
        var startedAt = time.GetUtcNow();
        HealthPatience patience = new(request, startedAt);
        IReadOnlyList<HealthCheck> checks;
        while (true)
        {
            checks = await RoundAsync(request, cancellation);
            var healthy = checks.All(check => check.Status == HealthStatus.Passed);
            if (patience.IsOver(healthy, time.GetUtcNow())) break;
            Report(checks, patience);
            await Task.Delay(request.Interval, time, cancellation);
        }

        reporter.Progress(new ProgressReport(ProgressId, "Testing health", "done", 100) { Completed = true });
        foreach (var check in checks) yield return check;
        if (request.For is { } wanted) yield return Steady(wanted, patience);
    }

    private static void Check(HealthRequest request)
    {
        if (request.Workloads.Count == 0 && request.LabelSelector is null && request.Endpoints.Count == 0 && request.SmokeScript is null)
        {
            throw new RollbackException("NothingToTest", "There is nothing to test: name a workload, a label selector, an endpoint or a smoke script.")
            {
                NextStep = "Get-Help Test-RollbackHealth -Examples",
            };
        }
    }

    private async Task<IReadOnlyList<HealthCheck>> RoundAsync(HealthRequest request, CancellationToken cancellation)
    {
        var workloads = TestWorkloadsAsync(request, new WarningEvents(estate.Cluster, cancellation), cancellation);
        var services = serviceChecks.RunAsync(request, cancellation);
        return [.. await workloads, .. await services];
    }

    private async Task<IReadOnlyList<HealthCheck>> TestWorkloadsAsync(HealthRequest request, WarningEvents events, CancellationToken cancellation)
    {
        if (request.LabelSelector is { } selector)
        {
            var all = await reader.ReadAllAsync(request.Namespace, selector, cancellation);
            if (all.Count == 0)
                return [Missing(new WorkloadReference { Name = selector, Namespace = request.Namespace }, $"Nothing has the labels '{selector}'.", null)];
            return await RunEachAsync(all, request, events, cancellation);
        }

        var answers = await reader.ReadAsync(request.Workloads, cancellation);
        // In the order they were named.
        var checks = await Task.WhenAll(answers.Select(async answer =>
            answer.Snapshot is { } found ? await workloadChecks.RunAsync(found, request, events, cancellation) : [Missing(answer)]));
        return [.. checks.SelectMany(list => list)];
    }

    private async Task<IReadOnlyList<HealthCheck>> RunEachAsync(
        IReadOnlyList<WorkloadSnapshot> workloads, HealthRequest request, WarningEvents events, CancellationToken cancellation)
    {
        var checks = await Task.WhenAll(workloads.Select(workload => workloadChecks.RunAsync(workload, request, events, cancellation)));
        return [.. checks.SelectMany(list => list)];
    }

    private HealthCheck Missing(WorkloadAnswer answer) => answer.Refusal is EstateException refusal
        // Whoever may not look has not seen that it is gone, or ill.
        ? Missing(answer.Reference, refusal.Message, refusal.Recommendation) with { Status = HealthStatus.Unknown }
        : Missing(answer.Reference, answer.Refusal!.Message, (answer.Refusal as RollbackException)?.NextStep);

    private HealthCheck Missing(WorkloadReference reference, string message, string? next) => new()
    {
        Estate = estate.Cluster.Info.Estate,
        Namespace = reference.Namespace ?? estate.Cluster.Info.DefaultNamespace,
        Kind = reference.Kind?.ToString() ?? "",
        Name = reference.Name,
        Check = "Exists",
        Status = HealthStatus.Failed,
        Message = message,
        NextStep = next,
        CheckedAt = time.GetUtcNow(),
    };

    private HealthCheck Steady(TimeSpan wanted, HealthPatience patience) => new()
    {
        Estate = estate.Cluster.Info.Estate,
        Check = "Steady",
        Status = patience.Held >= wanted ? HealthStatus.Passed : HealthStatus.Failed,
        Expected = Words.Duration(wanted),
        Actual = Words.Duration(patience.Held),
        Message = patience.Held >= wanted
            ? $"Healthy without a break for {Words.Duration(patience.Held)}."
            : $"Healthy for only {Words.Duration(patience.Held)} of {Words.Duration(wanted)}.",
        CheckedAt = time.GetUtcNow(),
    };

    private void Report(IReadOnlyList<HealthCheck> checks, HealthPatience patience)
    {
        var failing = checks.Where(check => check.Status != HealthStatus.Passed).ToList();
        var status = failing.Count == 0
            ? $"healthy for {Words.Duration(patience.Held)}"
            : $"{failing.Count} of {checks.Count} checks not passed: {string.Join(", ", failing.Select(check => $"{check.Name} {check.Check}").Take(4))}";
        reporter.Progress(new ProgressReport(ProgressId, "Testing health", status, patience.Percent));
    }
}
