using System.Text.Json;

namespace RollbackTools.Practice.Kubernetes.Api.Tables;

/// <summary><c>printPod</c>: READY, STATUS and RESTARTS are worked out from the container statuses.</summary>
internal static class PodPrinter
{
    public static TablePrinter Printer { get; } = new(
        [
            TablePrinter.Name, new Column("Ready"), new Column("Status"), new Column("Restarts"), TablePrinter.Age,
            TablePrinter.Wide("IP"), TablePrinter.Wide("Node"), TablePrinter.Wide("Nominated Node"), TablePrinter.Wide("Readiness Gates"),
        ],
        Print);

    private static void Print(JsonElement pod, DateTimeOffset now, Cells cells)
    {
        var spec = pod.At("spec");
        var status = pod.At("status");
        var total = spec.Items("containers").Count();
        var ready = 0;
        var reason = status.Text("reason") is { Length: > 0 } given ? given : status.Text("phase");
        if (status.Items("conditions").Any(one => one.Text("type") == "PodScheduled" && one.Text("reason") == "SchedulingGated"))
            reason = "SchedulingGated";

        var initializing = Initializing(pod, ref reason, ref total, ref ready, out var restarts, out var lastRestart);
        if (!initializing || Initialized(status))
        {
            (restarts, lastRestart) = (initializing ? restarts : 0, initializing ? lastRestart : null);
            Running(status, ref reason, ref ready, ref restarts, ref lastRestart);
        }

        if (pod.Has("metadata", "deletionTimestamp"))
            reason = status.Text("reason") == "NodeLost" ? "Unknown" : IsTerminal(status.Text("phase")) ? reason : "Terminating";

        var shown = restarts == 0 || lastRestart is null ? $"{restarts}" : $"{restarts} ({Words.Duration(now - lastRestart.Value)} ago)";
        cells.Text(pod.Text("metadata", "name")).Text($"{ready}/{total}").Text(reason).Text(shown).Text(Words.Age(pod, now));
        cells.Text(status.Text("podIP").OrNone()).Text(spec.Text("nodeName").OrNone()).Text(status.Text("nominatedNodeName").OrNone());
        cells.Text(Gates(spec, status));
    }

    private static bool Initializing(
        JsonElement pod, ref string reason, ref int total, ref int ready, out long restarts, out DateTimeOffset? lastRestart)
    {
        restarts = 0;
        lastRestart = null;
        var inits = pod.Items("spec", "initContainers").ToList();
        total += inits.Count(IsSidecar);
        var at = -1;
        foreach (var container in pod.Items("status", "initContainerStatuses"))
        {
            at++;
            restarts += container.Number("restartCount");
            Latest(container, ref lastRestart);
            var sidecar = at < inits.Count && IsSidecar(inits[at]);
            var ended = container.At("state", "terminated");
            if (ended.ValueKind == JsonValueKind.Object && ended.Number("exitCode") == 0) continue;
            if (sidecar && container.True("started"))
            {
                if (container.True("ready")) ready++;
                continue;
            }

            var waiting = container.Text("state", "waiting", "reason");
            if (ended.ValueKind == JsonValueKind.Object)
                reason = ended.Text("reason") is { Length: > 0 } why ? $"Init:{why}"
                    : ended.Number("signal") != 0 ? $"Init:Signal:{ended.Number("signal")}" : $"Init:ExitCode:{ended.Number("exitCode")}";
            else if (waiting is { Length: > 0 } and not "PodInitializing") reason = $"Init:{waiting}";
            else reason = $"Init:{at}/{inits.Count}";
            return true;
        }

        return false;
    }

    private static void Running(JsonElement status, ref string reason, ref int ready, ref long restarts, ref DateTimeOffset? lastRestart)
    {
        var hasRunning = false;
        foreach (var container in status.Items("containerStatuses").Reverse())
        {
            restarts += container.Number("restartCount");
            Latest(container, ref lastRestart);
            var ended = container.At("state", "terminated");
            if (container.Text("state", "waiting", "reason") is { Length: > 0 } waiting)
                reason = waiting;
            else if (ended.ValueKind == JsonValueKind.Object)
                reason = ended.Text("reason") is { Length: > 0 } why ? why
                    : ended.Number("signal") != 0 ? $"Signal:{ended.Number("signal")}" : $"ExitCode:{ended.Number("exitCode")}";
            else if (container.True("ready") && container.Has("state", "running"))
            {
                hasRunning = true;
                ready++;
            }
        }

        // A pod with one container done and another running is not done.
        if (reason == "Completed" && hasRunning)
            reason = status.Items("conditions").Any(one => one.Text("type") == "Ready" && one.Text("status") == "True") ? "Running" : "NotReady";
    }

    private static void Latest(JsonElement container, ref DateTimeOffset? lastRestart)
    {
        if (container.Time("lastState", "terminated", "finishedAt") is { } ended && (lastRestart is null || ended > lastRestart))
            lastRestart = ended;
    }

    private static string Gates(JsonElement spec, JsonElement status)
    {
        var gates = spec.Items("readinessGates").Select(gate => gate.Text("conditionType")).ToList();
        if (gates.Count == 0) return "<none>";
        var open = gates.Count(gate => status.Items("conditions").Any(one => one.Text("type") == gate && one.Text("status") == "True"));
        return $"{open}/{gates.Count}";
    }

    private static bool IsSidecar(JsonElement container) => container.Text("restartPolicy") == "Always";

    private static bool Initialized(JsonElement status) =>
        status.Items("conditions").Any(one => one.Text("type") == "Initialized" && one.Text("status") == "True");

    private static bool IsTerminal(string phase) => phase is "Failed" or "Succeeded";
}
