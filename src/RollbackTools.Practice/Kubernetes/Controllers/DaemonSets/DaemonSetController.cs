using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers.Revisions;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.DaemonSets;

/// <summary>Keeps one pod of the template on every node that fits, and replaces outdated ones a few at a time.</summary>
public sealed class DaemonSetController : Controller
{
    private const string Component = "daemonset-controller";
    private const string HashLabel = "controller-revision-hash";

    private readonly RevisionStore revisions;
    private readonly PodFactory factory;

    public DaemonSetController(ControllerContext context) : base(context)
    {
        revisions = new RevisionStore(context, HashLabel);
        factory = new PodFactory(context);
    }

    public override IReadOnlyList<ResourceType> Watches { get; } = [Resources.DaemonSets, Resources.Pods, Resources.Nodes];

    public override void Observe(StoreEvent change)
    {
        if (change.Object.Type == Resources.Pods)
        {
            EnqueueOwner(change.Object, Resources.DaemonSets);
        }
        else if (change.Object.Type == Resources.Nodes)
        {
            foreach (var set in Store.List(Resources.DaemonSets).Items) Enqueue(set.Key());
        }
        else if (change.Type != StoreEventType.Deleted)
        {
            Enqueue(change.Object.Key());
        }
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Store.Find(Resources.DaemonSets, key.Namespace, key.Name) is not { } set) return;
        if (set.Deleting()) return;
        int? collisions = null;
        var current = revisions.Current(set, revisions.List(set), count => collisions = count);
        var hash = current.Labels.GetValueOrDefault(HashLabel) ?? "";
        var nodes = Store.List(Resources.Nodes).Items.Where(node => Fits(set, node)).ToList();
        var pods = Claim(set, Resources.Pods);
        var byNode = pods.ToLookup(TargetNode);

        PodRefusedException? refusal = null;
        try
        {
            Manage(set, nodes, byNode, hash);
        }
        catch (PodRefusedException refused)
        {
            refusal = refused;
        }

