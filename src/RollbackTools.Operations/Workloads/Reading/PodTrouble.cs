using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>What is wrong with a pod, when it will not put itself right.</summary>
public sealed record PodTrouble(string Pod, string Container, string Reason, string Message, bool Crashed)
{
    // ErrImagePull is left out: the kubelet says it once on any hiccup, and ImagePullBackOff when it keeps failing.
    private static readonly HashSet<string> Lost =
    [
        "CrashLoopBackOff", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "CreateContainerConfigError",
        "CreateContainerError", "RunContainerError",
    ];

    /// <summary>Null for a pod that is well or may still become so, and for one that has ended: that is its controller's to replace.</summary>
    public static PodTrouble? Find(Pod pod)
    {
        if (pod.HasEnded) return null;
        foreach (var container in pod.Containers())
        {
            if (container.State.Waiting is { Reason: { } reason } waiting && Lost.Contains(reason))
                return new PodTrouble(pod.Metadata.Name, container.Name, reason, Explain(container, waiting), reason == "CrashLoopBackOff");
        }

        return null;
    }

    /// <summary>Whether a container ended badly within the window before <paramref name="now"/>.</summary>
    public static bool RestartedWithin(Pod pod, TimeSpan window, DateTimeOffset now) =>
        pod.LastingContainers().Any(container =>
            container.RestartCount > 0 && container.LastState.Terminated?.FinishedAt is { } ended && now - ended < window);

    public override string ToString() => $"pod {Pod}: container {Container}: {Reason}: {Message}";

    private static string Explain(ContainerStatus container, ContainerWaiting waiting)
    {
        if (container.LastState.Terminated is not { } ended) return waiting.Message ?? "";
        var why = ended.Reason is null or "Error" ? "" : $" ({ended.Reason})";
        return $"exited with code {ended.ExitCode}{why}, restarted {container.RestartCount} times";
    }
}
