using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Rollouts.Analysis;
using RollbackTools.Practice.Rollouts.Strategies;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>Brings Rollouts' ReplicaSets, Services and status on, one step at a time, as the real controller does (1.9).</summary>
internal sealed class RolloutController : Controller
{
    // How soon the real controller looks again at a spec it found invalid.
    private const double InvalidAgain = 20;

    private readonly ResourceType kind;
    private readonly Moments moments;
    private readonly WorkloadReferences workloads;
    private readonly RolloutRules rules;
    private readonly RolloutStatusWriter statuses;
    private readonly PausedConditions paused;
    private readonly ReplicaSetKeeper keeper;
    private readonly CanaryStrategy canary;
    private readonly BlueGreenStrategy blueGreen;

    /// <param name="kind">Rollouts as this cluster defines them.</param>
    public RolloutController(ControllerContext context, ObjectWriter writer, ResourceType kind) : base(context)
    {
        this.kind = kind;
        moments = new Moments(context.Time);
        workloads = new WorkloadReferences(Store, context.Catalog);
        rules = new RolloutRules(Store);
        statuses = new RolloutStatusWriter(context, Again);
        paused = new PausedConditions(statuses, context);
        keeper = new ReplicaSetKeeper(context, writer, statuses);
        RolloutScaler scaler = new(context);
        ServiceSelectors services = new(context);
        NewReplicaSet fresh = new(context, scaler, Again);
        OldReplicaSets old = new(context, scaler, services, Again);
        Promotion promotion = new(context, workloads);
        RolloutAnalysisKeeper analyses = new(context);
        MetadataKeeper metadata = new(context);
        PodRestarter restarter = new(context, Again);
        canary = new CanaryStrategy(
            context, keeper, scaler, fresh, old, services, analyses, metadata, restarter, new TrafficWeights(context), promotion, statuses, Again);
        blueGreen = new BlueGreenStrategy(
            context, keeper, scaler, fresh, old, services, analyses, metadata, restarter, promotion, statuses, Again);
        Watches =
        [
            kind, Resources.ReplicaSets, Resources.Services, Resources.Deployments, RolloutResources.AnalysisRuns,
            RolloutResources.AnalysisTemplates, RolloutResources.ClusterAnalysisTemplates,
        ];
    }

    public override IReadOnlyList<ResourceType> Watches { get; }

    public override void Observe(StoreEvent change)
    {
        var item = change.Object;
        if (item.Type == kind)
        {
            if (change.Type == StoreEventType.Deleted) moments.Forget(item.Uid());
            else Enqueue(item.Key());
        }
        else if (item.Type == Resources.ReplicaSets || item.Type == RolloutResources.AnalysisRuns)
        {
            EnqueueOwner(item, kind);
        }
        else
        {
            foreach (var key in Touched(item)) Enqueue(key);
        }
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Store.Find(kind, key.Namespace, key.Name) is not { } stored || stored.Deleting()) return;
        if (View(stored) is not { } rollout) return;
        if (rules.Problem(rollout) is { } problem)
        {
            Refuse(rollout, problem);
            return;
        }

        if (stored.Read.At("spec", "replicas") is null)
        {
            // What scales it needs a number to begin with.
            Store.Update(kind, key.Namespace, key.Name, body =>
            {
                body.Child("spec")["replicas"] = 1;
                return true;
            }, stored.Version);
            return;
        }

        var run = Picture(rollout);
        if (run.New is null)
        {
            keeper.Create(run);
            return;
        }

