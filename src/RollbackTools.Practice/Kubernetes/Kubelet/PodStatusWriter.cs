using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Kubelet;

/// <summary>Writes what a node knows into the pod's status.</summary>
internal sealed class PodStatusWriter(ControllerContext context)
{
    /// <summary>Writes the whole status; the pod's uid must still be the one meant.</summary>
    public void Write(PodRuntime pod, Action<JsonObject>? alsoChange = null) =>
        context.Store.Update(Resources.Pods, pod.Key.Namespace, pod.Key.Name, body =>
        {
            if (body.Text("metadata", "uid") != pod.Uid) return false;
            alsoChange?.Invoke(body);
            Fill(pod, body.Child("status"));
            return true;
        });

    private void Fill(PodRuntime pod, JsonObject status)
    {
        status["phase"] = pod.Phase;
        status["conditions"] = Conditions(pod);
        status["hostIP"] = pod.HostIp;
        status["hostIPs"] = new JsonArray(new JsonObject { ["ip"] = pod.HostIp });
        if (pod.Ip is not null)
        {
            status["podIP"] = pod.Ip;
            status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = pod.Ip });
        }

        status["startTime"] ??= context.Timestamp;
        if (pod.Init.Any()) status["initContainerStatuses"] = new JsonArray([.. pod.Init.Select(Container)]);
        status["containerStatuses"] = new JsonArray([.. pod.Main.Select(Container)]);
        status["qosClass"] ??= "BestEffort";
    }

    private JsonArray Conditions(PodRuntime pod)
    {
        var finished = pod.Phase == "Succeeded";
        var unready = pod.Lasting.Where(container => !container.Ready).Select(container => container.Name).ToList();
        var why = $"containers with unready status: [{string.Join(' ', unready)}]";
        var reason = finished ? "PodCompleted" : "ContainersNotReady";
        var uninitialized = pod.Init.Where(container => !container.Done).Select(container => container.Name).ToList();
        return
        [
            Condition(pod, "PodReadyToStartContainers", pod.Ip is not null && pod.Phase is "Running" or "Pending"),
            Condition(pod, "Initialized", pod.Initialized, "ContainersNotInitialized",
                $"containers with incomplete status: [{string.Join(' ', uninitialized)}]"),
            Condition(pod, "Ready", pod.Ready, reason, finished ? null : why),
            Condition(pod, "ContainersReady", pod.Ready, reason, finished ? null : why),
            Condition(pod, "PodScheduled", true),
        ];
    }

    private JsonObject Condition(PodRuntime pod, string type, bool value, string? reason = null, string? message = null)
    {
        if (!pod.Conditions.TryGetValue(type, out var known) || known.Value != value)
            pod.Conditions[type] = known = (value, context.Now);
        JsonObject condition = new()
        {
            ["type"] = type,
            ["status"] = value ? "True" : "False",
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = ObjectStore.Timestamp(known.Since),
        };
        if (!value && reason is not null) condition["reason"] = reason;
        if (!value && message is not null) condition["message"] = message;
        return condition;
    }

    private static JsonObject Container(ContainerRuntime container)
    {
        JsonObject status = new()
        {
            ["name"] = container.Name,
            ["state"] = State(container.State),
            ["lastState"] = container.Last is null ? new JsonObject() : State(container.Last),
            ["ready"] = container.RunsOnce ? container.Done : container.Ready,
            ["restartCount"] = container.Restarts,
            ["image"] = container.Image,
            ["imageID"] = container.Pulled?.Id ?? "",
            ["started"] = container.State is ContainerState.Running,
        };
        if (container.ContainerId.Length > 0) status["containerID"] = container.ContainerId;
        return status;
    }

    private static JsonObject State(ContainerState state)
    {
        switch (state)
        {
            case ContainerState.Running running:
                return new JsonObject { ["running"] = new JsonObject { ["startedAt"] = ObjectStore.Timestamp(running.Since) } };
            case ContainerState.Terminated ended:
                return new JsonObject
                {
                    ["terminated"] = new JsonObject
                    {
                        ["exitCode"] = ended.ExitCode,
                        ["reason"] = ended.Reason,
                        ["startedAt"] = ObjectStore.Timestamp(ended.Started),
                        ["finishedAt"] = ObjectStore.Timestamp(ended.Finished),
                        ["containerID"] = ended.ContainerId,
                    },
                };
            default:
                var waiting = (ContainerState.Waiting)state;
                JsonObject detail = new() { ["reason"] = waiting.Reason };
                if (waiting.Message is not null) detail["message"] = waiting.Message;
                return new JsonObject { ["waiting"] = detail };
        }
    }
}
