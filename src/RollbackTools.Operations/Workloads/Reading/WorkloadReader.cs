using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>
/// Reads workloads with their revisions and pods. A couple of names cost a GET each and selector-limited lists; more in one
/// namespace, or a label selector, cost one LIST per kind however many there are.
/// </summary>
public sealed class WorkloadReader(ICluster cluster)
{
    private const int NamesWorthAList = 3;

    private static readonly WorkloadKind[] AllKinds = [WorkloadKind.Deployment, WorkloadKind.StatefulSet, WorkloadKind.DaemonSet, WorkloadKind.Rollout];

    private readonly RolloutReading rollouts = new(cluster);

    /// <summary>
    /// One answer per reference, in order: the snapshot, or why there is none. Trouble with the whole request
    /// (unreachable, not authenticated) throws instead.
    /// </summary>
    public async Task<IReadOnlyList<WorkloadAnswer>> ReadAsync(IReadOnlyList<WorkloadReference> references, CancellationToken cancellation)
    {
        var answers = new WorkloadAnswer[references.Count];
        var byNamespace = references.Select((reference, index) => (reference, index))
            .GroupBy(pair => Namespace(pair.reference.Namespace));
        await Parallel.ForEachAsync(byNamespace, Bounded(cancellation), async (group, token) =>
        {
            var members = group.ToList();
            var found = members.Count < NamesWorthAList
                ? await GetAsync(group.Key, members, token)
                : Match(await ListAsync(group.Key, null, Kinds(members.Select(m => m.reference)), token), members);
            for (var i = 0; i < members.Count; i++)
                answers[members[i].index] = found[i].Snapshot is null ? found[i] with { Namespace = group.Key } : found[i];
        });
        return answers;
    }

    /// <summary>Every workload of the namespace that the label selector selects (all of them when it is null).</summary>
    public Task<IReadOnlyList<WorkloadSnapshot>> ReadAllAsync(string? ns, string? labelSelector, CancellationToken cancellation) =>
        ReadAllAsync(ns, labelSelector, AllKinds, cancellation);

    /// <summary>The same, of some kinds. Where Rollouts are all that is asked for, a cluster that does not serve them says so.</summary>
    public Task<IReadOnlyList<WorkloadSnapshot>> ReadAllAsync(string? ns, string? labelSelector, IReadOnlyList<WorkloadKind> kinds, CancellationToken cancellation) =>
        ListAsync(Namespace(ns), labelSelector, [.. kinds], cancellation);

    /// <summary>The workload alone, again: for deciding after a conflict.</summary>
    public Task<Workload> ReadObjectAsync(WorkloadKind kind, string ns, string name, CancellationToken cancellation) =>
        cluster.GetAsync(WorkloadSnapshot.ResourceOf(kind), ns, name, cancellation);

    /// <summary>The workload again with what has its template, without revisions and pods. Throws when what it refers to cannot be read.</summary>
    public async Task<WorkloadSnapshot> ReadHolderAsync(WorkloadKind kind, string ns, string name, CancellationToken cancellation)
    {
        WorkloadSnapshot found = new(kind, await ReadObjectAsync(kind, ns, name, cancellation));
        return found.Object.Spec.WorkloadRef is null ? found : found with { Reference = await ReferencedWorkload.ReadAsync(cluster, found.Object, cancellation) };
    }

    /// <summary>The revisions of one workload, highest number first.</summary>
    public async Task<IReadOnlyList<Revision>> ReadRevisionsAsync(WorkloadSnapshot workload, CancellationToken cancellation)
    {
        ListFilter filter = new() { LabelSelector = workload.Selector.ToString() };
        return HasReplicaSets(workload.Kind)
            ? RevisionsOf(workload.Kind, workload.Object, (await cluster.ListAsync(Resources.ReplicaSets, workload.Namespace, filter, cancellation)).Items)
            : RevisionsOf(workload.Object, (await cluster.ListAsync(Resources.ControllerRevisions, workload.Namespace, filter, cancellation)).Items);
    }

    internal static bool HasReplicaSets(WorkloadKind kind) => kind is WorkloadKind.Deployment or WorkloadKind.Rollout;

    private static ParallelOptions Bounded(CancellationToken cancellation) => new() { CancellationToken = cancellation, MaxDegreeOfParallelism = 8 };

    private static WorkloadKind[] Kinds(IEnumerable<WorkloadReference> references)
    {
        var kinds = references.Select(reference => reference.Kind).Distinct().ToList();
        return kinds.Contains(null) ? AllKinds : [.. kinds.Select(kind => kind!.Value)];
    }

