using System.Text.Json;
using System.Threading.Channels;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.Proof;

/// <summary>
/// Watches one workload after its template was restored, until it is healthy or provably will not be. Deletes the pods that a
/// StatefulSet leaves stuck. Fails as soon as a pod of the target revision cannot start, instead of at the deadline.
/// </summary>
internal sealed class RolloutVerifier(ICluster cluster, TimeProvider time, WorkloadSnapshot planned, TemplateIdentity goal)
{
    private readonly ArgoRolloutVerdict? argo = planned.Kind == WorkloadKind.Rollout ? new ArgoRolloutVerdict(cluster, time, planned) : null;
    private readonly Dictionary<string, Pod> pods = planned.Pods.ToDictionary(pod => pod.Metadata.Uid);
    private readonly HashSet<string> replaced = [];
    private readonly HashSet<string> others =
        [.. planned.Revisions.Where(revision => revision.Template.Hash != goal.Hash).Select(revision => revision.Source)];

    private RefusedPods? refused;
    private Workload live = planned.Object;
    private string goalHash = goal.Hash;
    private long? referenced = planned.Reference?.Object.Metadata.Generation;
    private DateTimeOffset? staleDeadline;
    private bool gone;
    private EstateException? broken;

    private RefusedPods Refusals => refused ??= new RefusedPods(cluster, time, planned, others.Contains);

    /// <summary>What the workload looks like right now, and which pod it waits for in vain, for progress.</summary>
    public string Status => string.Join("; ",
        new[] { Now.Message }.Concat(Overdue().Take(3).Select(pod => LingeringPods.Describe(pod, time.GetUtcNow()))));

    public async Task<Verdict> VerifyAsync(
        Workload restored, ChannelReader<RolloutChange> changes, Func<ReplacePod, CancellationToken, Task> replace, TimeSpan timeout,
        Action<string> progress, CancellationToken cancellation)
    {
        // Where what a Rollout refers to was written, the Rollout follows it.
        if (restored.Metadata.Uid == planned.Object.Metadata.Uid) live = restored;
        else referenced = restored.Metadata.Generation;
        // The server fills in what a template recorded by an older one did not have: what it answered is what we asked for.
        if (restored.Spec.Template.ValueKind == JsonValueKind.Object) goalHash = new PodTemplate(restored.Spec.Template).Hash;
        others.ExceptWith(planned.Revisions.Where(revision => revision.Template.Hash == goalHash).Select(revision => revision.Source));
        // A deadline that had passed before our change survives it for a moment (kubernaut#199): it is not about us. Only that:
        // times are whole seconds, and a condition of our own may well bear the second of the one before.
        staleDeadline = live.Status.Condition("Progressing") is { Reason: "ProgressDeadlineExceeded" } passed ? passed.LastUpdateTime : null;
        var end = time.GetUtcNow() + timeout;
        while (true)
        {
            if (await JudgeAsync(cancellation) is { } verdict) return verdict;
            foreach (var pod in Stuck().ToList())
            {
                replaced.Add(pod.Metadata.Uid);
                await replace(StuckPods.Replacement(planned, pod), cancellation);
            }

            progress(Status);
            if (time.GetUtcNow() >= end) return await TimedOutAsync(timeout, cancellation);
            await WaitAsync(changes, end, cancellation);
        }
    }