        if (paused.Sync(rollout)) return;
        if (Resized(run)) FollowSize(run);
        else if (rollout.Canary is not null) canary.Reconcile(run);
        else blueGreen.Reconcile(run);
    }

    private IEnumerable<ObjectKey> Touched(StoredObject item)
    {
        if (item.Type == Resources.Deployments) return workloads.Referring(kind, item);
        var rollouts = Store.List(kind, item.Namespace).Items;
        return item.Type == Resources.Services
            ? rollouts.Where(rollout => Names(rollout, item.Name)).Select(rollout => rollout.Key())
            : rollouts.Where(rollout => rollout.Condition("InvalidSpec") is not null).Select(rollout => rollout.Key());
    }

    private static bool Names(StoredObject rollout, string service) =>
        (rollout.Read.Object("spec", "strategy", "canary") ?? rollout.Read.Object("spec", "strategy", "blueGreen")) is { } strategy
        && ((string[])["canaryService", "stableService", "activeService", "previewService"]).Any(field => strategy.Text(field) == service);

    /// <summary>The Rollout with its template; null when there is nothing more to do now.</summary>
    private RolloutView? View(StoredObject stored)
    {
        var selector = stored.Read.Object("spec", "selector");
        if (stored.Read.Object("spec", "workloadRef") is null)
            return new RolloutView(stored, stored.Read.Object("spec", "template") ?? [], selector);

        if (workloads.Find(stored, out var problem) is not { } workload)
        {
            Refuse(new RolloutView(stored, [], selector), $"spec.workloadRef: Invalid value: {stored.Read.At("spec", "workloadRef")!.ToJsonString()}: {problem}");
            return null;
        }

        if (workloads.Observe(stored, workload)) return null;
        var template = workload.Read.Object("spec", "template") ?? workload.Read.Object("template") ?? [];
        return new RolloutView(stored, template, selector ?? workload.Read.Object("spec", "selector"));
    }

    private RolloutRun Picture(RolloutView rollout)
    {
        // Adopting goes by the selector that is written: one taken from a workload adopts nothing.
        var sets = rollout.Stored.Read.At("spec", "selector") is null
            ? Cache.Controlled(Resources.ReplicaSets, rollout.Stored.Uid())
            : Claim(rollout.Stored, Resources.ReplicaSets);
        PauseBook pauses = new(rollout, moments, Context.Tempo);
        RolloutRun run = new(rollout, sets.ConvertAll(set => new ReplicaSetView(set)), pauses);
        run.Assign(TemplateMatch.Find(rollout, run.All));
        run.NewWithinDelay = run.New?.ScaleDownDeadline() > Context.Now;
        run.Analyses = RolloutAnalyses.Of(rollout, Cache.Controlled(RolloutResources.AnalysisRuns, rollout.Stored.Uid()));
        if (rollout.FullyPromoted && pauses.Aborted) pauses.RemoveAbort();
        return run;
    }

    private static bool Resized(RolloutRun run) => ((ReplicaSetView?[])[run.New, run.Stable]).Any(set => set is { Desired: > 0 }
        && Numbers.Long(set.Stored.Annotation(RolloutNames.DesiredReplicas)) is { } told && told != run.Rollout.Replicas);

    /// <summary>Only the size changed: nothing else moves until the ReplicaSets follow it.</summary>
    private void FollowSize(RolloutRun run)
    {
        keeper.SyncRevision(run);
        foreach (var (name, value) in run.Rollout.Status as JsonObject ?? []) run.Status[name] = value?.DeepClone();
        if (run.Rollout.Canary is not null)
        {
            canary.ScaleReplicaSets(run);
            run.Status.Count("availableReplicas", run.All.Sum(set => set.Available)).Count("HPAReplicas", run.All.Sum(set => set.Replicas));
        }
        else
        {
            blueGreen.ScaleReplicaSets(run);
            BlueGreenStrategy.Count(run, run.Status.Text("blueGreen", "activeSelector"));
        }

        statuses.Persist(run);
    }

    private void Refuse(RolloutView rollout, string problem)
    {
        var message = $"The Rollout \"{rollout.Name}\" is invalid: {problem}";
        statuses.WriteConditions(rollout, status =>
        {
            if (Conditions.Find(status, "InvalidSpec").Text("message") == message) return;
            Conditions.Remove(status, "InvalidSpec");
            Conditions.Set(status, "InvalidSpec", "True", "InvalidSpec", message, Context.Timestamp);
        });
        Again(rollout, Context.Tempo.Scaled(InvalidAgain));
    }

    private void Again(RolloutView rollout, TimeSpan delay) => EnqueueAfter(rollout.Stored.Key(), delay);
}
