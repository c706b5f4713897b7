using System.Globalization;
using System.Text.Json;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// Waits until a release's objects are well: its workloads as a rollback of theirs would, its Jobs, claims and load balancers by their status. The
/// first that is lost ends it.
/// </summary>
internal sealed class ReleaseWait(IEstate estate, IOperationReporter reporter, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly RolloutWatch watch = new(estate.Cluster, reporter, time);

    public ValueTask DisposeAsync() => watch.DisposeAsync();

    public async Task<Verdict> VerifyAsync(HelmWork work, TargetRun run, CancellationToken cancellation)
    {
        var objects = (await work.ChangesAsync(cancellation)).Where(change => change.After is not null && change.Action != ObjectAction.Leave).ToList();
        var workloads = await WorkloadsAsync(objects, cancellation);
        watch.Expect(workloads);
        using var first = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<Task<Verdict>> waits = [.. workloads.Select(workload => WorkloadAsync(work, workload, run, first.Token))];
        List<PlannedObject> others = [.. objects.Where(change => change.Action == ObjectAction.Create && IsAwaited(change))];
        if (others.Count > 0) waits.Add(OthersAsync(work, others, first.Token));
        List<Verdict> verdicts = [];
        try
        {
            for (List<Task<Verdict>> left = [.. waits]; left.Count > 0 && verdicts.TrueForAll(verdict => verdict.Healthy);)
            {
                var ended = await Task.WhenAny(left);
                left.Remove(ended);
                verdicts.Add(await ended);
            }
        }
        finally
        {
            await first.CancelAsync();
            await ((Task)Task.WhenAll(waits)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (verdicts.Find(verdict => !verdict.Healthy) is { } lost) return lost;
        List<string> warnings = [.. verdicts.SelectMany(verdict => verdict.Warnings)];
        var proven = verdicts.Count(verdict => !verdict.Unproven);
        return Verdict.Good(Describe(workloads, verdicts), warnings) with { Unproven = (workloads.Count > 0 && proven == 0) || verdicts.Exists(IsPaused) };
    }

    private static string Describe(IReadOnlyList<WorkloadSnapshot> workloads, List<Verdict> verdicts) => verdicts.Count(IsPaused) switch
    {
        > 0 and var paused => string.Create(CultureInfo.InvariantCulture, $"{paused} of {workloads.Count} workloads {(paused == 1 ? "is" : "are")} on the way and paused"),
        _ => workloads.Count switch
        {
            0 => "its objects are as asked, and none of them is a workload",
            1 => $"{workloads[0]} is healthy",
            _ => string.Create(CultureInfo.InvariantCulture, $"{workloads.Count} workloads are healthy"),
        },
    };

    // A Rollout that waits for somebody: the release is what it should be, and its version is not all that runs.
    private static bool IsPaused(Verdict verdict) => verdict.Complete is not null;

    private async Task<IReadOnlyList<WorkloadSnapshot>> WorkloadsAsync(IReadOnlyList<PlannedObject> objects, CancellationToken cancellation)
    {
        List<WorkloadReference> references = [.. objects.Where(change => HelmTemplates.IsWorkload(change.Id))
            .Select(change => new WorkloadReference { Kind = Enum.Parse<WorkloadKind>(change.Id.Kind), Name = change.Id.Name, Namespace = change.Address.Namespace })];
        var answers = await new WorkloadReader(estate.Cluster).ReadAsync(references, cancellation);
        return answers.FirstOrDefault(answer => answer.Refusal is not null)?.Refusal is { } refusal ? throw refusal : [.. answers.Select(answer => answer.Snapshot!)];
    }

    private async Task<Verdict> WorkloadAsync(HelmWork work, WorkloadSnapshot workload, TargetRun run, CancellationToken cancellation)
    {
        if (workload.Object.Spec.Paused)
        {
            return Verdict.Good($"{workload} is paused", [$"{workload} is paused, so its controller does nothing with what changed: kubectl rollout resume {workload} -n {workload.Namespace}"]) with { Unproven = true };
        }

        if (Written(work, workload) is { } written && !written.Images.SequenceEqual(workload.Template.Images))
        {
            return Verdict.Lost("ChangedMeanwhile",
                $"{workload} in {workload.Namespace} was given {ContainerImage.Describe(workload.Template.Images)} by somebody else right after it was given {ContainerImage.Describe(written.Images)}.");
        }

        var verdict = await watch.VerifyAsync(workload, TemplateIdentity.Of(workload.Template, workload.Current), workload.Object, run, work.Move.Timeout, cancellation);
        return IsPaused(verdict) ? verdict with { Unproven = true, Warnings = [.. verdict.Warnings, $"{verdict.Message}: {verdict.NextStep}"] } : verdict;
    }

    // What the server made of our request; null when this process did not write it.
    private static PodTemplate? Written(HelmWork work, WorkloadSnapshot workload) => work.Written
        .Where(pair => pair.Key.Name == workload.Name && pair.Key.Namespace == workload.Namespace && pair.Key.Resource.Kind == workload.Kind.ToString())
        .Select(pair => pair.Value.Json.At("spec", "template") is { ValueKind: JsonValueKind.Object } template ? new PodTemplate(template) : null).FirstOrDefault();

    private static bool IsAwaited(PlannedObject change) => change.Id is { Group: "batch", Kind: "Job" } or { Group: "", Kind: "PersistentVolumeClaim" or "Service" };

    private async Task<Verdict> OthersAsync(HelmWork work, List<PlannedObject> objects, CancellationToken cancellation)
    {
        var end = time.GetUtcNow() + work.Move.Timeout;
        ObjectReader reader = new(estate.Cluster);
        while (true)
        {
            List<(PlannedObject Change, string Why)> waiting = [];
            foreach (var change in objects)
            {
                var live = await reader.FindAsync(change.Address, cancellation);
                var (ready, why) = live is null ? (false, "is gone") : State(change, live);
                if (ready is null) return Verdict.Lost("ObjectFailed", $"{change} {why}.") with { NextStep = $"kubectl describe {change} -n {change.Address.Namespace}" };
                if (ready is false) waiting.Add((change, why));
            }

            objects = [.. waiting.Select(one => one.Change)];
            if (objects.Count == 0) return Verdict.Good("all are there");
            if (time.GetUtcNow() >= end)
            {
                var what = string.Join(", ", waiting.Select(one => $"{one.Change} {one.Why}"));
                return Verdict.Lost("Timeout", $"Not ready within {Words.Duration(work.Move.Timeout)}: {what}.");
            }

            await Task.Delay(Look, time, cancellation);
        }
    }

    /// <summary>True: ready. False: not yet. Null: it never will be.</summary>
    private static (bool? Ready, string Why) State(PlannedObject change, CustomResource live)
    {
        return change.Id.Kind switch
        {
            "Job" when Is("Failed") => (null, "failed"),
            "Job" => (Is("Complete"), "has not completed"),
            "PersistentVolumeClaim" when live.Json.Text("status", "phase") == "Lost" => (null, "has lost its volume"),
            // It may wait for its first consumer, whose pods tell.
            "PersistentVolumeClaim" => (true, ""),
            "Service" when live.Json.Text("spec", "type") == "LoadBalancer" => (live.Json.Items("status", "loadBalancer", "ingress").Count > 0, "has no address yet"),
            _ => (true, ""),
        };

        bool Is(string type) => live.Json.Items("status", "conditions").Any(condition => condition.Text("type") == type && condition.Text("status") == "True");
    }
}
