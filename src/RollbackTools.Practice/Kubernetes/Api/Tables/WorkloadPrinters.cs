using System.Text.Json;
using static RollbackTools.Practice.Kubernetes.Api.Tables.TablePrinter;

namespace RollbackTools.Practice.Kubernetes.Api.Tables;

/// <summary>apps and batch.</summary>
internal static class WorkloadPrinters
{
    private static readonly Column[] PodColumns = [Wide("Containers"), Wide("Images")];

    public static TablePrinter Deployment { get; } = new(
        [Name, new Column("Ready"), new Column("Up-to-date"), new Column("Available"), Age, .. PodColumns, Wide("Selector")],
        static (item, now, cells) =>
        {
            cells.Text(item.Text("metadata", "name"));
            cells.Text($"{item.Number("status", "readyReplicas")}/{item.NumberOr(1, "spec", "replicas")}");
            cells.Number(item.Number("status", "updatedReplicas")).Number(item.Number("status", "availableReplicas"));
            cells.Text(Words.Age(item, now));
            Pods(item, cells).Text(Words.Selector(item.At("spec", "selector")));
        });

    public static TablePrinter ReplicaSet { get; } = new(
        [Name, Number("Desired"), Number("Current"), Number("Ready"), Age, .. PodColumns, Wide("Selector")],
        static (item, now, cells) =>
        {
            cells.Text(item.Text("metadata", "name")).Number(item.NumberOr(1, "spec", "replicas"));
            cells.Number(item.Number("status", "replicas")).Number(item.Number("status", "readyReplicas")).Text(Words.Age(item, now));
            Pods(item, cells).Text(Words.Selector(item.At("spec", "selector")));
        });

    public static TablePrinter StatefulSet { get; } = new(
        [Name, new Column("Ready"), Age, .. PodColumns],
        static (item, now, cells) =>
        {
            cells.Text(item.Text("metadata", "name"));
            cells.Text($"{item.Number("status", "readyReplicas")}/{item.NumberOr(1, "spec", "replicas")}").Text(Words.Age(item, now));
            Pods(item, cells);
        });

    public static TablePrinter DaemonSet { get; } = new(
        [
            Name, Number("Desired"), Number("Current"), Number("Ready"), Number("Up-to-date"), Number("Available"), new Column("Node Selector"),
            Age, .. PodColumns, Wide("Selector"),
        ],
        static (item, now, cells) =>
        {
            var status = item.At("status");
            cells.Text(item.Text("metadata", "name")).Number(status.Number("desiredNumberScheduled"));
            cells.Number(status.Number("currentNumberScheduled")).Number(status.Number("numberReady"));
            cells.Number(status.Number("updatedNumberScheduled")).Number(status.Number("numberAvailable"));
            cells.Text(Words.Labels(item.At("spec", "template", "spec", "nodeSelector"))).Text(Words.Age(item, now));
            Pods(item, cells).Text(Words.Selector(item.At("spec", "selector")));
        });

    public static TablePrinter ControllerRevision { get; } = new(
        [Name, new Column("Controller"), Number("Revision"), Age],
        static (item, now, cells) =>
        {
            var owner = item.Items("metadata", "ownerReferences").FirstOrDefault(one => one.True("controller"));
            var group = owner.Text("apiVersion").Split('/') is [var name, _] ? "." + name : "";
            cells.Text(item.Text("metadata", "name"));
            cells.Text(owner.ValueKind == JsonValueKind.Object ? $"{owner.Text("kind").ToLowerInvariant()}{group}/{owner.Text("name")}" : "<none>");
            cells.Number(item.Number("revision")).Text(Words.Age(item, now));
        });

    public static TablePrinter Job { get; } = new(
        [Name, new Column("Status"), new Column("Completions"), new Column("Duration"), Age, .. PodColumns, Wide("Selector")],
        static (item, now, cells) =>
        {
            var done = item.Number("status", "succeeded");
            cells.Text(item.Text("metadata", "name")).Text(JobStatus(item));
            cells.Text(item.Has("spec", "completions") ? $"{done}/{item.Number("spec", "completions")}"
                : item.Number("spec", "parallelism") > 1 ? $"{done}/1 of {item.Number("spec", "parallelism")}" : $"{done}/1");
            cells.Text(item.Time("status", "startTime") is { } start
                ? Words.Duration((item.Time("status", "completionTime") ?? now) - start) : "");
            cells.Text(Words.Age(item, now));
            Pods(item, cells).Text(Words.Selector(item.At("spec", "selector")));
        });

    public static TablePrinter CronJob { get; } = new(
        [
            Name, new Column("Schedule"), new Column("Timezone"), new Column("Suspend"), Number("Active"), new Column("Last Schedule"), Age,
            .. PodColumns, Wide("Selector"),
        ],
        static (item, now, cells) =>
        {
            cells.Text(item.Text("metadata", "name")).Text(item.Text("spec", "schedule")).Text(item.Text("spec", "timeZone").OrNone());
            cells.Text(item.True("spec", "suspend") ? "True" : "False").Number(item.Items("status", "active").Count());
            cells.Text(item.Time("status", "lastScheduleTime") is { } last ? Words.Since(last, now) : "<none>").Text(Words.Age(item, now));
            var job = item.At("spec", "jobTemplate");
            Pods(job, cells).Text(Words.Selector(job.At("spec", "selector")));
        });

    private static Cells Pods(JsonElement item, Cells cells)
    {
        var spec = item.At("spec", "template", "spec");
        return cells.Text(Words.Containers(spec)).Text(Words.Images(spec));
    }

    private static string JobStatus(JsonElement job)
    {
        bool Is(string type) => job.Items("status", "conditions").Any(one => one.Text("type") == type && one.Text("status") == "True");
        if (Is("Complete")) return "Complete";
        if (Is("Failed")) return "Failed";
        if (job.Has("metadata", "deletionTimestamp")) return "Terminating";
        if (Is("Suspended")) return "Suspended";
        if (Is("FailureTarget")) return "FailureTarget";
        return Is("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
    }
}
