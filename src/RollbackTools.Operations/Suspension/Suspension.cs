using System.Text.Json;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.Pausing;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Suspension;

/// <summary>
/// Stops workloads so that nothing starts them again, and lets them run again as before. The applications that own them are paused
/// first, in a wave of their own, and go on last. An autoscaler leaves what wants no pods alone, so it is not touched.
/// </summary>
internal sealed class Suspension(SuspensionRequest request, IEstate estate, IOperationReporter reporter, TimeProvider time) : IOperation
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(250);

    private readonly RolloutWatch watch = new(estate.Cluster, reporter, time);
    private readonly WorkloadReader reader = new(estate.Cluster);
    private readonly StartingVersion starting = new(estate, request, time);

    public ValueTask DisposeAsync() => watch.DisposeAsync();

    public async Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation)
    {
        var (found, jobs) = await new SuspensionTargets(request, estate, reporter).ReadAsync(cancellation);
        IReadOnlyList<WorkloadAnswer> workloads = [.. found.Select(BeingDeleted.Refused)];
        return request.Resume ? await PlanReturnAsync(workloads, jobs, cancellation) : await PlanStopAsync(workloads, jobs, cancellation);
    }

    public async Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation)
    {
        List<TargetPlan> plans = [];
        List<WorkloadSnapshot> expected = [];
        foreach (var target in targets)
        {
            var scale = target.Planned.Steps.OfType<ScaleWorkload>().FirstOrDefault();
            var answer = scale is null ? null : (await reader.ReadAsync([new WorkloadReference { Kind = scale.Kind, Namespace = scale.Namespace, Name = scale.Name }], cancellation)).Select(BeingDeleted.Refused).Single();
            if (answer?.Snapshot is { } found) expected.Add(found);
            plans.Add(answer?.Refusal is { } gone ? new TargetPlan { Draft = target.Draft, Refusal = gone }
                : answer?.Snapshot is { } workload ? Changed(target.Draft, target.Planned.Steps, workload)
                : Changed(target.Draft, target.Planned.Steps, null) with { Then = target.Planned.Then, Conclude = Conclude(target.Draft) });
        }

        watch.Expect(expected);
        return plans;
    }

    private async Task<IReadOnlyList<TargetPlan>> PlanStopAsync(
        IReadOnlyList<WorkloadAnswer> workloads, IReadOnlyList<(string Name, CustomResource? Job)> jobs, CancellationToken cancellation)
    {
        WorkloadApplications applications = new(estate, request.ApplicationNamespace);
        Dictionary<ApplicationName, TargetPlan> pauses = [];
        List<TargetPlan> plans = [];
        foreach (var answer in workloads)
        {
            if (answer.Snapshot is not { } workload) plans.Add(Refused(Draft(answer), answer.Refusal!));
            else if (workload.Kind == WorkloadKind.DaemonSet) plans.Add(Refused(Draft(workload), NoDaemonSets(workload)));
            else if (workload.Object.Spec.Replicas == 0) plans.Add(Settled(Draft(workload), AlreadyStopped(workload.ToString(), workload.Object.Metadata)));
            else plans.Add(Stop(workload, await PauseAsync(pauses, await applications.OwnerOfAsync(workload, cancellation), cancellation)));
        }

        foreach (var (name, job) in jobs)
        {
            var draft = JobDraft(name);
            if (job is null) plans.Add(Refused(draft, NoSuchJob(name)));
            else if (job.Json.Flag("spec", "suspend") == true) plans.Add(Settled(draft, AlreadyStopped($"cronjob/{name}", job.Metadata)));
            else plans.Add(StopJob(job, draft, await PauseAsync(pauses, await OwnerOfJobAsync(applications, job, cancellation), cancellation)));
        }

        return [.. pauses.Values.Where(pause => pause.Settled is null), .. plans];
    }

    /// <summary>The plan that pauses the owner, made once; null when nobody owns it.</summary>
    private async Task<TargetPlan?> PauseAsync(Dictionary<ApplicationName, TargetPlan> pauses, ArgoApplication? owner, CancellationToken cancellation)
    {
        if (owner is null) return null;
        if (pauses.TryGetValue(owner.Name, out var known)) return known;
        SyncPolicyRequest pause = new() { Policy = SyncPolicyChoice.None, Applications = [owner.Name], Reason = request.Reason };
        await using SyncPolicyChange change = new(pause, estate, time);
        var plan = (await change.PlanAsync(cancellation))[0];
        // The workload's return gives it back.
        return pauses[owner.Name] = plan with { Wave = 0, Draft = plan.Draft with { NextStep = null } };
    }

    private TargetPlan Stop(WorkloadSnapshot workload, TargetPlan? pause)
    {
        var draft = Draft(workload);
        if (pause?.Refusal is { } refusal) return Refused(draft, refusal);
        var bad = KnownGood.WhyBad(workload, time.GetUtcNow());
        ScaleWorkload step = new()
        {
            Kind = workload.Kind,
            Namespace = workload.Namespace,
            Name = workload.Name,
            Uid = workload.Object.Metadata.Uid,
            Note = Note(pause) with { Replicas = workload.Object.Spec.Replicas ?? 1, Bad = bad, Template = bad is null ? null : workload.Template.Hash },
        };
        return Changed(draft with { From = $"{step.Note.Replicas} pods", To = "0 pods", NextStep = Next(workload, bad is not null) }, [step], workload) with
        {
            Wave = 1,
            Needs = NeedOf(pause),
        };
    }

    private TargetPlan StopJob(CustomResource job, RollbackResult draft, TargetPlan? pause)
    {
        if (pause?.Refusal is { } refusal) return Refused(draft, refusal);
        SuspendCronJob step = new() { Namespace = draft.Namespace, Name = draft.Name, Uid = job.Metadata.Uid, Suspend = true, Note = Note(pause) };
        return Changed(draft with { From = "scheduled", To = "suspended", NextStep = $"When it is safe: Resume-Workload -CronJob {draft.Name} -Namespace {draft.Namespace}" }, [step], null) with
        {
            Wave = 1,
            Needs = NeedOf(pause),
        };
    }

    private static RunTarget? NeedOf(TargetPlan? pause) => pause is { Settled: null } ? pause.Target : null;

    // What is bad goes back before it starts.
    private static string Next(WorkloadSnapshot workload, bool bad)
    {
        var at = $"{workload} -Namespace {workload.Namespace}";
        return $"When it is safe: {(bad ? $"Invoke-ImageRollback {at}; " : "")}Resume-Workload {at}";
    }

    private async Task<IReadOnlyList<TargetPlan>> PlanReturnAsync(
        IReadOnlyList<WorkloadAnswer> workloads, IReadOnlyList<(string Name, CustomResource? Job)> jobs, CancellationToken cancellation)
    {
        List<TargetPlan> plans = [];
        List<string> paused = [];
        foreach (var answer in workloads)
        {
            if (answer.Snapshot is not { } workload) plans.Add(Refused(Draft(answer), answer.Refusal!));
            else if (SuspendedWorkload.Of(workload.Object.Metadata) is { Replicas: { } replicas } note)
                plans.Add(Return(workload, replicas, note, paused, await starting.WarningsAsync(workload, note, cancellation)));
            else plans.Add(NotStopped(workload));
        }

        foreach (var (name, job) in jobs)
        {
            var draft = JobDraft(name) with { From = "suspended", To = "scheduled" };
            if (job is null) plans.Add(Refused(draft, NoSuchJob(name)));
            else if (SuspendedWorkload.Of(job.Metadata) is { } note) plans.Add(ReturnJob(job, draft, note, paused));
            else plans.Add(Settled(draft, $"cronjob/{name} was not stopped by Suspend-Workload"));
        }

        watch.Expect([.. plans.Where(plan => plan.Steps.OfType<ScaleWorkload>().Any()).Select(plan => workloads.Select(answer => answer.Snapshot)
            .First(one => one is not null && one.Namespace == plan.Draft.Namespace && one.Kind.ToString() == plan.Draft.Kind && one.Name == plan.Draft.Name)!)]);
        foreach (var application in paused.Distinct()) plans.AddRange(await GoOnAsync(application, plans, cancellation));
        return plans;
    }

    private TargetPlan Return(WorkloadSnapshot workload, int replicas, SuspendedWorkload note, List<string> paused, IReadOnlyList<string> warnings)
    {
        if (note.Application is { } application) paused.Add(application);
        ScaleWorkload step = new() { Kind = workload.Kind, Namespace = workload.Namespace, Name = workload.Name, Uid = workload.Object.Metadata.Uid, Replicas = replicas, Note = note };
        return Changed(Draft(workload) with
        {
            From = $"{workload.Object.Spec.Replicas ?? 1} pods",
            To = $"{replicas} pods",
            Warnings = workload.Object.Spec.Replicas is > 0 and var now ? [$"{workload} was given {now} pods while it was stopped: that stays."] : warnings,
        }, [step], workload);
    }

    private TargetPlan ReturnJob(CustomResource job, RollbackResult draft, SuspendedWorkload note, List<string> paused)
    {
        if (note.Application is { } application) paused.Add(application);
        return Changed(draft, [new SuspendCronJob { Namespace = draft.Namespace, Name = draft.Name, Uid = job.Metadata.Uid, Note = note }], null);
    }

    // Its automated sync comes back last, and only when nothing else of it is still stopped and Git agrees.
    private async Task<IReadOnlyList<TargetPlan>> GoOnAsync(string application, List<TargetPlan> returning, CancellationToken cancellation)
    {
        var name = ApplicationName.Parse(application);
        SyncPolicyRequest exact = new() { Policy = SyncPolicyChoice.Exact, Applications = [name], AllowBadRevision = true, AllowStopped = true };
        await using SyncPolicyChange change = new(exact, estate, time);
        var plan = (await change.PlanAsync(cancellation))[0];
        if (plan.Refusal is not null || plan.Settled is not null) return [];
        if (await StillStoppedAsync(name, returning, cancellation) is { Count: > 0 } others)
            return [Settled(plan.Draft, $"automated sync of {name} stays off, because {string.Join(", ", others)} of it {(others.Count == 1 ? "is" : "are")} still stopped")];

        RequireAgreement agree = new() { Namespace = name.Namespace, Application = name.Name };
        return [plan with
        {
            Draft = plan.Draft with { Steps = [agree.Description, .. plan.Draft.Steps] },
            Steps = [],
            Then = [agree, .. plan.Steps],
            Verify = (_, _) => Task.FromResult(Verdict.Good($"{name} may sync again")),
            Conclude = Conclude(plan.Draft),
            Wave = 1,
        }];
    }

    private async Task<IReadOnlyList<string>> StillStoppedAsync(ApplicationName name, List<TargetPlan> returning, CancellationToken cancellation)
    {
        var application = await estate.ArgoCd.GetAsync(name, ArgoRefresh.None, cancellation);
        var all = await new ApplicationWorkloads(estate).ReadAsync(application, cancellation);
        return [.. all.Where(one => SuspendedWorkload.Of(one.Object.Metadata) is not null && one.Object.Spec.Replicas == 0
            && !returning.Any(plan => plan.Draft.Kind == one.Kind.ToString() && plan.Draft.Namespace == one.Namespace && plan.Draft.Name == one.Name)).Select(one => one.ToString())];
    }

    private static Func<Verdict, LeftUndone?, Verdict> Conclude(RollbackResult draft) => (verdict, left) => left is null
        ? verdict with { Message = $"sync policy of application/{draft.Name} is what it was" }
        : verdict with
        {
            Message = $"automated sync of application/{draft.Name} stays off: {left.Refusal?.Message}",
            Warnings = [.. verdict.Warnings, $"Automated sync stays off: {left.Refusal?.Message}"],
            NextStep = (left.Refusal as RollbackException)?.NextStep ?? $"Set-ArgoSyncPolicy {draft.Name} -Namespace {draft.Namespace} -Policy Exact",
        };

    private TargetPlan Changed(RollbackResult draft, IReadOnlyList<Step> steps, WorkloadSnapshot? workload) => new()
    {
        Draft = draft with { Steps = [.. steps.Select(step => step.Description), .. workload is null ? (string[])[] : [request.Resume ? "then wait until it is healthy" : "then wait until no pod of it runs"]] },
        Steps = steps,
        Action = request.Resume ? "Resume workload" : "Stop workload",
        Success = RollbackOutcome.Changed,
        Verify = request.NoWait ? null
            : workload is null ? (_, _) => Task.FromResult(Verdict.Good(request.Resume ? "runs by its schedule again" : "suspended; a job that runs already goes on"))
            : request.Resume ? (run, token) => RunsAsync(workload, run, token) : (_, token) => StandsStillAsync(workload, token),
    };

    private async Task<Verdict> RunsAsync(WorkloadSnapshot workload, TargetRun run, CancellationToken cancellation)
    {
        var live = await reader.ReadObjectAsync(workload.Kind, workload.Namespace, workload.Name, cancellation);
        var template = live.Spec.Template.ValueKind == JsonValueKind.Object ? new PodTemplate(live.Spec.Template) : workload.Template;
        return await watch.VerifyAsync(workload, TemplateIdentity.Of(template, null), live, run, request.Timeout, cancellation);
    }

    private async Task<Verdict> StandsStillAsync(WorkloadSnapshot workload, CancellationToken cancellation)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var now = (await reader.ReadAsync([new WorkloadReference { Kind = workload.Kind, Namespace = workload.Namespace, Name = workload.Name }], cancellation))[0];
            if (now.Snapshot is not { } live) return Verdict.Lost("DeletedMeanwhile", $"{workload} was deleted while it was being stopped.");
            if (live.Object.Spec.Replicas is > 0 and var wanted)
            {
                var by = live.Object.Metadata.LastWriter() is { } writer ? $"'{writer.Manager}'" : "somebody else";
                return Verdict.Lost("ChangedMeanwhile", $"{workload} was set to {wanted} pods again by {by}.") with { NextStep = $"kubectl get {workload} -n {workload.Namespace} -o yaml --show-managed-fields" };
            }

            var running = live.Pods.Where(pod => pod.Status.Phase is not ("Succeeded" or "Failed")).ToList();
            if (running.Count == 0) return Verdict.Good("no pod of it runs any more");
            if (time.GetElapsedTime(since) >= request.Timeout)
                return Verdict.Lost("Timeout", $"{running.Count} pods of {workload} still run {Words.Duration(request.Timeout)} after it was stopped.") with { Evidence = [.. running.Take(8).Select(pod => $"pod {pod.Metadata.Name}: {pod.Status.Phase}{(pod.Metadata.DeletionTimestamp is null ? "" : ", ending")}")] };
            await Task.Delay(Moment, time, cancellation);
        }
    }

    private static async Task<ArgoApplication?> OwnerOfJobAsync(WorkloadApplications applications, CustomResource job, CancellationToken cancellation) =>
        await applications.OwnerOfAsync("CronJob", job.Metadata, cancellation);

    private SuspendedWorkload Note(TargetPlan? pause) => new()
    {
        By = RunEngine.Actor,
        At = time.GetUtcNow(),
        Reason = request.Reason,
        Application = pause is null or { Settled: not null } ? null : $"{pause.Draft.Namespace}/{pause.Draft.Name}",
    };

    private TargetPlan NotStopped(WorkloadSnapshot workload) => workload.Object.Spec.Replicas != 0 || workload.Kind == WorkloadKind.DaemonSet
        ? Settled(Draft(workload), $"{workload} is not stopped")
        : Refused(Draft(workload), new RollbackException("NothingRemembered", $"{workload} in {workload.Namespace} wants no pods, and nothing on it tells how many it had.")
        {
            Target = $"{workload} in {workload.Namespace}",
            NextStep = $"Give it the pods that it is to have, one for example: kubectl scale {workload} -n {workload.Namespace} --replicas=1",
        });

    private static TargetPlan Settled(RollbackResult draft, string message) => new()
    {
        Draft = draft with { Steps = [$"nothing to change: {message}"] }, Settled = Verdict.Good(message), Success = RollbackOutcome.AlreadyThere,
    };

    private static TargetPlan Refused(RollbackResult draft, Exception refusal) => new() { Draft = draft, Refusal = refusal };

    private static string AlreadyStopped(string what, ObjectMeta meta) => SuspendedWorkload.Of(meta) is { } note ? $"{what} is stopped already, {note.Describe()}" : $"{what} is stopped already";

    private static RollbackException NoDaemonSets(WorkloadSnapshot workload) =>
        new("NotScalable", $"{workload} in {workload.Namespace} runs on every node it fits, and has no number of pods that could be 0.")
        {
            Target = $"{workload} in {workload.Namespace}",
            NextStep = $"To keep it off every node: kubectl patch {workload} -n {workload.Namespace} -p '{{\"spec\":{{\"template\":{{\"spec\":{{\"nodeSelector\":{{\"rollbacktools.io/nowhere\":\"true\"}}}}}}}}}}'",
        };

    private RollbackException NoSuchJob(string name) => new("WorkloadNotFound", $"There is no cronjob/{name} in namespace {request.Namespace ?? estate.Cluster.Info.DefaultNamespace}.")
    {
        Target = $"cronjob/{name}",
        NextStep = $"kubectl get cronjobs -n {request.Namespace ?? estate.Cluster.Info.DefaultNamespace}",
    };

    private RollbackResult JobDraft(string name) => new() { Estate = estate.Name, Namespace = request.Namespace ?? estate.Cluster.Info.DefaultNamespace, Kind = "CronJob", Name = name };

    private RollbackResult Draft(WorkloadSnapshot workload) => new() { Estate = estate.Name, Namespace = workload.Namespace, Kind = workload.Kind.ToString(), Name = workload.Name };

    private RollbackResult Draft(WorkloadAnswer answer) => new() { Estate = estate.Name, Namespace = answer.Namespace, Kind = answer.Reference.Kind?.ToString() ?? "", Name = answer.Reference.Name };
}
