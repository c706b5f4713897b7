using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Rollouts.Analysis;

/// <summary>A Job that succeeds or fails.</summary>
internal sealed class JobProvider(ObjectStore store, ObjectWriter writer) : IMetricProvider
{
    private static readonly WriteOptions AsController = new("rollouts-controller") { User = "system:serviceaccount:argo-rollouts:argo-rollouts" };

    public string Field => "job";

    public Measurement Measure(StoredObject run, MetricView metric, int number)
    {
        var job = metric.Provider.Object("job");
        var labels = job.Object("metadata", "labels")?.DeepClone().AsObject() ?? [];
        labels["analysisrun.argoproj.io/uid"] = run.Uid();
        var annotations = job.Object("metadata", "annotations")?.DeepClone().AsObject() ?? [];
        annotations["analysisrun.argoproj.io/name"] = run.Name;
        annotations["analysisrun.argoproj.io/metric-name"] = metric.Name;
        var prefix = run.Uid() + ".";
        var end = $".{number}";
        var room = 63 - prefix.Length - end.Length;
        var name = prefix + (metric.Name.Length > room ? metric.Name[..room] : metric.Name) + end;
        JsonObject body = new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name, ["labels"] = labels, ["annotations"] = annotations, ["ownerReferences"] = new JsonArray(run.OwnerReference()),
            },
            ["spec"] = job.At("spec")?.DeepClone() ?? new JsonObject(),
        };
        try
        {
            writer.Create(Resources.Jobs, run.Namespace, body, AsController);
        }
        catch (ApiException refused)
        {
            return Measurement.Error(refused.Message);
        }

        return new Measurement("Running") { Metadata = new JsonObject { ["job-name"] = name, ["job-namespace"] = run.Namespace } };
    }

    public Measurement Resume(StoredObject run, MetricView metric, JsonObject begun)
    {
        var name = begun.Text("metadata", "job-name") ?? "";
        if (store.Find(Resources.Jobs, run.Namespace, name) is not { } job) return Measurement.Error($"job.batch \"{name}\" not found");
        if (job.Condition("Complete").Text("status") == "True") return new Measurement("Successful");
        return new Measurement(job.Condition("Failed").Text("status") == "True" ? "Failed" : "Running");
    }

    public Measurement Terminate(StoredObject run, JsonObject begun)
    {
        store.Delete(Resources.Jobs, run.Namespace, begun.Text("metadata", "job-name") ?? "");
        return new Measurement("Successful") { Message = "Metric Terminated" };
    }
}
