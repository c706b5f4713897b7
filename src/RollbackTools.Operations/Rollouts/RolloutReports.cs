using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Rollouts;

/// <summary>Reads how Argo Rollouts stand. Only reads.</summary>
public sealed class RolloutReports(ICluster cluster, TimeProvider time)
{
    private readonly WorkloadReader reader = new(cluster);

    /// <summary>Throws when the Rollout is missing or cannot be read.</summary>
    public async Task<RolloutReport> ReadAsync(WorkloadReference rollout, CancellationToken cancellation)
    {
        var answer = (await reader.ReadAsync([rollout with { Kind = WorkloadKind.Rollout }], cancellation))[0];
        if (answer.Refusal is { } refusal) throw refusal;
        return Of(answer.Snapshot!);
    }

    /// <summary>Every Rollout of a namespace, or those a label selector selects. Throws when the cluster does not serve the kind.</summary>
    public async Task<IReadOnlyList<RolloutReport>> ReadAllAsync(string? ns, string? labelSelector, CancellationToken cancellation)
    {
        var all = await reader.ReadAllAsync(ns, labelSelector, [WorkloadKind.Rollout], cancellation);
        if (all.Count == 0) await MissingNamespace.MustNotBeAsync(cluster, ns, cancellation);
        return [.. all.Select(Of)];
    }

    private RolloutReport Of(WorkloadSnapshot rollout)
    {
        var live = rollout.Object;
        var state = RolloutState.Of(live, rollout.Reference?.Object.Metadata.Generation);
        var unfinished = RolloutState.IsUnfinished(live);
        var step = unfinished && !live.Status.Abort ? CanaryStep.Current(live) : null;
        var judged = KnownGood.Report(rollout, cluster.Info.Estate, time.GetUtcNow());
        var failing = RolloutEvidence.FailedAnalyses(rollout).FirstOrDefault();
        var waits = state.Phase == RolloutPhase.Paused ? RolloutState.WaitsFor(live) : null;
        RolloutReport report = new()
        {
            Estate = cluster.Info.Estate,
            Namespace = rollout.Namespace,
            Name = rollout.Name,
            Phase = state.Phase,
            Message = state.Message,
            Strategy = RolloutState.IsBlueGreen(live) ? "BlueGreen" : "Canary",
            Step = step?.Index + 1,
            Steps = CanaryStep.CountOf(live),
            StepWords = step?.Words,
            Weight = RolloutWeight.Actual(rollout),
            DesiredWeight = CanaryStep.DesiredWeight(live),
            StableRevision = rollout.Stable?.Number ?? 0,
            StableImage = rollout.Stable is { } stable ? ContainerImage.Describe(stable.Template.Images) : "",
            CanaryRevision = unfinished ? rollout.Current?.Number ?? 0 : 0,
            CanaryImage = unfinished ? ContainerImage.Describe(rollout.Template.Images) : "",
            Aborted = live.Status.Abort,
            AbortedAt = live.Status.AbortedAt,
            AsksForAborted = live.Status.Abort && unfinished && rollout.Current != rollout.Stable,
            WaitsForSomebody = waits is not null,
            Ready = rollout.Pods.Count(pod => pod.IsReady),
            Desired = rollout.DesiredPods,
            KnownGood = [.. judged.Where(revision => revision.Health >= RevisionHealth.Likely).Select(revision => revision.Revision)],
            DefaultTarget = judged.FirstOrDefault(revision => revision.IsDefaultTarget)?.Revision ?? 0,
            Analyses = [.. rollout.Analyses.Where(run => run.PodHash == live.Status.CurrentPodHash).Select(run => run with { Revision = rollout.Current?.Number ?? 0 })],
            Failing = failing,
            WorkloadRef = live.Spec.WorkloadRef?.ToString(),
            Application = Ownership.ApplicationOf(live.Metadata),
            Revisions = judged,
        };
        return report with { Standing = Standing(report, step, waits), NextStep = NextStep(report) };
    }

    private static string Standing(RolloutReport report, CanaryStep? step, string? waits) => report switch
    {
        { AsksForAborted: true } => $"aborted, not rolled back: revision {report.StableRevision} serves, and the spec still asks for {report.CanaryImage}",
        _ when waits is not null => waits,
        { CanaryRevision: not 0 } when step is not null => step.ToString(),
        { CanaryRevision: not 0 } => report.Message,
        _ => report.Message,
    };

    private static string? NextStep(RolloutReport report) => report switch
    {
        { AsksForAborted: true } => $"Undo-ArgoRollout {report.Name} -Namespace {report.Namespace}",
        { WaitsForSomebody: true } => $"To go on: Resume-ArgoRollout {report.Name} -Namespace {report.Namespace}; to take it back: Undo-ArgoRollout {report.Name} -Namespace {report.Namespace}",
        { Phase: RolloutPhase.Degraded } or { Failing: not null } => $"Undo-ArgoRollout {report.Name} -Namespace {report.Namespace}",
        _ => null,
    };
}
