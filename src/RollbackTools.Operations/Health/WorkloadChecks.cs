using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Health;

/// <summary>The checks that ask the cluster: Image, Rollout, Pods, Restarts, Events, Logs.</summary>
internal sealed class WorkloadChecks(ICluster cluster, TimeProvider time)
{
    private static readonly TimeSpan RecentRestart = TimeSpan.FromMinutes(10);

    public async Task<IReadOnlyList<HealthCheck>> RunAsync(WorkloadSnapshot workload, HealthRequest request, WarningEvents events, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var pods = workload.Pods.Where(pod => pod.Metadata.DeletionTimestamp is null && !pod.HasEnded).ToList();
        var since = request.Since ?? HealthWindow.Of(workload, pods, now);
        List<HealthCheck> checks = [];
        if (request.ExpectedImage is { Length: > 0 } expected) checks.Add(Image(workload, pods, expected));
        checks.Add(Rollout(workload));
        checks.Add(Pods(workload, pods));
        checks.Add(Restarts(workload, pods, since, now));
        checks.Add(await EventsAsync(workload, pods, since, events));
        if (!request.SkipLogs) checks.Add(await LogsAsync(workload, pods, since, request.ErrorPattern, cancellation));
        return checks;
    }

    // What the template asks for, and what the pods of the current revision were made with.
    private HealthCheck Image(WorkloadSnapshot workload, List<Pod> pods, string expected)
    {
        var wanted = expected.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Pair).ToList();
        var template = workload.Template.Images;
        var actual = ContainerImage.Describe(template);
        var missing = wanted.Where(pair => !template.Any(image => Fits(image.Container, image.Image, pair))).ToList();
        var strays = pods.Where(pod => pod.Spec.Containers.Count > 0
            && wanted.Any(pair => !pod.Spec.Containers.Any(container => Fits(container.Name, container.Image, pair))
                && !template.Any(image => image.Init && Fits(image.Container, image.Image, pair)))).ToList();
        return (missing.Count, strays.Count) switch
        {
            (0, 0) => Check(workload, "Image", HealthStatus.Passed, $"Runs {actual}.") with { Expected = expected, Actual = actual },
            (0, _) => Check(workload, "Image", HealthStatus.Failed, $"{strays.Count} of {pods.Count} pods run another image.") with
            {
                Expected = expected,
                Actual = string.Join(", ", strays.SelectMany(pod => pod.Spec.Containers).Select(container => container.Image).Distinct()),
                Evidence = [.. strays.Select(pod => $"pod {pod.Metadata.Name}")],
            },
            _ => Check(workload, "Image", HealthStatus.Failed, $"Runs {actual}, expected {expected}.") with
            {
                Expected = expected,
                Actual = actual,
                NextStep = $"Invoke-ImageRollback {workload} -Namespace {workload.Namespace} -ToImage {wanted[0].Image}",
            },
        };

