using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Jobs;

/// <summary>Runs pods until enough of them have succeeded, or too many have failed.</summary>
public sealed class JobController(ControllerContext context) : Controller(context)
{
    private const string Component = "job-controller";

    private readonly PodFactory factory = new(context);

    public override IReadOnlyList<ResourceType> Watches { get; } = [Resources.Jobs, Resources.Pods];

    public override void Observe(StoreEvent change)
    {
        if (change.Object.Type == Resources.Pods) EnqueueOwner(change.Object, Resources.Jobs);
        else if (change.Type != StoreEventType.Deleted) Enqueue(change.Object.Key());
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Store.Find(Resources.Jobs, key.Namespace, key.Name) is not { } job || job.Deleting() || Finished(job)) return;
        var pods = Cache.Controlled(Resources.Pods, job.Uid());
        var succeeded = pods.Count(pod => pod.Phase() == "Succeeded");
        var failed = pods.Count(pod => pod.Phase() == "Failed") + Restarts(job, pods);
        var active = pods.Where(pod => pod.Active()).ToList();
        var wanted = job.Read.Number("spec", "completions") ?? 1;
        var status = job.CopyStatus();
        var suspended = job.Read.Flag("spec", "suspend");
        if (!suspended) status["startTime"] ??= Context.Timestamp;

        if (succeeded >= wanted)
        {
            Finish(status, "Complete", "CompletionsReached", "Reached expected number of succeeded pods");
            status["completionTime"] = Context.Timestamp;
            Events.Normal(job, Component, "Completed", "Job completed");
        }
        else if (failed > (job.Read.Number("spec", "backoffLimit") ?? 6))
        {
            foreach (var pod in active) Store.DeletePod(pod);
            active.Clear();
            Finish(status, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
            Events.Warning(job, Component, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        }
        else if (suspended)
        {
            Suspend(job, status, active);
        }
        else
        {
            if (Conditions.Find(status, "Suspended").Text("status") == "True")
            {
                SetCondition(status, "Suspended", "False", "JobResumed", "Job resumed");
                status["startTime"] = Context.Timestamp;
                Events.Normal(job, Component, "Resumed", "Job resumed");
            }

            var parallel = Math.Min(job.Read.Number("spec", "parallelism") ?? 1, wanted - succeeded);
            for (var i = active.Count; i < parallel; i++) Create(job);
        }

        status.Count("active", active.Count).Count("succeeded", succeeded).Count("failed", failed);
        status["ready"] = active.Count(pod => pod.PodReady());
        status["terminating"] = pods.Count(pod => pod.Deleting());
        status["uncountedTerminatedPods"] ??= new JsonObject();
        Store.WriteStatus(job, status);
    }

    /// <summary>What is suspended has no pods, and has not started.</summary>
    private void Suspend(StoredObject job, JsonObject status, List<StoredObject> active)
    {
        foreach (var pod in active) Store.DeletePod(pod);
        active.Clear();
        if (Conditions.Find(status, "Suspended").Text("status") == "True") return;
        SetCondition(status, "Suspended", "True", "JobSuspended", "Job suspended");
        status.Remove("startTime");
        Events.Normal(job, Component, "Suspended", "Job suspended");
    }

    private void SetCondition(JsonObject status, string type, string value, string reason, string message)
    {
        Conditions.Set(status, type, value, reason, message, Context.Timestamp, updateTime: false);
        Conditions.Find(status, type)!["lastProbeTime"] = Context.Timestamp;
    }

    private static bool Finished(StoredObject job) => job.Read.Items("status", "conditions")
        .Any(condition => condition.Text("type") is "Complete" or "Failed" && condition.Text("status") == "True");

    // With restartPolicy OnFailure the kubelet restarts in place; those restarts count against the limit too.
    private static int Restarts(StoredObject job, List<StoredObject> pods) =>
        job.Read.Text("spec", "template", "spec", "restartPolicy") == "OnFailure" ? pods.Where(pod => pod.Active()).Sum(pod => pod.Restarts()) : 0;

    private void Finish(JsonObject status, string type, string reason, string message)
    {
        var before = type == "Complete" ? "SuccessCriteriaMet" : "FailureTarget";
        Conditions.Set(status, before, "True", reason, message, Context.Timestamp, updateTime: false);
        Conditions.Set(status, type, "True", reason, message, Context.Timestamp, updateTime: false);
        foreach (var condition in status.Items("conditions")) condition["lastProbeTime"] ??= Context.Timestamp;
    }

    private void Create(StoredObject job)
    {
        var pod = PodFactory.FromTemplate(job.Read.Object("spec", "template") ?? [], job);
        var metadata = pod.Child("metadata");
        metadata["generateName"] = job.Name + "-";
        metadata["name"] = factory.Name(job.Name + "-");
        var labels = metadata.Child("labels");
        foreach (var prefix in (string[])["", "batch.kubernetes.io/"])
        {
            labels[prefix + "job-name"] = job.Name;
            labels[prefix + "controller-uid"] = job.Uid();
        }

        try
        {
            var created = factory.Create(pod);
            Events.Normal(job, Component, "SuccessfulCreate", $"Created pod: {created.Name}");
        }
        catch (PodRefusedException refusal)
        {
            Events.Warning(job, Component, "FailedCreate", $"Error creating: {refusal.Message}");
            throw;
        }
    }
}
