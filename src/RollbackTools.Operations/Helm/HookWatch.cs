using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Proof;

namespace RollbackTools.Operations.Helm;

/// <summary>Waits until a hook's Job or Pod has ended. Other kinds are well as soon as they are there.</summary>
internal sealed class HookWatch(StepContext context, HelmMove move)
{
    private readonly ICluster cluster = context.Estate.Cluster;

    /// <summary>Throws <see cref="RollbackException"/> (HelmHookFailed, HelmHookTimeout) with what its pods said last.</summary>
    public async Task EndAsync(ObjectAddress address, CustomResource made, CancellationToken cancellation)
    {
        if (!IsAwaited(address) || Ended(address, made) is true) return;
        var id = string.GetHashCode($"{address}", StringComparison.Ordinal) & int.MaxValue;
        context.Reporter.Progress(new ProgressReport(id, $"Waiting for hook {address} of {move}", "running", null));
        using CancellationTokenSource timer = new(move.Timeout, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        try
        {
            await foreach (var change in cluster.WatchAsync(address.Resource, address.Namespace, ListFilter.Named(address.Name), null, either.Token))
            {
                var live = change.Type == WatchEventType.Snapshot ? change.Snapshot.FirstOrDefault() : change.Type == WatchEventType.Deleted ? null : change.Object;
                if (live is null || live.Metadata.Uid != made.Metadata.Uid) throw Lost("HelmHookFailed", "was deleted before it ended", []);
                switch (Ended(address, live))
                {
                    case true: return;
                    case false: throw Lost("HelmHookFailed", $"failed: {Why(live)}", await EvidenceAsync(address, cancellation));
                }
            }
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw Lost("HelmHookTimeout", $"did not end within {Words.Duration(move.Timeout)}: timed out waiting for the condition", await EvidenceAsync(address, cancellation));
        }
        finally
        {
            context.Reporter.Progress(new ProgressReport(id, $"Waiting for hook {address} of {move}", "done", 100) { Completed = true });
        }

        RollbackException Lost(string errorId, string what, IReadOnlyList<string> evidence) => new(errorId, $"Hook {address} {what}.")
        {
            Target = move.Release,
            Evidence = evidence,
            NextStep = $"kubectl logs {(address.Resource.Kind == "Job" ? "job/" : "")}{address.Name} -n {address.Namespace}",
        };
    }

    private static bool IsAwaited(ObjectAddress address) => address.Resource is { Group: "batch", Kind: "Job" } or { Group: "", Kind: "Pod" };

    // Null: it still runs.
    private static bool? Ended(ObjectAddress address, CustomResource live)
    {
        if (address.Resource.Kind == "Pod") return live.Json.Text("status", "phase") switch { "Succeeded" => true, "Failed" => false, _ => null };
        return Condition(live, "Complete") ? true : Condition(live, "Failed") ? false : null;
    }

    private static bool Condition(CustomResource live, string type) =>
        live.Json.Items("status", "conditions").Any(condition => condition.Text("type") == type && condition.Text("status") == "True");

    private static string Why(CustomResource live) =>
        live.Json.Items("status", "conditions").Where(condition => condition.Text("type") == "Failed").Select(condition => condition.Text("message")).FirstOrDefault()
        ?? live.Json.Text("status", "message") ?? "its pod failed";

    private async Task<IReadOnlyList<string>> EvidenceAsync(ObjectAddress address, CancellationToken cancellation)
    {
        try
        {
            var ns = address.Namespace!;
            ListFilter filter = address.Resource.Kind == "Pod" ? ListFilter.Named(address.Name) : new ListFilter { LabelSelector = $"job-name={address.Name}" };
            var pods = (await cluster.ListAsync(Resources.Pods, ns, filter, cancellation)).Items;
            List<string> evidence = [.. await FailureEvidence.EventsAsync(cluster, ns, $"involvedObject.kind={address.Resource.Kind},involvedObject.name={address.Name}", cancellation)];
            if (pods.MaxBy(pod => pod.Metadata.CreationTimestamp) is not { } last) return evidence;
            return [.. evidence, $"pod {last.Metadata.Name}: {last.Status.Phase}", .. await LogAsync(ns, last, cancellation)];
        }
        catch (EstateException refusal)
        {
            return [refusal.Message];
        }
    }

    private async Task<IReadOnlyList<string>> LogAsync(string ns, Pod pod, CancellationToken cancellation)
    {
        List<string> lines = [];
        try
        {
            LogOptions options = new() { Container = pod.Containers().Select(container => container.Name).LastOrDefault(), TailLines = 10, LimitBytes = 64 * 1024 };
            await foreach (var line in cluster.ReadLogAsync(ns, pod.Metadata.Name, options, cancellation)) lines.Add($"log: {(line.Length > 400 ? line[..400] + "…" : line)}");
        }
        catch (EstateException refusal)
        {
            lines.Add($"log: {refusal.Message}");
        }

        return lines;
    }
}
