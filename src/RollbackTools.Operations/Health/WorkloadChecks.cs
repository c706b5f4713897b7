using System.Text.RegularExpressions;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Rollouts;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Health;

/// <summary>The checks that ask the cluster: Image, Rollout, Pods, Restarts, Events, Logs.</summary>
internal sealed class WorkloadChecks(ICluster cluster, TimeProvider time)
{
    private const string DefaultErrorPattern = @"\b(panic|fatal|exception|traceback|segfault)\b|\b(level=)?""?error""?\b[:\s]|\bE\d{4}\b";
    private const int PodsToRead = 10;
    private const int LinesToRead = 500;

    private static readonly TimeSpan RecentRestart = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromMilliseconds(250);

    public async Task<IReadOnlyList<HealthCheck>> RunAsync(WorkloadSnapshot workload, HealthRequest request, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var pods = workload.Pods.Where(pod => pod.Metadata.DeletionTimestamp is null).ToList();
        var since = request.Since ?? HealthWindow.Of(workload, pods, now);
        List<HealthCheck> checks = [];
        if (request.ExpectedImage is { Length: > 0 } expected) checks.Add(Image(workload, pods, expected));
        checks.Add(Rollout(workload));
        checks.Add(Pods(workload, pods));
        checks.Add(Restarts(workload, pods, since, now));
        checks.Add(await EventsAsync(workload, pods, since, cancellation));
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
        return Check(workload, "Pods", healthy && wanted > 0 ? HealthStatus.Passed : HealthStatus.Failed, message) with
        {
            Expected = $"{wanted}",
            Actual = $"{ready}",
            Evidence = troubles.Count > 0 ? troubles : [.. pods.Where(pod => !pod.IsReady).Select(pod => $"pod {pod.Metadata.Name}: {pod.Status.Phase}, not ready")],
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

    private async Task<HealthCheck> EventsAsync(WorkloadSnapshot workload, List<Pod> pods, DateTimeOffset? since, CancellationToken cancellation)
    {
        try
        {
            var events = await cluster.ListAsync(Resources.Events, workload.Namespace, new ListFilter { FieldSelector = "type=Warning" }, cancellation);
            HashSet<string> uids = [workload.Object.Metadata.Uid, .. pods.Select(pod => pod.Metadata.Uid)];
            if (workload.Current is { } current) uids.Add(current.Uid);
            var ours = events.Items.Where(item => uids.Contains(item.InvolvedObject.Uid) && (since is null || item.LastSeen >= since))
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
        var wrong = Compile(pattern ?? DefaultErrorPattern);
        List<string> found = [];
        var count = 0;
        var (read, silent) = (0, new List<string>());
        // A bounded number of pods: with hundreds, the newest ten tell.
        foreach (var pod in pods.OrderByDescending(pod => pod.Metadata.CreationTimestamp).Take(PodsToRead))
        {
            foreach (var container in pod.Status.ContainerStatuses.Where(status => status.State.Running is not null))
            {
                try
                {
                    LogOptions options = new() { Container = container.Name, Since = since, TailLines = LinesToRead, LimitBytes = 1024 * 1024 };
                    await foreach (var line in cluster.ReadLogAsync(workload.Namespace, pod.Metadata.Name, options, cancellation))
                    {
                        if (!Matches(wrong, line)) continue;
                        count++;
                        if (found.Count < 5) found.Add($"pod {pod.Metadata.Name}: {(line.Length > 300 ? line[..300] + "…" : line)}");
                    }

                    read++;
                }
                catch (EstateException refusal) when (refusal.Kind is not EstateErrorKind.Unauthenticated)
                {
                    silent.Add($"pod {pod.Metadata.Name}: {refusal.Message}");
                }
            }
        }

        if (count > 0) return Check(workload, "Logs", HealthStatus.Failed, $"{count} error lines{Since(since)}.") with { Evidence = found };
        return silent.Count > 0
            ? Check(workload, "Logs", HealthStatus.Unknown, $"{silent.Count} of {read + silent.Count} logs could not be read.") with { Evidence = silent }
            : Check(workload, "Logs", HealthStatus.Passed, $"No error lines{Since(since)} in {read} logs.");
    }

    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, PatternTimeout);
        }
        catch (ArgumentException wrong)
        {
            throw new RollbackException("InvalidPattern", $"'{pattern}' is not a regular expression: {wrong.Message}", wrong)
            {
                Target = pattern,
                NextStep = "For the text as it is: -ErrorPattern ([regex]::Escape('…'))",
            };
        }
    }

    private static bool Matches(Regex pattern, string line)
    {
        try
        {
            return pattern.IsMatch(line);
        }
        catch (RegexMatchTimeoutException)
        {
            // A pattern that explodes on a line is the operator's; the line is then suspicious, not fine.
            return true;
        }
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