    private string Namespace(string? given)
    {
        var ns = given ?? cluster.Info.DefaultNamespace;
        if (!KubernetesName.IsLabel(ns))
            throw new RollbackException("InvalidName", $"'{ns}' is not a namespace name: lower-case letters, digits and '-', at most 63.");
        return ns;
    }

    private async Task<List<WorkloadAnswer>> GetAsync(
        string ns, List<(WorkloadReference Reference, int Index)> members, CancellationToken cancellation) =>
        [.. await Task.WhenAll(members.Select(async member =>
        {
            var answer = await FindAsync(ns, member.Reference, cancellation);
            if (answer.Snapshot is not { } found) return answer;
            if (found.Kind == WorkloadKind.Rollout) found = await rollouts.CompleteAsync(found, cancellation);
            ListFilter filter = new() { LabelSelector = found.Selector.ToString() };
            var revisions = ReadRevisionsAsync(found, cancellation);
            var pods = await cluster.ListAsync(Resources.Pods, ns, filter, cancellation);
            return answer with
            {
                Snapshot = found with
                {
                    Revisions = await revisions,
                    Pods = PodsOf(found, await revisions, pods.Items),
                    PodsVersion = pods.Metadata.ResourceVersion,
                },
            };
        }))];

    // A bare name may be any kind: ask for all at once, and refuse to guess when several answer.
    private async Task<WorkloadAnswer> FindAsync(string ns, WorkloadReference reference, CancellationToken cancellation)
    {
        var kinds = reference.Kind is { } only ? [only] : AllKinds;
        var tries = await Task.WhenAll(kinds.Select(async kind =>
        {
            try
            {
                var found = await cluster.GetAsync(WorkloadSnapshot.ResourceOf(kind), ns, reference.Name, cancellation);
                return (Snapshot: new WorkloadSnapshot(kind, found), Refusal: null);
            }
            catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.NotFound or EstateErrorKind.Forbidden)
            {
                // Most clusters have no Rollouts, and most roles no right to them: only who asks for one is told.
                return (Snapshot: (WorkloadSnapshot?)null, Refusal: kind == WorkloadKind.Rollout && reference.Kind is null ? null : (EstateException?)refusal);
            }
        }));
        var all = RolloutReading.WithoutReferenced([.. tries.Where(t => t.Snapshot is not null).Select(t => t.Snapshot!)]);
        var forbidden = tries.Select(t => t.Refusal).FirstOrDefault(refusal => refusal?.Kind == EstateErrorKind.Forbidden);
        if (all.Count == 0 && forbidden is not null) return new WorkloadAnswer(reference) { Refusal = forbidden };
        return all.Count == 0 && await MissingNamespace.IsAsync(cluster, ns, cancellation)
            ? new WorkloadAnswer(reference) { Refusal = MissingNamespace.Refusal(ns, $"no {reference.Name}") }
            : Choose(reference, all, ns);
    }

    private static WorkloadAnswer Choose(WorkloadReference reference, List<WorkloadSnapshot> found, string ns) => found.Count switch
    {
        1 => new WorkloadAnswer(reference) { Snapshot = found[0] },
        0 => new WorkloadAnswer(reference)
        {
            Refusal = new RollbackException("WorkloadNotFound", $"There is no {Describe(reference)} in namespace {ns}.")
            {
                Target = reference.ToString(),
                NextStep = reference.Kind == WorkloadKind.Rollout ? $"Get-ArgoRollout -Namespace {ns}" : $"kubectl get deployments,statefulsets,daemonsets -n {ns}",
            },
        },
        _ => new WorkloadAnswer(reference)
        {
            Refusal = new RollbackException("AmbiguousName",
                $"'{reference.Name}' in namespace {ns} is {string.Join(" and ", found.Select(f => f.ToString()))}.")
            {
                Target = reference.ToString(),
                NextStep = $"Name the kind: {found[0]}",
            },
        },
    };

    private static string Describe(WorkloadReference reference) =>
        reference.Kind is null ? $"deployment, statefulset, daemonset or rollout named '{reference.Name}'" : reference.ToString();

    private static List<WorkloadAnswer> Match(
        IReadOnlyList<WorkloadSnapshot> all, List<(WorkloadReference Reference, int Index)> members)
    {
        var byName = all.ToLookup(snapshot => snapshot.Name);
        return [.. members.Select(member => Choose(member.Reference,
            [.. byName[member.Reference.Name].Where(s => member.Reference.Kind is null || s.Kind == member.Reference.Kind)],
            member.Reference.Namespace ?? all.FirstOrDefault()?.Namespace ?? "it"))];
    }

    private async Task<IReadOnlyList<WorkloadSnapshot>> ListAsync(
        string ns, string? labelSelector, WorkloadKind[] kinds, CancellationToken cancellation)
    {
        ListFilter filter = new() { LabelSelector = labelSelector };
        var lists = await Task.WhenAll(kinds.Select(async kind =>
        {
            var list = await ListKindAsync(kind, ns, filter, only: kinds.Length == 1, cancellation);
            return list.Items.Select(item => new WorkloadSnapshot(kind, item) { ListVersion = list.Metadata.ResourceVersion }).ToList();
        }));
        var found = RolloutReading.WithoutReferenced([.. lists.SelectMany(list => list)]);
        if (found.Count == 0) return found;
        found = await rollouts.CompleteAsync(ns, found, cancellation);

        var sets = found.Any(f => HasReplicaSets(f.Kind))
            ? cluster.ListAsync(Resources.ReplicaSets, ns, ListFilter.None, cancellation)
            : Task.FromResult(new ResourceList<ReplicaSet>());
        var revisions = found.Any(f => !HasReplicaSets(f.Kind))
            ? cluster.ListAsync(Resources.ControllerRevisions, ns, ListFilter.None, cancellation)
            : Task.FromResult(new ResourceList<ControllerRevision>());
        var pods = await cluster.ListAsync(Resources.Pods, ns, ListFilter.None, cancellation);

        var setsByOwner = (await sets).Items.ToLookup(Owner);
        var revisionsByOwner = (await revisions).Items.ToLookup(Owner);
        var podsByOwner = pods.Items.ToLookup(Owner);
        return [.. found.Select(snapshot =>
        {
            var uid = snapshot.Object.Metadata.Uid;
            var mine = HasReplicaSets(snapshot.Kind)
                ? RevisionsOf(snapshot.Kind, snapshot.Object, setsByOwner[uid])
                : RevisionsOf(snapshot.Object, revisionsByOwner[uid]);
            var owners = HasReplicaSets(snapshot.Kind) ? mine.Select(revision => revision.Uid) : [uid];
            return snapshot with
            {
                Revisions = mine,
                Pods = [.. owners.SelectMany(owner => podsByOwner[owner])],
                PodsVersion = pods.Metadata.ResourceVersion,
            };
        })];
    }

    // Rollouts are a custom kind: where they are not served, or not to be seen, the others are still there.
    private async Task<ResourceList<Workload>> ListKindAsync(WorkloadKind kind, string ns, ListFilter filter, bool only, CancellationToken cancellation)
    {
        try
        {
            return await cluster.ListAsync(WorkloadSnapshot.ResourceOf(kind), ns, filter, cancellation);
        }
        catch (EstateException refusal) when (kind == WorkloadKind.Rollout && !only && refusal.Kind is EstateErrorKind.NotFound or EstateErrorKind.Forbidden)
        {
            return new ResourceList<Workload>();
        }
    }

    private static string Owner(IKubernetesObject item) =>
        item.Metadata.OwnerReferences.FirstOrDefault(owner => owner.Controller)?.Uid ?? "";

    private static List<Revision> RevisionsOf(WorkloadKind kind, Workload workload, IEnumerable<ReplicaSet> sets) =>
        Sort(sets.Where(set => set.Metadata.IsControlledBy(workload.Metadata.Uid))
            .Select(set => kind == WorkloadKind.Rollout ? RolloutRevision.From(set) : Revision.From(set)).OfType<Revision>());

    private static List<Revision> RevisionsOf(Workload workload, IEnumerable<ControllerRevision> revisions) =>
        Sort(revisions.Where(revision => revision.Metadata.IsControlledBy(workload.Metadata.Uid)).Select(Revision.From));

    private static List<Revision> Sort(IEnumerable<Revision> revisions) =>
        [.. revisions.OrderByDescending(revision => revision.Number).ThenBy(revision => revision.CreatedAt)];

    private static List<Pod> PodsOf(WorkloadSnapshot snapshot, IReadOnlyList<Revision> revisions, IReadOnlyList<Pod> pods) =>
        HasReplicaSets(snapshot.Kind)
            ? [.. pods.Where(pod => revisions.Any(revision => pod.Metadata.IsControlledBy(revision.Uid)))]
            : [.. pods.Where(pod => pod.Metadata.IsControlledBy(snapshot.Object.Metadata.Uid))];
}

/// <summary>What became of one reference: found, or why not.</summary>
public sealed record WorkloadAnswer(WorkloadReference Reference)
{
    public WorkloadSnapshot? Snapshot { get; init; }

    public Exception? Refusal { get; init; }

    /// <summary>The namespace that was asked.</summary>
    public string Namespace { get; init; } = "";
}
