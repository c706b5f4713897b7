using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Images;

/// <summary>Takes workloads back to an earlier image and proves it.</summary>
internal sealed class ImageRollback(ImageRollbackRequest request, IEstate estate, IOperationReporter reporter, TimeProvider time) : IOperation
{
    private readonly WorkloadReader reader = new(estate.Cluster);
    private readonly RolloutWatch watch = new(estate.Cluster, reporter, time);

    public ValueTask DisposeAsync() => watch.DisposeAsync();

    public async Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation)
    {
        List<WorkloadAnswer> answers;
        if (request.LabelSelector is { } selector)
        {
            var all = await reader.ReadAllAsync(request.Namespace, selector, cancellation);
            if (all.Count == 0)
            {
                throw new RollbackException("NothingSelected",
                    $"No deployment, statefulset or daemonset in {request.Namespace ?? estate.Cluster.Info.DefaultNamespace} has the labels '{selector}'.")
                {
                    Target = selector,
                    NextStep = "kubectl get deployments,statefulsets,daemonsets --show-labels",
                };
            }

            answers = [.. all.Select(snapshot => new WorkloadAnswer(new WorkloadReference { Kind = snapshot.Kind, Name = snapshot.Name }) { Snapshot = snapshot })];
        }
        else
        {
            answers = [.. await reader.ReadAsync([.. request.Workloads.Distinct()], cancellation)];
        }

        List<TargetPlan> plans = [];
        HashSet<string> seen = [];
        PodReplacementRight right = new(estate.Cluster);
        foreach (var answer in answers)
        {
            // `api` and `deployment/api` are one target, however it was named.
            if (answer.Snapshot is { } snapshot && !seen.Add(snapshot.Object.Metadata.Uid)) continue;
            var plan = answer.Snapshot is null ? Refused(answer) : Plan(answer.Snapshot);
            plans.Add(plan.Steps.Count > 0 && await right.MissingForAsync(answer.Snapshot!, cancellation) is { } missing
                ? plan with { Refusal = missing, Steps = [], Verify = null }
                : plan);
        }

        watch.Expect([.. plans.Where(plan => plan.Verify is not null).Select(plan => Found(answers, plan))]);
        return plans;
    }

    public async Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation)
    {
        var answers = await reader.ReadAsync([.. targets.Select(target => new WorkloadReference
        {
            Kind = Enum.Parse<WorkloadKind>(target.Draft.Kind),
            Namespace = target.Draft.Namespace,
            Name = target.Draft.Name,
        })], cancellation);
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
            Verify = request.NoWait ? null : (run, token) => watch.VerifyAsync(workload, goal, restore?.Result ?? workload.Object, run, request.Timeout, token),
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

    private TargetPlan Plan(WorkloadSnapshot workload)
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
        ImageTarget target;
        try
        {
            target = ImageTarget.Resolve(workload, request.Goal, draft.Estate, time.GetUtcNow());
            CheckPaused(workload);
        }
        catch (RollbackException refusal)
        {
            return new TargetPlan { Draft = draft, Refusal = refusal };
        }

        var to = TemplateIdentity.Of(target.Template, target.Revision);
        draft = draft with
        {
            To = to.Describe(),
            ToRevision = to.Revision,
            Warnings = [.. target.Warnings, .. LooksHealthy(workload), .. Ownership.Warnings(workload)],
        };
        return to.Hash == from.Hash && !(request.ResumePaused && workload.Object.Spec.Paused)
            ? AlreadyThere(workload, draft, to, target.Resting)
            : Change(workload, draft, from, to, target);
    }

    // Nobody is stopped from leaving a version whose pods are fine (errors do not show in pods), but nobody does it unawares.
    private IEnumerable<string> LooksHealthy(WorkloadSnapshot workload)
    {
        var current = KnownGood.Judge(workload, "", time.GetUtcNow()).FirstOrDefault(revision => revision.Current);
        if (current is { Health: RevisionHealth.KnownGood } && current.CurrentFor >= KnownGood.LongEnough)
            yield return $"What {workload} runs now looks healthy ({string.Join("; ", current.Evidence)}).";
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
        var status = RolloutStatus.Of(workload.Kind, workload.Object);
        var message = $"{workload} already runs {to.Describe()}, {status.Message}";
        if (resting is not null) message += $"; {resting}";
        return new TargetPlan
        {
            Draft = draft with { Steps = [$"nothing to change: {message}"] },
            Action = "Wait until healthy",
            Settled = status.Complete ? Verdict.Good(message) : null,
            Success = RollbackOutcome.AlreadyThere,
            Verify = status.Complete || request.NoWait ? null : (run, token) => watch.VerifyAsync(workload, to, workload.Object, run, request.Timeout, token),
        };
    }

    private TargetPlan Change(WorkloadSnapshot workload, RollbackResult draft, TemplateIdentity from, TemplateIdentity to, ImageTarget target)
    {
        var reason = request.Reason is null ? "" : $": {request.Reason}";
        RestoreTemplate step = new()
        {
            Kind = workload.Kind,
            Namespace = workload.Namespace,
            Name = workload.Name,
            Uid = workload.Object.Metadata.Uid,
            From = from,
            To = to,
            ChangeCause = $"Rolled back to {ContainerImage.DescribeShort(to.Images)} by {RunEngine.Actor}{reason}",
            ResumePaused = request.ResumePaused && workload.Object.Spec.Paused,
            MarksBad = target.KnownGood,
            Planned = workload,
            Target = target.Template,
        };
        List<string> steps = [step.Description];
        steps.AddRange(TemplateDifference.Describe(workload.Template, target.Template).Where(line => !line.Contains(".image: ", StringComparison.Ordinal))
            .Select(line => $"also {line}"));
        steps.AddRange(StuckPods.Of(workload, to.Hash).Select(pod => $"then {StuckPods.Replacement(workload, pod).Description}"));
        return new TargetPlan
        {
            Draft = draft with { Steps = steps },
            Steps = [step],
            Action = "Roll back image",
            Verify = request.NoWait ? null : (run, token) => watch.VerifyAsync(workload, to, step.Result!, run, request.Timeout, token),
        };
    }
}
