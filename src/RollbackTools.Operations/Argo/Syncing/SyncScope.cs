using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>
/// Which objects of an application a sync applies, and which it leaves. Argo CD applies all that it manages unless it is told which: a
/// workload that somebody stopped would run again.
/// </summary>
internal sealed record SyncScope(IReadOnlyList<ArgoObject> Applied, IReadOnlyList<LeftAlone> Left)
{
    private string? unseen;

    /// <summary>What this module stopped and runs again, with the note still on it.</summary>
    public IReadOnlyList<ArgoObject> Started { get; private init; } = [];

    /// <summary>The commands that end the stop of everything that this module stopped, running again or not; null when there is nothing.</summary>
    public string? Resume
    {
        get
        {
            var noted = Started.Concat(Stopped.Where(one => one.Start is not null).Select(one => one.Object)).ToList();
            var commands = noted.GroupBy(one => (one.Namespace, one.Kind == "CronJob")).Select(group => group.Key.Item2
                ? $"Resume-Workload -CronJob {string.Join(',', group.Select(job => job.Name))} -Namespace {group.Key.Namespace}"
                : $"Resume-Workload {string.Join(',', group)} -Namespace {group.Key.Namespace}");
            return noted.Count == 0 ? null : string.Join("; ", commands);
        }
    }

    public IReadOnlyList<LeftAlone> Stopped => [.. Left.Where(one => one.IsStopped)];

    /// <summary>The same, and what is stopped is applied as well: it runs again, as Git says.</summary>
    public SyncScope WithStopped() => this with { Applied = [.. Applied, .. Stopped.Select(one => one.Object)], Left = [.. Left.Where(one => !one.IsStopped)] };

    /// <summary>What a plan says of it: every object that the sync applies, and every one that it leaves.</summary>
    public IEnumerable<string> Words
    {
        get
        {
            if (Applied.Count > 0) yield return $"a sync applies {string.Join(", ", Applied)}";
            foreach (var one in Left) yield return $"a sync leaves {one}";
        }
    }

    /// <param name="application">In whose words it is said.</param>
    public IReadOnlyList<string> Warnings(ArgoApplication application) =>
    [
        .. unseen is null ? [] : new[]
        {
            $"Whether a workload of {application} is stopped was not looked at ({unseen}): a sync starts one that is.",
        },
        .. Left.Select(one => $"{one.Object} stays as it is: {one.Why}."),
        .. Left.Count == 0 ? [] : new[]
        {
            $"Argo CD is told which objects of {application} to sync: then it runs no hooks and adds no entry to its history.",
        },
    ];

    /// <summary>
    /// As things are now. With <paramref name="asked"/> only those are meant, and what differs from Git already beside them is left, unless
    /// automated sync heals that anyway; without, all of the application is meant but what is stopped.
    /// </summary>
    public static async Task<SyncScope> ReadAsync(
        IEstate estate, ArgoApplication application, IReadOnlyCollection<ArgoObject>? asked, CancellationToken cancellation)
    {
        List<LeftAlone> left = [];
        var (stopped, started, unseen) = await StoppedAsync(estate, application, cancellation);
        left.AddRange(stopped);
        var heals = SyncPolicy.IsOn(application.Automated) && application.Automated!.Value.Flag("selfHeal") == true;
        if (asked is not null && !application.IsOperating && !heals)
        {
            left.AddRange(application.Resources.Where(item => item.Status == "OutOfSync" && !asked.Contains(item.Identity))
                .Where(item => stopped.All(one => one.Object != item.Identity)).Select(item => new LeftAlone(item.Identity, "it differs from Git already, and was not asked for")));
        }

        IEnumerable<ArgoObject> all = application.Resources.Select(item => item.Identity);
        return new SyncScope([.. all.Except(left.Select(one => one.Object))], left) { Started = started, unseen = unseen };
    }

