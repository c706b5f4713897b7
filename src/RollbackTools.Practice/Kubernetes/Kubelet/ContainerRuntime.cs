using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Kubernetes.Kubelet;

/// <summary>What a node knows of one container of one pod.</summary>
internal sealed class ContainerRuntime(JsonObject spec, bool init, ContainerState state)
{
    public JsonObject Spec { get; } = spec;

    public string Name { get; } = spec.Text("name") ?? "";

    public string Image { get; } = spec.Text("image") ?? "";

    /// <summary>Listed among the init containers, which start one after the other before all others.</summary>
    public bool Init { get; } = init;

    /// <summary>An init container that stays: it has only to start before the next one, and is restarted for as long as the pod lives.</summary>
    public bool Sidecar { get; } = init && spec.Text("restartPolicy") == "Always";

    /// <summary>Runs to its end before the next one starts.</summary>
    public bool RunsOnce => Init && !Sidecar;

    /// <summary>Has been running at least once.</summary>
    public bool Begun { get; set; }

    public string Field => Init ? $"spec.initContainers{{{Name}}}" : $"spec.containers{{{Name}}}";

    public ContainerState State { get; set; } = state;

    public ContainerState.Terminated? Last { get; set; }

    public bool Ready { get; set; }

    public int Restarts { get; set; }

    public string ContainerId { get; set; } = "";

    /// <summary>What the image reference resolved to, once pulled.</summary>
    public CatalogueImage? Pulled { get; set; }

    /// <summary>Failed pulls in a row.</summary>
    public int FailedPulls { get; set; }

    /// <summary>Ends in a row without ten good minutes between; decides the back-off.</summary>
    public int Ends { get; set; }

    /// <summary>Rises with every step, so that what was planned for an earlier state finds it has passed.</summary>
    public int Step { get; set; }

    /// <summary>The next container need not wait for it any more.</summary>
    public bool Done => Sidecar ? Begun : State is ContainerState.Terminated { ExitCode: 0 };
}