    private async Task<Verdict?> JudgeAsync(CancellationToken cancellation)
    {
        if (gone) return Verdict.Lost("DeletedMeanwhile", $"{planned} was deleted while it was being rolled back.") with
            {
                NextStep = $"kubectl get events -n {planned.Namespace} --field-selector involvedObject.name={planned.Name}",
            };
        if (BeingDeleted.Of(planned, live) is { } ending) return Verdict.Lost(BeingDeleted.ErrorId, ending.Message) with { NextStep = ending.NextStep };
        if (broken is not null) return Verdict.Lost(broken.Kind.ToString(), $"Cannot watch {planned} any more: {broken.Message}");
        if (Another() is { } other) return Overtaken(other);

        var status = Now;
        if (status.Complete && !Stuck().Any())
            return Verdict.Good(status.Message, Leftovers.Of(planned, live, pods.Values.Where(pod => !IsOfGoal(pod)))) with { Unproven = status.ProvesNothing };

        if (argo is not null && await argo.JudgeAsync(live, referenced, staleDeadline, cancellation) is { } verdict) return verdict;

        var observed = live.Status.ObservedGeneration >= live.Metadata.Generation;
        var trouble = observed ? pods.Values.Where(IsOfGoal).Select(PodTrouble.Find).FirstOrDefault(t => t is not null) : null;
        if (trouble is not null)
        {
            return Verdict.Lost("PodsFailing", $"A pod of {goal.Describe()} does not start: {trouble}.") with
            {
                Evidence = await FailureEvidence.OfPodAsync(cluster, planned.Namespace, trouble, cancellation),
            };
        }

        if (await Refusals.FindAsync(live, MakesRoom(), cancellation) is { } refusal)
            return Verdict.Lost("PodsRefused", $"The cluster refuses pods of {planned}: {refusal}") with { Evidence = await WorkloadEventsAsync(cancellation) };

        var progressing = live.Status.Condition("Progressing");
        return observed && argo is null && progressing?.Reason == "ProgressDeadlineExceeded" && progressing.LastUpdateTime != staleDeadline
            ? Verdict.Lost("ProgressDeadlineExceeded", $"{planned} made no progress within its deadline: {progressing.Message}") with
            {
                Evidence = await WorkloadEventsAsync(cancellation),
            }
            : null;
    }

    /// <summary>The template that runs instead of the goal; null while it is the goal, or nobody can tell.</summary>
    private PodTemplate? Another()
    {
        if (planned.Reference is null) return new PodTemplate(live.Spec.Template) is var own && own.Hash != goalHash ? own : null;
        if (!RolloutState.IsObserved(live, referenced)) return null;
        return planned.Revisions.FirstOrDefault(revision => revision.PodHash == live.Status.CurrentPodHash && others.Contains(revision.Source))?.Template;
    }

    private Verdict Overtaken(PodTemplate template)
    {
        var writer = live.Metadata.LastWriter();
        return Verdict.Lost("ChangedMeanwhile",
            $"{planned} was changed by '{writer?.Manager ?? "somebody else"}' while it rolled back; it now runs {ContainerImage.Describe(template.Images)}.") with
            {
                NextStep = $"Get-ImageHistory {planned} -Namespace {planned.Namespace}",
            };
    }

    private async Task<Verdict> TimedOutAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        List<string> evidence = [.. await WorkloadEventsAsync(cancellation)];
        foreach (var pod in pods.Values.Where(pod => IsOfGoal(pod) && !pod.IsReady).OrderBy(pod => pod.HasEnded).Take(3))
        {
            var unmet = pod.Status.Conditions.FirstOrDefault(c => c.Status != "True" && c.Message is { Length: > 0 });
            var why = pod.HasEnded ? $"{pod.Status.Reason} {pod.Status.Message}" : unmet?.Message;
            evidence.Add($"pod {pod.Metadata.Name}: {pod.Status.Phase}, not ready{(string.IsNullOrWhiteSpace(why) ? "" : $": {why.Trim()}")}");
        }