    /// <summary>Throws WorkloadSuspended when one that this module stopped would be started by what is asked for.</summary>
    public void MustStartNothing(ArgoApplication application, string what)
    {
        if (Stopped.FirstOrDefault(one => one.Start is not null) is not { } stopped) return;
        throw new RollbackException("WorkloadSuspended",
            $"{stopped.Object} of {application} is stopped ({stopped.Why}), and {what} would start it again. Nothing was changed.")
        {
            Target = stopped.Object.ToString(),
            NextStep = stopped.Start,
        };
    }

    private static async Task<(IReadOnlyList<LeftAlone> Stopped, IReadOnlyList<ArgoObject> Started, string? Unseen)> StoppedAsync(
        IEstate estate, ArgoApplication application, CancellationToken cancellation)
    {
        List<LeftAlone> stopped = [];
        List<ArgoObject> started = [];
        string? unseen = null;
        var stoppable = application.Resources.Where(CanBeStopped).GroupBy(item => (item.Kind, item.Namespace)).ToList();
        if (stoppable.Count > 0 && !ApplicationWorkloads.IsSeenBy(estate, application))
            return ([], [], "this session does not see the cluster that it runs in");
        foreach (var kind in stoppable)
        {
            try
            {
                var all = await ListAsync(estate.Cluster, kind.Key.Kind, kind.Key.Namespace, cancellation);
                var live = all.ToDictionary(one => one.Metadata.Name);
                stopped.AddRange(kind.Where(item => live.ContainsKey(item.Name)).Select(item => StoppedOf(item, live[item.Name])).OfType<LeftAlone>());
                started.AddRange(kind.Where(item => live.TryGetValue(item.Name, out var one) && !one.WantsNothing && SuspendedWorkload.Of(one.Metadata) is not null)
                    .Select(item => item.Identity));
            }
            catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.Forbidden or EstateErrorKind.NotFound)
            {
                unseen = refusal.Message.TrimEnd('.');
            }
        }

        return (stopped, started, unseen);
    }

    // Without a note somebody else stopped it, if Git says otherwise: an autoscaler that wants none is none of Git's differences.
    private static LeftAlone? StoppedOf(ManagedResource item, (ObjectMeta Metadata, bool WantsNothing) live)
    {
        if (!live.WantsNothing) return null;
        if (SuspendedWorkload.Of(live.Metadata) is { } note)
        {
            var name = item.Kind == "CronJob" ? $"-CronJob {item.Name}" : item.Identity.ToString();
            return new LeftAlone(item.Identity, $"stopped {note.Describe()}")
            {
                IsStopped = true,
                Start = $"Resume-Workload {name} -Namespace {item.Namespace}",
            };
        }

        var how = item.Kind == "CronJob" ? "it is suspended" : "it wants no pods";
        return item.Status == "OutOfSync" ? new LeftAlone(item.Identity, $"{how}, and Git says otherwise") { IsStopped = true } : null;
    }

    private static bool CanBeStopped(ManagedResource item) => KubernetesName.IsLabel(item.Namespace)
        && (item.Group, item.Kind) is ("apps", "Deployment" or "StatefulSet") or ("argoproj.io", "Rollout") or ("batch", "CronJob");

    private static async Task<IEnumerable<(ObjectMeta Metadata, bool WantsNothing)>> ListAsync(
        ICluster cluster, string kind, string ns, CancellationToken cancellation)
    {
        if (kind == "CronJob")
        {
            var jobs = await cluster.ListAsync(BatchKinds.CronJobs, ns, ListFilter.None, cancellation);
            return jobs.Items.Select(job => (job.Metadata, job.Json.Flag("spec", "suspend") == true));
        }

        var resource = kind switch { "Deployment" => Resources.Deployments, "StatefulSet" => Resources.StatefulSets, _ => Resources.Rollouts };
        var workloads = await cluster.ListAsync(resource, ns, ListFilter.None, cancellation);
        return workloads.Items.Select(workload => (workload.Metadata, workload.Spec.Replicas == 0));
    }
}
