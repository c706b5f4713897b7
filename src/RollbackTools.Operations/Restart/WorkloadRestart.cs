using System.Globalization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Restart;

/// <summary>Replaces the pods of workloads, a rollout each, and proves that the new ones work.</summary>
internal sealed class WorkloadRestart(RestartRequest request, IEstate estate, IOperationReporter reporter, TimeProvider time) : IOperation
{
    private readonly WorkloadReader reader = new(estate.Cluster);
    private readonly RolloutWatch watch = new(estate.Cluster, reporter, time);

    public ValueTask DisposeAsync() => watch.DisposeAsync();

    public async Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation)
    {
        var answers = request.LabelSelector is null
            ? await reader.ReadAsync([.. request.Workloads.Distinct()], cancellation)
            : [.. (await reader.ReadAllAsync(request.Namespace, request.LabelSelector, cancellation))
                .Select(one => new WorkloadAnswer(new WorkloadReference { Kind = one.Kind, Name = one.Name }) { Snapshot = one, Namespace = one.Namespace })];
        if (answers.Count == 0)
        {
            throw new RollbackException("NothingSelected", $"No deployment, statefulset, daemonset or rollout in {request.Namespace ?? estate.Cluster.Info.DefaultNamespace} has the labels '{request.LabelSelector}'.")
            {
                Target = request.LabelSelector,
            };
        }

        answers = [.. answers.Select(BeingDeleted.Refused)];
        var plans = answers.DistinctBy(answer => answer.Snapshot?.Object.Metadata.Uid ?? answer.Reference.ToString()).Select(Plan).ToList();
        watch.Expect([.. answers.Select(answer => answer.Snapshot).OfType<WorkloadSnapshot>()]);
        return plans;
    }

    public async Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation)
    {
        var answers = await reader.ReadAsync([.. targets.Select(target => (RestartPods)target.Planned.Steps[0])
            .Select(step => new WorkloadReference { Kind = step.Kind, Namespace = step.Namespace, Name = step.Name })], cancellation);
        answers = [.. answers.Select(BeingDeleted.Refused)];
        watch.Expect([.. answers.Select(answer => answer.Snapshot).OfType<WorkloadSnapshot>()]);
        return [.. targets.Zip(answers, (target, answer) => answer.Snapshot is { } workload
            ? Plan(target.Draft, (RestartPods)target.Planned.Steps[0], workload)
            : new TargetPlan { Draft = target.Draft, Refusal = answer.Refusal })];
    }

    private TargetPlan Plan(WorkloadAnswer answer)
    {
        if (answer.Snapshot is not { } workload)
        {
            return new TargetPlan
            {
                Draft = new RollbackResult { Estate = estate.Name, Namespace = answer.Namespace, Kind = answer.Reference.Kind?.ToString() ?? "", Name = answer.Reference.Name },
                Refusal = answer.Refusal,
            };
        }

        var images = ContainerImage.Describe(workload.Template.Images);
        RollbackResult draft = new() { Estate = estate.Name, Namespace = workload.Namespace, Kind = workload.Kind.ToString(), Name = workload.Name, From = images, To = images };
        if (workload.Object.Spec.Paused)
        {
            return new TargetPlan
            {
                Draft = draft,
                Refusal = new RollbackException("Paused", $"{workload} in {workload.Namespace} is paused: a restart would not take effect until it is resumed.")
                {
                    Target = $"{workload} in {workload.Namespace}",
                    NextStep = workload.Kind == WorkloadKind.Rollout ? $"Resume-ArgoRollout {workload.Name} -Namespace {workload.Namespace}" : $"kubectl rollout resume {workload} -n {workload.Namespace}",
                },
            };
        }

        return Plan(draft, new RestartPods
        {
            Kind = workload.Kind,
            Namespace = workload.Namespace,
            Name = workload.Name,
            Uid = workload.Object.Metadata.Uid,
            At = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            FromHash = workload.Template.Hash,
            ChangeCause = $"Restarted by {RunEngine.Actor}{(request.Reason is { } reason ? $": {reason}" : "")}",
        }, workload);
    }

    private TargetPlan Plan(RollbackResult draft, RestartPods step, WorkloadSnapshot workload) => new()
    {
        Draft = draft with { Steps = [step.Description] },
        Steps = [step],
        Action = "Restart workload",
        Success = RollbackOutcome.Changed,
        Verify = request.NoWait ? null : (run, token) => watch.VerifyAsync(
            workload, TemplateIdentity.Of(workload.Kind == WorkloadKind.Rollout ? workload.Template : new PodTemplate(step.Result!.Spec.Template), null),
            step.Result!, run, request.Timeout, token),
    };
}
