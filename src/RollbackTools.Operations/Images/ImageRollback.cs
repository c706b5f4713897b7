using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Rollouts;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Restoring;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Images;

/// <summary>Takes workloads back to an earlier image and proves it.</summary>
internal sealed class ImageRollback(ImageRollbackRequest request, IEstate estate, IOperationReporter reporter, TimeProvider time) : IOperation
{
    private readonly WorkloadReader reader = new(estate.Cluster);
    private readonly RolloutWatch watch = new(estate.Cluster, reporter, time);

    /// <summary>Plans of workloads that are where they were asked to go.</summary>
    private readonly HashSet<TargetPlan> back = new(ReferenceEqualityComparer.Instance);

    public ValueTask DisposeAsync() => watch.DisposeAsync();

    public async Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation)
    {
        List<WorkloadAnswer> answers;
        if (request.LabelSelector is { } selector)
        {
            var all = await reader.ReadAllAsync(request.Namespace, selector, cancellation);
            if (all.Count == 0)
            {
                await MissingNamespace.MustNotBeAsync(estate.Cluster, request.Namespace, cancellation);
                throw new RollbackException("NothingSelected",
                    $"No deployment, statefulset, daemonset or rollout in {request.Namespace ?? estate.Cluster.Info.DefaultNamespace} has the labels '{selector}'.")
                {
                    Target = selector,
                    NextStep = $"kubectl get deployments,statefulsets,daemonsets -n {request.Namespace ?? estate.Cluster.Info.DefaultNamespace} --show-labels",
                };
            }

            answers = [.. all.Select(snapshot => new WorkloadAnswer(new WorkloadReference { Kind = snapshot.Kind, Name = snapshot.Name }) { Snapshot = snapshot })];
        }
        else
        {
            answers = [.. await reader.ReadAsync([.. request.Workloads.Distinct()], cancellation)];
        }

        answers = [.. answers.Select(BeingDeleted.Refused)];

        List<TargetPlan> plans = [];
        Dictionary<string, RollbackGoal> seen = [];
        PodReplacementRight right = new(estate.Cluster);
        // Labels leave them out; who names one may not know that a Rollout has it.
        var decider = await new RolloutReading(estate.Cluster).DecidersAsync(request.LabelSelector is null ? answers.Select(answer => answer.Snapshot).OfType<WorkloadSnapshot>() : [], cancellation);
        foreach (var answer in answers)
        {
            var own = request.For(answer.Reference);
            // `api` and `deployment/api` are one target, however it was named.
            if (answer.Snapshot is { } snapshot && !seen.TryAdd(snapshot.Object.Metadata.Uid, own.Goal))
            {
                if (seen[snapshot.Object.Metadata.Uid] != own.Goal) throw ImageRollbackRequest.Torn(snapshot.ToString(), 2);
                continue;
            }

            var plan = answer.Snapshot is null ? Refused(answer) : Plan(answer.Snapshot, own, decider(answer.Snapshot));
            plans.Add(plan.Steps.Count > 0 && await right.MissingForAsync(answer.Snapshot!, cancellation) is { } missing
                ? plan with { Refusal = missing, Steps = [], Verify = null }
                : plan);
        }

        var (owned, free) = request.Via == RollbackVia.Cluster ? ([], plans) : await TakeOverAsync(answers, plans, cancellation);
        List<TargetPlan> possible = [];
        foreach (var plan in free) possible.Add(plan.Steps.Count == 0 ? plan : await PossibleAsync(plan, Found(answers, plan), cancellation));
        watch.Expect([.. possible.Where(plan => plan.Verify is not null).Select(plan => Found(answers, plan))]);
        return [.. owned, .. possible];
    }

    public async Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation)
    {
        var free = targets.Where(target => OwnedRollback.NameIn(target.Planned.Steps) is null).ToList();
        Queue<TargetPlan> plans = new(free.Count == 0 ? [] : await ResumeInClusterAsync(free, cancellation));
        List<TargetPlan> all = [];
        foreach (var target in targets) all.Add(free.Contains(target) ? plans.Dequeue() : await ResumeOwnedAsync(target, cancellation));
        return all;
    }

    /// <summary>The plan, or why it would end badly: configuration that the target needs is gone.</summary>
    private async Task<TargetPlan> PossibleAsync(TargetPlan plan, WorkloadSnapshot workload, CancellationToken cancellation)
    {
        if (plan.Steps.OfType<RestoreTemplate>().FirstOrDefault()?.Target is not { } target) return plan;
        try
        {
            var unseen = await new ConfigurationNeeds(estate.Cluster).CheckAsync(workload, target, cancellation);
            return unseen.Count == 0 ? plan : plan with { Draft = plan.Draft with { Warnings = [.. plan.Draft.Warnings, .. unseen] } };
        }
        catch (RollbackException gone)
        {
            return plan with { Refusal = gone, Steps = [], Verify = null };
        }
    }

    private async Task<TargetPlan> ResumeOwnedAsync(UnfinishedTarget target, CancellationToken cancellation)
    {
        var answers = await reader.ReadAsync(OwnedRollback.WorkloadsIn(target.Planned), cancellation);
        return answers.FirstOrDefault(answer => answer.Refusal is not null) is { } gone
            ? new TargetPlan { Draft = target.Draft, Refusal = gone.Refusal }
            : await new OwnedRollback(request, estate, time, watch).ResumeAsync(target, [.. answers.Select(answer => answer.Snapshot!)], cancellation);
    }

    /// <summary>Plans by application for the workloads that one deploys, and the plans that stay as they were.</summary>
    private async Task<(IReadOnlyList<TargetPlan> Owned, List<TargetPlan> Free)> TakeOverAsync(
        List<WorkloadAnswer> answers, List<TargetPlan> plans, CancellationToken cancellation)
    {
        WorkloadApplications applications = new(estate, request.ApplicationNamespace);
        List<(ArgoApplication Application, OwnedMove Move)> found = [];
        List<TargetPlan> free = [], returned = [];
        foreach (var plan in plans)
        {
            var restore = plan.Steps.OfType<RestoreTemplate>().FirstOrDefault();
            if (restore is null) (back.Contains(plan) && !request.NoWait ? returned : free).Add(plan);
            else if (await applications.OwnerOfAsync(Found(answers, plan), cancellation) is { } application) found.Add((application, new OwnedMove(Found(answers, plan), plan, restore)));
            else free.Add(request.Via == RollbackVia.Auto ? plan with { Draft = plan.Draft with { Warnings = [.. plan.Draft.Warnings, .. applications.Unseen] } } : NotOwned(plan));
        }

        OwnedRollback whole = new(request, estate, time, watch);
        List<TargetPlan> owned = [];
        foreach (var group in found.GroupBy(one => one.Application.Name))
            owned.Add(await whole.PlanAsync(group.First().Application, [.. group.Select(one => one.Move)], cancellation));
        await FinishAsync(whole, applications, answers, returned, owned, free, cancellation);
        return (owned, free);
    }

    // Asked again, what is back already is only half an answer while Git still says otherwise.
    private async Task FinishAsync(OwnedRollback whole, WorkloadApplications applications, List<WorkloadAnswer> answers, List<TargetPlan> returned,
        List<TargetPlan> owned, List<TargetPlan> free, CancellationToken cancellation)
    {
        List<(ArgoApplication? Application, TargetPlan Plan)> found = [];
        foreach (var plan in returned) found.Add((await applications.OwnerOfAsync(Found(answers, plan), cancellation), plan));
        foreach (var group in found.GroupBy(one => one.Application?.Name))
        {
            var left = group.First().Application is { } application
                ? await whole.PlanLeftoverAsync(application, [.. group.Select(one => (Found(answers, one.Plan), one.Plan))], cancellation) : null;
            if (left is null)
            {
                free.AddRange(group.Select(one => one.Application?.SyncStatus == "Synced" ? Agreed(one.Plan, Found(answers, one.Plan)) : one.Plan));
                continue;
            }

            watch.Expect([.. group.Select(one => Found(answers, one.Plan))]);
            owned.Add(left);
        }
    }

    // Who deploys it from Git would bring this very version.
    private static TargetPlan Agreed(TargetPlan plan, WorkloadSnapshot workload) =>
        plan with { Draft = plan.Draft with { Warnings = [.. plan.Draft.Warnings.Except(Ownership.Warnings(workload))] } };

    private TargetPlan NotOwned(TargetPlan plan) => new()
    {
        Draft = plan.Draft,
        Refusal = new RollbackException("NotOwnedByApplication", $"No Argo CD application in {request.ApplicationNamespace} deploys {plan.Target} in {plan.Draft.Namespace}.")
        {
            Target = $"{plan.Target} in {plan.Draft.Namespace}",
            NextStep = $"Invoke-ImageRollback {plan.Target} -Namespace {plan.Draft.Namespace} -Via Cluster",
        },
    };

    private async Task<IReadOnlyList<TargetPlan>> ResumeInClusterAsync(List<UnfinishedTarget> targets, CancellationToken cancellation)
    {
        var answers = await reader.ReadAsync([.. targets.Select(target => new WorkloadReference
        {
            Kind = Enum.Parse<WorkloadKind>(target.Draft.Kind),
            Namespace = target.Draft.Namespace,
            Name = target.Draft.Name,
        })], cancellation);
        answers = [.. answers.Select(BeingDeleted.Refused)];
        List<TargetPlan> plans = [.. targets.Zip(answers, (target, answer) => answer.Snapshot is { } snapshot
            ? Resumed(target, snapshot)
            : new TargetPlan { Draft = target.Draft, Refusal = answer.Refusal })];
        watch.Expect([.. plans.Zip(answers).Where(pair => pair.First.Verify is not null).Select(pair => pair.Second.Snapshot!)]);
        return plans;
    }

    private TargetPlan Resumed(UnfinishedTarget target, WorkloadSnapshot workload)
    {
        var restore = target.Planned.Steps.OfType<RestoreTemplate>().LastOrDefault();
        var goal = restore?.To ?? TemplateIdentity.Of(workload.Template, workload.Current);
        return new TargetPlan
        {
            Draft = target.Draft with { FromRevision = restore?.From.Revision ?? 0, ToRevision = restore?.To.Revision ?? 0 },
            Steps = target.Planned.Steps,
            Verify = request.NoWait ? null : (run, token) => watch.VerifyAsync(workload, goal, restore?.Result ?? workload.Holder, run, request.Timeout, token),
        };
    }

    private static WorkloadSnapshot Found(List<WorkloadAnswer> answers, TargetPlan plan) => answers.Select(answer => answer.Snapshot)
        .First(s => s is not null && s.Namespace == plan.Draft.Namespace && s.Kind.ToString() == plan.Draft.Kind && s.Name == plan.Draft.Name)!;

    private TargetPlan Refused(WorkloadAnswer answer) => new()
    {
        Draft = new RollbackResult
        {
            Estate = estate.Name,
            Namespace = answer.Namespace,
            Kind = answer.Reference.Kind?.ToString() ?? "",
            Name = answer.Reference.Name,
        },
        Refusal = answer.Refusal,
    };

    private TargetPlan Plan(WorkloadSnapshot workload, ImageRollbackRequest own, string? decider)
    {
        var from = TemplateIdentity.Of(workload.Template, workload.Current);
        RollbackResult draft = new()
        {
            Estate = estate.Name,
            Namespace = workload.Namespace,
            Kind = workload.Kind.ToString(),
            Name = workload.Name,
            From = from.Describe(),
            FromRevision = from.Revision,
        };
        var healthy = LooksHealthy(workload);
        if (healthy is not null && own is { LabelSelector: not null, Goal.IsKnownGood: true, IncludeHealthy: false })
            return LeftAlone(workload, draft, from, healthy);

        ImageTarget target;
        try
        {
            if (workload.ReferenceRefusal is { } unreadable) throw unreadable;
            target = ImageTarget.Resolve(workload, own.Goal, draft.Estate, time.GetUtcNow());
            CheckPaused(workload);
        }
        catch (Exception refusal) when (refusal is RollbackException or EstateException)
        {
            return new TargetPlan { Draft = draft, Refusal = refusal };
        }

        var to = TemplateIdentity.Of(target.Template, target.Revision);
        var stays = to.Hash == from.Hash && !(request.ResumePaused && workload.Object.Spec.Paused);
        IReadOnlyList<Step> onwards = stays && request.FastTrack ? RolloutReturn.Onwards(workload, to) : [];
        // What is still on its way is where to go when somebody wants it past its steps: that is warned about and asked.
        if (stays && onwards.Count == 0 && target.Bad is { } bad) return new TargetPlan { Draft = draft, Refusal = StaysBad(workload, bad) };
        draft = draft with
        {
            To = to.Describe(),
            ToRevision = to.Revision,
            NextStep = workload.Object.Spec.Replicas == 0 && SuspendedWorkload.Of(workload.Object.Metadata) is not null
                ? $"When it is safe: Resume-Workload {workload} -Namespace {workload.Namespace}" : draft.NextStep,
            Warnings =
            [
                .. decider is null ? [] : new[] { decider }, .. target.Warnings, .. healthy is null ? [] : new[] { healthy }, .. RolloutReturn.Warnings(workload, to, request.FastTrack),
                .. Ownership.Warnings(workload),
            ],
        };
        if (onwards.Count > 0) return Onwards(workload, draft, to, onwards);
        return stays
            ? AlreadyThere(workload, draft, to, target.Resting)
            : Change(workload, own.Reason, draft, from, to, target) is var plan && healthy is not null && !request.IncludeHealthy
                ? plan with { Danger = TargetPlan.DangerOf(healthy, plan.Danger) }
                : plan;
    }

    // A revision that is piped, or named, is where to go: the bad one that runs was meant as what to leave.
    private static RollbackException StaysBad(WorkloadSnapshot workload, string bad) =>
        new("AlreadyBad", $"{workload} in {workload.Namespace} runs what it was asked to go to, and {bad}. A revision that is named or piped is where to go, not what to leave.")
        {
            Target = $"{workload} in {workload.Namespace}",
            NextStep = $"Invoke-ImageRollback {workload} -Namespace {workload.Namespace}",
        };

    // Nobody is stopped from leaving a version whose pods are fine (errors do not show in pods), but nobody does it unawares.
    private string? LooksHealthy(WorkloadSnapshot workload)
    {
        var current = KnownGood.Judge(workload, "", time.GetUtcNow()).FirstOrDefault(revision => revision.Current);
        return current is { Health: RevisionHealth.KnownGood } && KnownGood.HasRunWellFor(workload, time.GetUtcNow()) >= KnownGood.LongEnough
            ? $"What {workload} runs now looks healthy ({string.Join("; ", current.Evidence)})."
            : null;
    }

    // Labels reach further than whoever types them remembers: the database of the shop was not part of tonight's release.
    private static TargetPlan LeftAlone(WorkloadSnapshot workload, RollbackResult draft, TemplateIdentity current, string healthy)
    {
        var message = $"left alone at {current.Describe()}. {healthy} -IncludeHealthy takes it back, too";
        return new TargetPlan
        {
            Draft = draft with
            {
                To = draft.From,
                ToRevision = draft.FromRevision,
                Steps = [$"nothing to change: {message}"],
                NextStep = $"Invoke-ImageRollback {workload} -Namespace {workload.Namespace}",
            },
            Settled = Verdict.Good(message),
            Success = RollbackOutcome.AlreadyThere,
        };
    }

    private void CheckPaused(WorkloadSnapshot workload)
    {
        if (!workload.Object.Spec.Paused || request.ResumePaused) return;
        throw new RollbackException("Paused", $"{workload} in {workload.Namespace} is paused: a rollback would not take effect until it is resumed.")
        {
            Target = $"{workload} in {workload.Namespace}",
            NextStep = "Add -ResumePaused to resume it as part of the rollback.",
        };
    }

    private TargetPlan AlreadyThere(WorkloadSnapshot workload, RollbackResult draft, TemplateIdentity to, string? resting)
    {
        var status = RolloutStatus.Of(workload);
        if (status.WaitsFor is { } who) return AtAPause(workload, draft, who);
        var message = $"{workload} already runs {to.Describe()}, {status.Message}";
        if (resting is not null) message += $"; {resting}";
        TargetPlan plan = new()
        {
            Draft = draft with { Steps = [$"nothing to change: {message}"] },
            Action = "Wait until healthy",
            // Said each time it is asked, for as long as it is so.
            Settled = status.Complete ? Verdict.Good(message, Leftovers.Of(workload)) : null,
            Success = RollbackOutcome.AlreadyThere,
            Verify = status.Complete || request.NoWait ? null : (run, token) => watch.VerifyAsync(workload, to, workload.Holder, run, request.Timeout, token),
        };
        back.Add(plan);
        return plan;
    }

    // An earlier run asked for it and it stands somewhere on its way: what is left to do is to pass the steps over.
    private TargetPlan Onwards(WorkloadSnapshot workload, RollbackResult draft, TemplateIdentity to, IReadOnlyList<Step> steps) => new()
    {
        Draft = draft with
        {
            From = ContainerImage.Describe(workload.Stable!.Template.Images),
            FromRevision = workload.Stable.Number,
            Steps = [.. steps.Select(step => step.Description)],
        },
        Steps = steps,
        Action = "Promote Rollout fully",
        Danger = RolloutReturn.Danger(workload, to, steps),
        Verify = request.NoWait ? null : (run, token) => watch.VerifyAsync(workload, to, workload.Holder, run, request.Timeout, token),
    };

    // Waiting would last until somebody promotes it.
    private TargetPlan AtAPause(WorkloadSnapshot workload, RollbackResult draft, string who)
    {
        var verdict = ArgoRolloutVerdict.Paused(workload, who, workload.Object);
        TargetPlan plan = new() { Draft = draft with { Steps = [$"nothing to change: {verdict.Message}"] }, Settled = verdict, Success = RollbackOutcome.AlreadyThere };
        back.Add(plan);
        return plan;
    }

    private TargetPlan Change(
        WorkloadSnapshot workload, string? why, RollbackResult draft, TemplateIdentity from, TemplateIdentity to, ImageTarget target)
    {
        var reason = why is null ? "" : $": {why}";
        RestoreTemplate step = new()
        {
            Kind = workload.Kind,
            Namespace = workload.Namespace,
            Name = workload.Name,
            Uid = workload.Object.Metadata.Uid,
            From = from,
            To = to,
            Holder = TemplateHolder.Of(workload),
            ChangeCause = $"Rolled back to {ContainerImage.DescribeShort(to.Images)} by {RunEngine.Actor}{reason}",
            ResumePaused = request.ResumePaused && workload.Object.Spec.Paused && workload.Reference is null,
            // What was seen not working is bad wherever it is left for.
            MarksBad = target.KnownGood || KnownGood.WhyBad(workload, time.GetUtcNow()) is not null,
            Owners = FieldOwnership.Of(workload.Holder),
            AppliedBefore = LastApplied.Fingerprint(LastApplied.Of(workload.Holder)),
            Planned = workload,
            Target = target.Template,
        };
        var all = RolloutReturn.Steps(workload, step, request.ResumePaused, request.FastTrack);
        List<string> steps = [.. all.TakeWhile(one => one != step).Select(one => one.Description), step.Description];
        steps.AddRange(TemplateDifference.Describe((workload.Current?.Template ?? workload.Template), target.Template)
            .Where(line => !line.Contains(".image: ", StringComparison.Ordinal)).Select(line => $"also {line}"));
        if (FieldOwnership.Appliers(step.Owners) is { Count: > 0 } appliers)
            steps.Add($"then give the fields of spec.template back to '{string.Join("', '", appliers)}' (metadata.managedFields), whose server-side apply owns them");
        steps.AddRange(StuckPods.Of(workload, to.Hash).Select(pod => $"then {StuckPods.Replacement(workload, pod).Description}"));
        steps.AddRange(all.SkipWhile(one => one != step).Skip(1).Select(one => $"then {one.Description}"));
        return new TargetPlan
        {
            Draft = draft with { Steps = steps },
            Steps = all,
            Action = workload.Kind == WorkloadKind.Rollout ? "Roll back Rollout" : "Roll back image",
            Danger = RolloutReturn.Danger(workload, to, all),
            Verify = request.NoWait ? null : (run, token) => watch.VerifyAsync(workload, to, step.Result!, run, request.Timeout, token),
        };
    }
}
