using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>What belongs to a Rollout besides its ReplicaSets and pods: the workload it refers to, and what was measured of it.</summary>
internal sealed class RolloutReading(ICluster cluster)
{
    /// <summary>A workload that a Rollout refers to is that Rollout's template, and not a workload of its own.</summary>
    public static List<WorkloadSnapshot> WithoutReferenced(List<WorkloadSnapshot> found)
    {
        var referenced = found.Select(one => one.Object.Spec.WorkloadRef is { } reference ? (one.Namespace, reference.Kind, reference.Name) : default).ToHashSet();
        return [.. found.Where(one => !referenced.Contains((one.Namespace, one.Kind.ToString(), one.Name)))];
    }

    public async Task<WorkloadSnapshot> CompleteAsync(WorkloadSnapshot rollout, CancellationToken cancellation)
    {
        var analyses = AnalysesAsync(rollout.Namespace, cancellation);
        return With(await ReferringAsync(rollout, cancellation), await analyses);
    }

    public async Task<List<WorkloadSnapshot>> CompleteAsync(string ns, List<WorkloadSnapshot> found, CancellationToken cancellation)
    {
        if (found.All(one => one.Kind != WorkloadKind.Rollout)) return found;
        var analyses = AnalysesAsync(ns, cancellation);
        List<WorkloadSnapshot> complete = [];
        foreach (var one in found)
            complete.Add(one.Kind == WorkloadKind.Rollout ? With(await ReferringAsync(one, cancellation), await analyses) : one);
        return complete;
    }

    /// <summary>
    /// What to say of workloads that were named themselves, though a Rollout refers to them: its name decides, and only it tells what runs. Null for
    /// the others, and where Rollouts are not served or not to be seen.
    /// </summary>
    public async Task<Func<WorkloadSnapshot, string?>> DecidersAsync(IEnumerable<WorkloadSnapshot> named, CancellationToken cancellation)
    {
        Dictionary<(string Namespace, string Kind, string Name), string> deciders = [];
        foreach (var ns in named.Where(one => one.Kind == WorkloadKind.Deployment).Select(one => one.Namespace).Distinct())
        {
            try
            {
                foreach (var rollout in (await cluster.ListAsync(Resources.Rollouts, ns, ListFilter.None, cancellation)).Items)
                    if (rollout.Spec.WorkloadRef is { } reference) deciders[(ns, reference.Kind, reference.Name)] = rollout.Metadata.Name;
            }
            catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.NotFound or EstateErrorKind.Forbidden)
            {
                // Most clusters have no Rollouts, and most roles no right to them.
            }
        }

        return workload => deciders.GetValueOrDefault((workload.Namespace, workload.Kind.ToString(), workload.Name)) is { } name
            ? $"rollout/{name} takes its pod template from {workload} and decides when and how far it is rolled out: name it instead: Invoke-ImageRollback rollout/{name} -Namespace {workload.Namespace}"
            : null;
    }

    private async Task<WorkloadSnapshot> ReferringAsync(WorkloadSnapshot rollout, CancellationToken cancellation)
    {
        if (rollout.Object.Spec.WorkloadRef is null) return rollout;
        try
        {
            return rollout with { Reference = await ReferencedWorkload.ReadAsync(cluster, rollout.Object, cancellation) };
        }
        catch (Exception refusal) when (refusal is RollbackException or EstateException { Kind: EstateErrorKind.Forbidden })
        {
            // It can still be looked at: its ReplicaSets tell what it runs.
            return rollout with { ReferenceRefusal = refusal };
        }
    }

    private static WorkloadSnapshot With(WorkloadSnapshot rollout, IReadOnlyList<AnalysisRun> analyses) => rollout with
    {
        Analyses = [.. analyses.Where(run => run.OwnerUid == rollout.Object.Metadata.Uid).OrderByDescending(run => run.CreatedAt).ThenByDescending(run => run.Name, StringComparer.Ordinal)],
    };

    private async Task<IReadOnlyList<AnalysisRun>> AnalysesAsync(string ns, CancellationToken cancellation)
    {
        try
        {
            return [.. (await cluster.ListAsync(Resources.AnalysisRuns, ns, ListFilter.None, cancellation)).Items.Select(AnalysisRun.From)];
        }
        catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.NotFound or EstateErrorKind.Forbidden)
        {
            return []; // Evidence beside the rest: whoever may not see it goes by the rest.
        }
    }
}
