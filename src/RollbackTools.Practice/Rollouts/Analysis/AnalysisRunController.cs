using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Rollouts.Reconciling;

namespace RollbackTools.Practice.Rollouts.Analysis;

/// <summary>Takes AnalysisRuns' measurements when they are due, and says what they come to.</summary>
internal sealed class AnalysisRunController(ControllerContext context, IReadOnlyList<IMetricProvider> providers) : Controller(context)
{
    // How many measurements of a metric are kept, and how soon one that ended in an error is tried again.
    private const int Kept = 10;
    private static readonly TimeSpan ErrorRetry = TimeSpan.FromSeconds(10);

    private readonly Moments moments = new(context.Time);

    public override IReadOnlyList<ResourceType> Watches { get; } = [RolloutResources.AnalysisRuns, Resources.Jobs];

    public override void Observe(StoreEvent change)
    {
        if (change.Object.Type == Resources.Jobs)
        {
            if (change.Object.Controller() is { } owner && owner.Text("kind") == "AnalysisRun") EnqueueOwner(change.Object, RolloutResources.AnalysisRuns);
        }
        else if (change.Type == StoreEventType.Deleted)
        {
            moments.Forget(change.Object.Uid());
        }
        else
        {
            Enqueue(change.Object.Key());
        }
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Store.Find(RolloutResources.AnalysisRuns, key.Namespace, key.Name) is not { } run || run.Deleting()) return;
        if (AnalysisRunFacts.Completed(run.Phase())) return;
        var status = run.CopyStatus();
        try
        {
            Measure(run, status);
        }
        catch (AnalysisSpecException wrong)
        {
            status["phase"] = "Error";
            status["message"] = wrong.Message;
            TellCompleted(run, "Error");
        }

        Store.WriteStatus(run, status);
    }

    private void Measure(StoredObject run, JsonObject status)
    {
        AnalysisArguments arguments = new(Store, run);
        List<MetricView> metrics = [.. run.Read.Items("spec", "metrics").Select(arguments.Fill)];
        if (metrics.Count == 0) throw new AnalysisSpecException("Analysis spec invalid: no metrics specified");
        if (!status.ContainsKey("startedAt")) status["startedAt"] = moments.Stamp(run.Uid(), "startedAt");
        foreach (var metric in metrics) Measure(run, status, metric);
        new AnalysisVerdict(run, status, metrics, Events).Write();
        if (AnalysisRunFacts.Completed(status.Text("phase")))
        {
            status["completedAt"] = Context.Timestamp;
            TellCompleted(run, status.Text("phase")!);
        }
        else if (metrics.Select(metric => Due(run, status, metric)).Min() is { } next)
        {
            EnqueueAfter(run.Key(), next - Context.Now);
        }
    }

    private void Measure(StoredObject run, JsonObject status, MetricView metric)
    {
        var terminating = AnalysisVerdict.Terminating(run, status);
        var result = AnalysisVerdict.Result(status, metric.Name);
        if (result is not null && AnalysisRunFacts.Completed(result.Text("phase"))) return;
        var last = result.Items("measurements").LastOrDefault();
        var underWay = last is not null && !AnalysisRunFacts.Completed(last.Text("phase"));
        if (!underWay && (terminating || Due(run, status, metric) is not { } due || due > Context.Now)) return;

        var provider = providers.FirstOrDefault(one => metric.Provider?.ContainsKey(one.Field) == true);
        var taken = provider is null ? Measurement.Error("no valid providers in metric") : Take(provider, run, metric, result, underWay ? last : null, terminating);
        result ??= AnalysisVerdict.Add(status, metric, provider?.Describe(metric));
        if (result["measurements"] is not JsonArray measurements) result["measurements"] = measurements = [];
        var body = underWay ? last! : new JsonObject { ["startedAt"] = Context.Timestamp };
        if (!underWay) measurements.Add((JsonNode)body);
        body["phase"] = taken.Phase;
        if (taken.Value.Length > 0) body["value"] = taken.Value;
        if (taken.Message.Length > 0) body["message"] = taken.Message;
        if (taken.Metadata is not null) body["metadata"] = taken.Metadata;
        if (!AnalysisRunFacts.Completed(taken.Phase)) return;
        body["finishedAt"] = moments.Stamp(run.Uid(), metric.Name);
        MetricAssessment.Tally(result, taken.Phase);
        while (measurements.Count > Kept) measurements.RemoveAt(0);
    }

    private static Measurement Take(IMetricProvider provider, StoredObject run, MetricView metric, JsonObject? result, JsonObject? begun, bool terminating)
    {
        if (begun is null) return provider.Measure(run, metric, (result.Number("count") ?? 0) + (result.Number("error") ?? 0) + 1);
        return terminating ? provider.Terminate(run, begun) : provider.Resume(run, metric, begun);
    }

    /// <summary>When a metric is measured next; null when never, or when one is under way.</summary>
    private DateTimeOffset? Due(StoredObject run, JsonObject status, MetricView metric)
    {
        var result = AnalysisVerdict.Result(status, metric.Name);
        if (result is not null && AnalysisRunFacts.Completed(result.Text("phase"))) return null;
        if (result.Items("measurements").LastOrDefault() is not { } last)
            return moments.At(run.Uid(), "startedAt", status.Time("startedAt") ?? Context.Now) + Context.Tempo.Scaled(metric.InitialDelay.TotalSeconds);
        if (last.Time("finishedAt") is not { } finished) return null;
        if (metric.Count is { } count && (result.Number("count") ?? 0) >= count) return null;
        var interval = last.Text("phase") == "Error" ? ErrorRetry : metric.Interval ?? ErrorRetry;
        return moments.At(run.Uid(), metric.Name, finished) + Context.Tempo.Scaled(interval.TotalSeconds);
    }

    private void TellCompleted(StoredObject run, string phase)
    {
        var message = $"Analysis Completed. Result: {phase}";
        if (phase is "Failed" or "Error") Events.Warning(run, RolloutNames.Component, "AnalysisRun" + phase, message);
        else Events.Normal(run, RolloutNames.Component, "AnalysisRun" + phase, message);
    }
}
