using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.Proof;

/// <summary>Shares the watches among the targets of a run, and gives each its verifier.</summary>
internal sealed class RolloutWatch(ICluster cluster, IOperationReporter reporter, TimeProvider time) : IAsyncDisposable
{
    private readonly Dictionary<(WorkloadKind, string), List<WorkloadSnapshot>> expected = [];
    private readonly Dictionary<(WorkloadKind, string), RolloutFeed> feeds = [];

    /// <summary>Says before the first change which workloads will be verified, so that one watch serves all of a namespace.</summary>
    public void Expect(IReadOnlyList<WorkloadSnapshot> workloads)
    {
        foreach (var workload in workloads)
        {
            var key = (workload.Kind, workload.Namespace);
            if (!expected.TryGetValue(key, out var list)) expected[key] = list = [];
            list.Add(workload);
        }
    }

    public async Task<Verdict> VerifyAsync(
        WorkloadSnapshot planned, TemplateIdentity goal, Workload restored, TargetRun run, TimeSpan timeout, CancellationToken cancellation)
    {
        RolloutVerifier verifier = new(cluster, time, planned, goal);
        var id = string.GetHashCode($"{planned.Kind}/{planned.Namespace}/{planned.Name}", StringComparison.Ordinal) & int.MaxValue;
        var activity = $"Rolling back {planned} in {planned.Namespace} to {goal.Describe()} (run {run.RunId})";
        try
        {
            return await verifier.VerifyAsync(restored, Feed(planned).Changes(planned.Name), async (step, token) => await run.ApplyAsync(step, token), timeout,
                status => reporter.Progress(new ProgressReport(id, activity, status, null)), cancellation);
        }
        finally
        {
            reporter.Progress(new ProgressReport(id, activity, "done", 100) { Completed = true });
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var feed in feeds.Values) await feed.DisposeAsync();
        feeds.Clear();
    }

    private RolloutFeed Feed(WorkloadSnapshot planned)
    {
        var key = (planned.Kind, planned.Namespace);
        lock (feeds)
        {
            if (!feeds.TryGetValue(key, out var feed)) feeds[key] = feed = new RolloutFeed(cluster, planned.Kind, planned.Namespace, expected[key]);
            return feed;
        }
    }
}
