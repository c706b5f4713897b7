using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Kubernetes.Kubelet;

/// <summary>What a node knows of one pod.</summary>
internal sealed class PodRuntime(ObjectKey key, string uid, string node, string hostIp, string restartPolicy, IReadOnlyList<ContainerRuntime> containers)
{
    public ObjectKey Key { get; } = key;

    public string Uid { get; } = uid;

    public string Node { get; } = node;

    public string HostIp { get; } = hostIp;

    public string RestartPolicy { get; } = restartPolicy;

    /// <summary>Init containers first, in their order.</summary>
    public IReadOnlyList<ContainerRuntime> Containers { get; } = containers;

    public IEnumerable<ContainerRuntime> Init => Containers.Where(container => container.Init);

    public IEnumerable<ContainerRuntime> Main => Containers.Where(container => !container.Init);

    /// <summary>Given when the sandbox is up.</summary>
    public string? Ip { get; set; }

    public bool Stopping { get; set; }

    /// <summary>Conditions and when each last changed.</summary>
    public Dictionary<string, (bool Value, DateTimeOffset Since)> Conditions { get; } = [];

    /// <summary>Waits for a ConfigMap or Secret to appear.</summary>
    public bool WantsConfiguration { get; set; }

    /// <summary>Those that run for as long as the pod does: native sidecars, then the main containers.</summary>
    public IEnumerable<ContainerRuntime> Lasting => Containers.Where(container => !container.RunsOnce);

    public bool Initialized => Init.All(container => container.Done);

    public bool Ready => Initialized && Lasting.All(container => container.Ready);

    public string Phase
    {
        get
        {
            if (!Initialized)
                return RestartPolicy == "Never" && Init.Any(container => container.State is ContainerState.Terminated { ExitCode: not 0 })
                    ? "Failed"
                    : "Pending";
            if (Main.All(container => container.State is ContainerState.Terminated) && RestartPolicy != "Always")
            {
                if (Main.All(container => container.Done)) return "Succeeded";
                if (RestartPolicy == "Never") return "Failed";
            }

            // Never started at all: pending. Started once, even if it waits for its next start now: running.
            return Main.All(container => container.State is ContainerState.Waiting && container.Restarts == 0 && container.Last is null)
                ? "Pending"
                : "Running";
        }
    }
}
