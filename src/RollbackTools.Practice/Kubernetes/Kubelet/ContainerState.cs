namespace RollbackTools.Practice.Kubernetes.Kubelet;

/// <summary>One of the three states of a container, as its status says them.</summary>
internal abstract record ContainerState
{
    public sealed record Waiting(string Reason, string? Message = null) : ContainerState;

    public sealed record Running(DateTimeOffset Since) : ContainerState;

    public sealed record Terminated(int ExitCode, string Reason, DateTimeOffset Started, DateTimeOffset Finished, string ContainerId) : ContainerState;
}