        evidence.AddRange(pods.Values.Where(pod => pod.Metadata.DeletionTimestamp is not null).Take(3).Select(pod => LingeringPods.Describe(pod, time.GetUtcNow())));
        var verdict = Verdict.Lost("Timeout", $"{planned} was not healthy within {Words.Duration(timeout)}: {Status}.") with { Evidence = evidence };
        return Overdue().FirstOrDefault() is { } stuck
            ? verdict with { NextStep = $"kubectl describe pod {stuck.Metadata.Name} -n {planned.Namespace}" }
            : verdict;
    }

    private RolloutStatus Now => RolloutStatus.Of(planned, live, referenced).Among(planned.Kind, live, pods.Values, IsOfGoal);

    private IEnumerable<Pod> Overdue() => LingeringPods.AreWaitedFor(planned.Kind, live) ? LingeringPods.Overdue(pods.Values, time.GetUtcNow()) : [];

    /// <summary>Whether pods of the workload are on their way out, or its controller may still take some away, by the arithmetic of a rolling update.</summary>
    private bool MakesRoom()
    {
        if (pods.Values.Any(pod => pod.Metadata.DeletionTimestamp is not null)) return true;
        if (planned.Kind != WorkloadKind.Deployment) return false;
        var active = pods.Values.Where(pod => !pod.HasEnded).ToList();
        var (coming, old) = (active.Where(IsOfGoal).ToList(), active.Count(pod => !IsOfGoal(pod)));
        if (coming.Exists(pod => !pod.IsReady)) return true;
        return old > 0 && old + coming.Count > FewestAvailable();
    }

    private int FewestAvailable()
    {
        if (live.Spec.Strategy?.Type == "Recreate") return 0;
        var wanted = live.Spec.Replicas ?? 1;
        var rolling = live.Spec.Strategy?.RollingUpdate;
        var missing = IntOrPercent.Of(rolling?.MaxUnavailable, wanted, roundUp: false) ?? wanted / 4;
        // Both cannot be nothing: the API's own way out is that one pod may be missing.
        if (missing == 0 && IntOrPercent.Of(rolling?.MaxSurge, wanted, roundUp: true) == 0) missing = 1;
        return wanted - missing;
    }

    private Task<IReadOnlyList<string>> WorkloadEventsAsync(CancellationToken cancellation) =>
        FailureEvidence.EventsAsync(cluster, planned.Namespace, $"involvedObject.kind={planned.Kind},involvedObject.name={planned.Name}", cancellation);

    private bool IsOfGoal(Pod pod)
    {
        if (pod.Metadata.DeletionTimestamp is not null) return false;
        if (WorkloadReader.HasReplicaSets(planned.Kind))
            return pod.Metadata.OwnerReferences.FirstOrDefault(owner => owner.Controller) is { } owner && !others.Contains(owner.Name);
        return RevisionOf(pod) is { } hash && !others.Any(other => other == hash || other == $"{planned.Name}-{hash}");
    }

    private static string? RevisionOf(Pod pod) => pod.Metadata.Labels.GetValueOrDefault("controller-revision-hash");

    private IEnumerable<Pod> Stuck()
    {
        if (!StuckPods.AreLeftAlone(planned.Kind, live) || live.Status.ObservedGeneration < live.Metadata.Generation) return [];
        return pods.Values.Where(pod => pod.Metadata.DeletionTimestamp is null && !pod.HasEnded && !pod.IsReady && !IsOfGoal(pod)
            && StuckPods.IsInReach(planned.Kind, live, pod) && !replaced.Contains(pod.Metadata.Uid));
    }

    private async Task WaitAsync(ChannelReader<RolloutChange> changes, DateTimeOffset end, CancellationToken cancellation)
    {
        var until = new[] { Refusals.LookAgainAt, argo?.LookAgainAt, LingeringPods.NextDue(pods.Values, time.GetUtcNow()), end }.Min()!.Value;
        var left = until - time.GetUtcNow();
        using CancellationTokenSource timer = new(left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        try
        {
            await changes.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return;
        }

        Refusals.Moved();
        while (changes.TryRead(out var change)) Take(change);
    }

    private void Take(RolloutChange change)
    {
        broken ??= change.Broken;
        if (change.Pod is { } pod)
        {
            if (change.Deleted) pods.Remove(pod.Metadata.Uid);
            else pods[pod.Metadata.Uid] = pod;
        }
        else if (change.Broken is null)
        {
            gone |= change.Deleted || (change.Workload is { } other && other.Metadata.Uid != planned.Object.Metadata.Uid);
            // The watch may replay what came before our own write.
            if (change.Workload is { } seen && !gone && seen.Metadata.Generation >= live.Metadata.Generation) live = seen;
        }
    }
}
