using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Suspension;

/// <summary>What a request to stop or resume is about, as it is now.</summary>
internal sealed class SuspensionTargets(SuspensionRequest request, IEstate estate, IOperationReporter reporter)
{
    private readonly WorkloadReader reader = new(estate.Cluster);

    private string Namespace => request.Namespace ?? estate.Cluster.Info.DefaultNamespace;

    /// <summary>Throws NothingSelected when the labels select nothing at all.</summary>
    public async Task<(IReadOnlyList<WorkloadAnswer> Workloads, IReadOnlyList<(string Name, CustomResource? Job)> Jobs)> ReadAsync(CancellationToken cancellation)
    {
        if (request.LabelSelector is not { } selector)
        {
            var named = request.Workloads.Count == 0 ? [] : await reader.ReadAsync([.. request.Workloads.Distinct()], cancellation);
            return (Once(named), await NamedJobsAsync(cancellation));
        }

        var all = await reader.ReadAllAsync(request.Namespace, selector, cancellation);
        var jobs = await JobsAsync(new ListFilter { LabelSelector = selector }, cancellation);
        if (all.Count + jobs.Count > 0)
            return ([.. all.Select(one => new WorkloadAnswer(new WorkloadReference { Kind = one.Kind, Name = one.Name }) { Snapshot = one, Namespace = one.Namespace })], [.. jobs.Select(job => (job.Metadata.Name, (CustomResource?)job))]);
        await MissingNamespace.MustNotBeAsync(estate.Cluster, request.Namespace, cancellation);
        throw new RollbackException("NothingSelected", $"No deployment, statefulset, rollout or cronjob in {Namespace} has the labels '{selector}'.")
        {
            Target = selector,
            NextStep = $"kubectl get deployments,statefulsets,cronjobs -n {Namespace} --show-labels",
        };
    }

    // `api` and `deployment/api` are one target, however it was named.
    private static IReadOnlyList<WorkloadAnswer> Once(IReadOnlyList<WorkloadAnswer> answers) =>
        [.. answers.DistinctBy(answer => answer.Snapshot?.Object.Metadata.Uid ?? answer.Reference.ToString())];

    private async Task<IReadOnlyList<(string, CustomResource?)>> NamedJobsAsync(CancellationToken cancellation)
    {
        List<(string, CustomResource?)> found = [];
        foreach (var name in request.CronJobs.Distinct())
        {
            if (!KubernetesName.IsSubdomain(name)) throw new RollbackException("InvalidName", $"'{name}' is not a Kubernetes name.") { Target = name };
            try
            {
                found.Add((name, await estate.Cluster.GetAsync(BatchKinds.CronJobs, Namespace, name, cancellation)));
            }
            catch (EstateException missing) when (missing.Kind == EstateErrorKind.NotFound)
            {
                found.Add((name, null));
            }
        }

        return found;
    }

    private async Task<IReadOnlyList<CustomResource>> JobsAsync(ListFilter filter, CancellationToken cancellation)
    {
        try
        {
            return (await estate.Cluster.ListAsync(BatchKinds.CronJobs, Namespace, filter, cancellation)).Items;
        }
        catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.Forbidden)
        {
            // Whoever may not see CronJobs stops the rest, and knows it.
            reporter.Warning($"CronJobs in {Namespace} are not looked at, so those with the labels {(request.Resume ? "stay suspended" : "go on")}: {refusal.Message}");
            return [];
        }
        catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.NotFound)
        {
            return []; // A server without the kind has none.
        }
    }
}