        static (string? Container, string Image) Pair(string text) =>
            text.IndexOf('=') is > 0 and var equals ? (text[..equals], text[(equals + 1)..]) : (null, text);
        static bool Fits(string container, string image, (string? Container, string Image) pair) =>
            image == pair.Image && (pair.Container is null || pair.Container == container);
    }

    private HealthCheck Rollout(WorkloadSnapshot workload)
    {
        var status = RolloutStatus.Of(workload);
        var progressing = workload.Object.Status.Condition("Progressing");
        if (status.Complete) return Check(workload, "Rollout", HealthStatus.Passed, $"Complete: {status.Message}.") with { Evidence = Leftovers.Of(workload) };
        return Check(workload, "Rollout", HealthStatus.Failed, status.WaitsFor is { } who ? $"Not complete: {who}." : $"Not complete: {status.Message}.") with
        {
            Evidence = progressing?.Reason == "ProgressDeadlineExceeded" ? [$"{progressing.Reason}: {progressing.Message}"] : [.. RolloutEvidence.FailedAnalyses(workload)],
            NextStep = workload.Kind == WorkloadKind.Rollout ? $"Get-ArgoRollout {workload.Name} -Namespace {workload.Namespace}" : workload.Object.Spec.Paused ? $"kubectl rollout resume {workload} -n {workload.Namespace}" : $"Invoke-ImageRollback {workload} -Namespace {workload.Namespace}",
        };
    }

    private HealthCheck Pods(WorkloadSnapshot workload, List<Pod> pods)
    {
        var ready = pods.Count(pod => pod.IsReady);
        var wanted = workload.DesiredPods;
        var troubles = pods.Select(PodTrouble.Find).OfType<PodTrouble>().Select(trouble => trouble.ToString()).ToList();
        var healthy = ready >= wanted && ready == pods.Count;
        // Scaled to nothing is what somebody asked for, but it serves nobody: say so rather than pass in silence.
        var message = wanted == 0 ? "Scaled to 0: nothing runs." : $"{ready} of {Math.Max(wanted, pods.Count)} pods ready.";
        List<string> unready = troubles.Count > 0 ? troubles : [.. pods.Where(pod => !pod.IsReady).Select(pod => $"pod {pod.Metadata.Name}: {pod.Status.Phase}, not ready")];
        var replaced = workload.Pods.Where(pod => pod.HasEnded).Select(pod =>
            $"pod {pod.Metadata.Name} has ended ({pod.Status.Reason ?? pod.Status.Phase}{(pod.Status.Message is { Length: > 0 } why ? $": {why}" : "")}) and no longer counts");
        return Check(workload, "Pods", healthy && wanted > 0 ? HealthStatus.Passed : HealthStatus.Failed, message) with
        {
            Expected = $"{wanted}",
            Actual = $"{ready}",
            Evidence = [.. unready, .. replaced],
        };
    }

    private HealthCheck Restarts(WorkloadSnapshot workload, List<Pod> pods, DateTimeOffset? since, DateTimeOffset now)
    {
        var window = since is { } from && now - from < RecentRestart ? now - from : RecentRestart;
        var restarting = pods.Where(pod => PodTrouble.RestartedWithin(pod, window, now)).ToList();
        var total = pods.Sum(pod => pod.Restarts);
        return restarting.Count == 0
            ? Check(workload, "Restarts", HealthStatus.Passed, $"No container restarted in the last {Words.Duration(window)}.") with { Actual = $"{total}" }
            : Check(workload, "Restarts", HealthStatus.Failed, $"{restarting.Count} of {pods.Count} pods restarted in the last {Words.Duration(window)}.") with
            {
                Expected = "0",
                Actual = $"{total}",
                Evidence = [.. restarting.Select(pod => $"pod {pod.Metadata.Name}: {pod.Restarts} restarts")],
            };
    }

    private async Task<HealthCheck> EventsAsync(WorkloadSnapshot workload, List<Pod> pods, DateTimeOffset? since, WarningEvents events)
    {
        try
        {
            WarningRelevance relevance = new(workload, pods);
            var ours = (await events.OfAsync(workload.Namespace)).Where(item => (since is null || item.LastSeen >= since) && relevance.Counts(item))
                .OrderBy(item => item.LastSeen).ToList();
            return ours.Count == 0
                ? Check(workload, "Events", HealthStatus.Passed, $"No warning events{Since(since)}.")
                : Check(workload, "Events", HealthStatus.Failed, $"{ours.Count} warning events{Since(since)}.") with
                {
                    Evidence = [.. ours.TakeLast(5).Select(item => $"{item.Reason} on {item.InvolvedObject.Kind.ToLowerInvariant()}/{item.InvolvedObject.Name}: {item.Message}")],
                    NextStep = $"kubectl get events -n {workload.Namespace} --field-selector type=Warning",
                };
        }
        catch (EstateException refusal) when (refusal.Kind is not EstateErrorKind.Unauthenticated)
        {
            return Check(workload, "Events", HealthStatus.Unknown, $"Events could not be read: {refusal.Message}") with { NextStep = refusal.Recommendation };
        }
    }

    private async Task<HealthCheck> LogsAsync(
        WorkloadSnapshot workload, List<Pod> pods, DateTimeOffset? since, string? pattern, CancellationToken cancellation)
    {
        LogReading logs = new(cluster, workload.Namespace, since, new ErrorLines(pattern));
        await logs.RunAsync(pods, cancellation);
        var unread = logs.Unread.Count == 0 ? "" : $"; the logs of {logs.Unread.Count} of {pods.Count} pods were not read";
        IReadOnlyList<string> which = logs.Unread.Count == 0 ? [] : [$"not read: {string.Join(", ", logs.Unread)}"];
        if (logs.Count > 0) return Check(workload, "Logs", HealthStatus.Failed, $"{logs.Count} error lines{Since(since)}{unread}.") with { Evidence = [.. logs.Found, .. which] };
        return logs.Silent.Count > 0
            ? Check(workload, "Logs", HealthStatus.Unknown, $"{logs.Silent.Count} of {logs.Read + logs.Silent.Count} logs could not be read{unread}.") with
            {
                Evidence = [.. logs.Silent, .. which],
            }
            : Check(workload, "Logs", HealthStatus.Passed, $"No error lines{Since(since)} in {logs.Read} logs{unread}.") with { Evidence = which };
    }

    private static string Since(DateTimeOffset? since) => since is { } at ? $" since {at.UtcDateTime:u}" : "";

    private HealthCheck Check(WorkloadSnapshot workload, string check, HealthStatus status, string message) => new()
    {
        Estate = cluster.Info.Estate,
        Namespace = workload.Namespace,
        Kind = workload.Kind.ToString(),
        Name = workload.Name,
        Check = check,
        Status = status,
        Message = message,
        CheckedAt = time.GetUtcNow(),
    };
}