        if (set.Read.Text("spec", "updateStrategy", "type") != "OnDelete") Update(set, nodes, byNode, hash);
        WriteStatus(set, nodes, pods, byNode, hash, collisions);
        revisions.Truncate(set, revisions.List(set), revision => revision.Name == current.Name
            || pods.Exists(pod => pod.Revision() == revision.Labels.GetValueOrDefault(HashLabel)));
        if (refusal is not null) throw refusal;
    }

    private static bool Fits(StoredObject set, StoredObject node) =>
        LabelSelector.MatchesMap(set.Read.Object("spec", "template", "spec", "nodeSelector"), node.Labels);

    private static string TargetNode(StoredObject pod) => pod.Read.Text("spec", "nodeName") is { Length: > 0 } node ? node
        : pod.AffinityNode() ?? "";

    private void Manage(StoredObject set, List<StoredObject> nodes, ILookup<string, StoredObject> byNode, string hash)
    {
        foreach (var stray in byNode.Where(group => nodes.TrueForAll(node => node.Name != group.Key)).SelectMany(group => group))
            Delete(set, stray);

        foreach (var node in nodes)
        {
            var here = byNode[node.Name].ToList();
            foreach (var failed in here.Where(pod => pod.Phase() is "Failed" or "Succeeded" && !pod.Deleting()))
            {
                Events.Warning(set, Component, "FailedDaemonPod",
                    $"Found failed daemon pod {set.Namespace}/{failed.Name} on node {node.Name}, will try to kill it");
                Delete(set, failed);
            }

            // The next pod comes when the one before is gone, not while it stops.
            if (here.Count == 0) Create(set, node.Name, hash);
            // While a surge is on, one of each revision may share the node.
            var kept = Surge(set, nodes.Count) > 0
                ? here.Where(pod => pod.Active()).GroupBy(pod => pod.Revision() == hash).Select(group => group.First())
                : here.Where(pod => pod.Active()).Take(1);
            foreach (var extra in here.Where(pod => pod.Active()).Except(kept.ToList())) Delete(set, extra);
        }
    }

    private void Create(StoredObject set, string node, string hash)
    {
        var pod = PodFactory.FromTemplate(set.Read.Object("spec", "template") ?? [], set);
        var metadata = pod.Child("metadata");
        metadata["generateName"] = set.Name + "-";
        metadata["name"] = factory.Name(set.Name + "-");
        metadata.Child("labels")[HashLabel] = hash;
        pod.Child("spec").Child("affinity").Child("nodeAffinity")["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonObject
        {
            ["nodeSelectorTerms"] = new JsonArray(new JsonObject
            {
                ["matchFields"] = new JsonArray(new JsonObject
                {
                    ["key"] = "metadata.name", ["operator"] = "In", ["values"] = new JsonArray(node),
                }),
            }),
        };
        try
        {
            var created = factory.Create(pod);
            Events.Normal(set, Component, "SuccessfulCreate", $"Created pod: {created.Name}");
        }
        catch (PodRefusedException refusal)
        {
            Events.Warning(set, Component, "FailedCreate", $"Error creating: {refusal.Message}");
            throw;
        }
    }

    private void Delete(StoredObject set, StoredObject pod)
    {
        if (pod.Deleting()) return;
        Store.DeletePod(pod);
        Events.Normal(set, Component, "SuccessfulDelete", $"Deleted pod: {pod.Name}");
    }

    private static int Surge(StoredObject set, int nodes) =>
        IntOrPercent.Resolve(set.Read.At("spec", "updateStrategy", "rollingUpdate", "maxSurge"), nodes, roundUp: true, otherwise: 0);

    /// <summary>
    /// With maxSurge a new pod starts beside the old one, which goes when the new one is available; where the old one is not, at once,
    /// and elsewhere on so many nodes at a time.
    /// </summary>
    private void UpdateBySurge(StoredObject set, List<StoredObject> nodes, ILookup<string, StoredObject> byNode, string hash, int most)
    {
        var surging = 0;
        List<string> candidates = [];
        foreach (var node in nodes)
        {
            var here = byNode[node.Name].Where(pod => pod.Active()).ToList();
            var (next, old) = (here.Find(pod => pod.Revision() == hash), here.Find(pod => pod.Revision() != hash));
            if (old is null) continue;
            if (next is not null)
            {
                surging++;
                if (IsAvailable(set, next)) Delete(set, old);
            }
            else if (IsAvailable(set, old))
            {
                candidates.Add(node.Name);
            }
            else
            {
                Create(set, node.Name, hash);
            }
        }

        foreach (var node in candidates.Take(Math.Max(0, most - surging))) Create(set, node, hash);
    }

    /// <summary>Outdated pods that are not available go at once; available ones as long as maxUnavailable allows.</summary>
    private void Update(StoredObject set, List<StoredObject> nodes, ILookup<string, StoredObject> byNode, string hash)
    {
        if (Surge(set, nodes.Count) is > 0 and var surge)
        {
            UpdateBySurge(set, nodes, byNode, hash, surge);
            return;
        }

        var most = Math.Max(1, IntOrPercent.Resolve(
            set.Read.At("spec", "updateStrategy", "rollingUpdate", "maxUnavailable"), nodes.Count, roundUp: true, otherwise: 1));
        var unavailable = 0;
        List<StoredObject> candidates = [];
        foreach (var node in nodes)
        {
            var pod = byNode[node.Name].FirstOrDefault(candidate => candidate.Active());
            if (pod is null || !IsAvailable(set, pod)) unavailable++;
            if (pod is null || pod.Revision() == hash) continue;
            if (IsAvailable(set, pod)) candidates.Add(pod);
            else Delete(set, pod);
        }

        foreach (var pod in candidates.Take(Math.Max(0, most - unavailable))) Delete(set, pod);
    }

    private bool IsAvailable(StoredObject set, StoredObject pod)
    {
        var minReady = Context.Tempo.Scaled(set.Read.Number("spec", "minReadySeconds") ?? 0);
        if (pod.Available(minReady, Context.Now, out var wait)) return true;
        if (wait > TimeSpan.Zero) EnqueueAfter(set.Key(), wait + TimeSpan.FromMilliseconds(1));
        return false;
    }

    private void WriteStatus(
        StoredObject set, List<StoredObject> nodes, List<StoredObject> pods, ILookup<string, StoredObject> byNode, string hash, int? collisions)
    {
        int scheduled = 0, ready = 0, available = 0, updated = 0;
        foreach (var node in nodes)
        {
            // Of two, the older one counts, as in the real controller.
            if (byNode[node.Name].Where(pod => pod.Active()).MinBy(pod => (pod.Read.Time("metadata", "creationTimestamp"), pod.Revision() == hash)) is not { } pod) continue;
            scheduled++;
            if (pod.Revision() == hash) updated++;
            if (!pod.PodReady()) continue;
            ready++;
            if (IsAvailable(set, pod)) available++;
        }

        var status = set.CopyStatus();
        if (collisions is not null) status["collisionCount"] = collisions;
        status["currentNumberScheduled"] = scheduled;
        status["desiredNumberScheduled"] = nodes.Count;
        status["numberMisscheduled"] = pods.Count(pod => pod.Active() && nodes.TrueForAll(node => node.Name != TargetNode(pod)));
        status["numberReady"] = ready;
        status.Count("updatedNumberScheduled", updated).Count("numberAvailable", available)
            .Count("numberUnavailable", nodes.Count - available).Count("observedGeneration", set.Generation());
        Store.WriteStatus(set, status);
    }
}
