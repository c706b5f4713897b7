using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Kubernetes.Kubelet;

/// <summary>Pull, configure, create, start, become ready, end, and start again: one container's life, decided by its image.</summary>
internal sealed class ContainerLifecycle(
    ControllerContext context, ImageCatalogue images, ConfigurationReferences configuration, PodStatusWriter status, PodLogBook logs)
{
    private readonly HashSet<(string Node, string ImageId)> present = [];

    /// <summary>Starts the first init container that has not run (a sidecar: has not begun), or all others when none is left.</summary>
    public void LaunchNext(PodRuntime pod)
    {
        if (pod.Init.FirstOrDefault(container => !container.Done) is { } next)
        {
            Launch(pod, next);
            return;
        }

        foreach (var container in pod.Main) Launch(pod, container);
    }

    /// <summary>Tries again every container that lacked configuration.</summary>
    public void RetryConfiguration(PodRuntime pod)
    {
        foreach (var container in pod.Containers.Where(c => c.State is ContainerState.Waiting { Reason: "CreateContainerConfigError" }).ToList())
            Configure(pod, container);
    }

    /// <summary>Takes over a container that ran before.</summary>
    public void Adopt(PodRuntime pod, ContainerRuntime container, JsonObject known)
    {
        container.Restarts = known.Number("restartCount") ?? 0;
        container.Begun = true;
        container.Ready = known.Flag("ready");
        container.ContainerId = known.Text("containerID") ?? "";
        container.Pulled = ImageReference.Parse(container.Image) is { } reference ? images.Resolve(reference) : null;
        if (container.Pulled is not null) present.Add((pod.Node, container.Pulled.Id));
        var since = known.Time("state", "running", "startedAt") ?? context.Now;
        container.State = known.At("state", "terminated") is { } ended
            ? new ContainerState.Terminated(ended.Number("exitCode") ?? 0, ended.Text("reason") ?? "Completed", since, since, container.ContainerId)
            : new ContainerState.Running(since);
        container.Step++;
        logs.Start(pod.Key.Namespace!, pod.Key.Name, container.Name);
    }

    private void Launch(PodRuntime pod, ContainerRuntime container)
    {
        if (ImageReference.Parse(container.Image) is not { } reference)
        {
            Wait(pod, container, "InvalidImageName",
                $"Failed to apply default image tag \"{container.Image}\": couldn't parse image name \"{container.Image}\": invalid reference format");
            Warn(pod, container, "InspectFailed", $"Failed to apply default image tag \"{container.Image}\": couldn't parse image name");
            return;
        }

        var image = images.Resolve(reference);
        var policy = container.Spec.Text("imagePullPolicy") ?? (reference.Tag == "latest" ? "Always" : "IfNotPresent");
        if (image is not null && policy != "Always" && present.Contains((pod.Node, image.Id)))
        {
            Say(pod, container, "Pulled", $"Container image \"{container.Image}\" already present on machine and can be accessed by the pod");
            container.Pulled = image;
            Configure(pod, container);
            return;
        }

        Say(pod, container, "Pulling", $"Pulling image \"{container.Image}\"");
        var began = context.Now;
        Later(pod, container, context.Tempo.Pull, () =>
        {
            // Asked again now: it may have been pushed, or deleted, while this pull waited its turn.
            if (images.Resolve(reference) is { } found) Pulled(pod, container, found, context.Now - began);
            else FailPull(pod, container);
        });
    }

    private void Pulled(PodRuntime pod, ContainerRuntime container, CatalogueImage image, TimeSpan took)
    {
        present.Add((pod.Node, image.Id));
        container.Pulled = image;
        container.FailedPulls = 0;
        var duration = took.TotalSeconds < 1 ? $"{took.TotalMilliseconds:0}ms" : $"{took.TotalSeconds:0.###}s";
        Say(pod, container, "Pulled",
            $"Successfully pulled image \"{container.Image}\" in {duration} ({duration} including waiting). Image size: {image.Size} bytes.");
        Configure(pod, container);
    }

    private void FailPull(PodRuntime pod, ContainerRuntime container)
    {
        var cause = $"rpc error: code = NotFound desc = failed to pull and unpack image \"{container.Image}\": " +
            $"failed to resolve reference \"{container.Image}\": {container.Image}: not found";
        Warn(pod, container, "Failed", $"Failed to pull image \"{container.Image}\": {cause}");
        Warn(pod, container, "Failed", "Error: ErrImagePull");
        Wait(pod, container, "ErrImagePull", cause);

        var nominal = BackOff(++container.FailedPulls);
        Later(pod, container, context.Tempo.Scaled(Math.Min(3, nominal)), () =>
        {
            Say(pod, container, "BackOff", $"Back-off pulling image \"{container.Image}\"");
            Warn(pod, container, "Failed", "Error: ImagePullBackOff");
            Wait(pod, container, "ImagePullBackOff", $"Back-off pulling image \"{container.Image}\": ErrImagePull: {cause}");
            Later(pod, container, context.Tempo.Scaled(nominal), () => Launch(pod, container));
        });
    }

    private void Configure(PodRuntime pod, ContainerRuntime container)
    {
        if (configuration.MissingFor(container.Spec, pod.Key.Namespace!) is { } missing)
        {
            pod.WantsConfiguration = true;
            Warn(pod, container, "Failed", $"Error: {missing}");
            Wait(pod, container, "CreateContainerConfigError", missing);
            return;
        }

        Say(pod, container, "Created", "Container created");
        Later(pod, container, context.Tempo.Start, () => Run(pod, container));
    }

    private void Run(PodRuntime pod, ContainerRuntime container)
    {
        var first = !container.Begun;
        container.Begun = true;
        var image = container.Pulled = configuration.Reading(container.Pulled!, container.Spec, pod.Key.Namespace!);
        container.State = new ContainerState.Running(context.Now);
        container.ContainerId = "containerd://" + Hex(64);
        container.Ready = false;
        Say(pod, container, "Started", "Container started");
        logs.Start(pod.Key.Namespace!, pod.Key.Name, container.Name);
        foreach (var line in AppVoice.Starting(container.Name, image)) Log(pod, container, line);

        // Ready in no time means one write instead of two.
        if (context.Tempo.Ready > TimeSpan.Zero || !Serves(pod, container)) status.Write(pod);
        if (container.Sidecar && first) LaunchNext(pod);
        switch (image.Behaviour)
        {
            case ImageBehaviour.CrashLoop crash:
                Later(pod, container, context.Tempo.Crash, () => End(pod, container, crash.ExitCode, "Error"));
                break;
            case ImageBehaviour.BadConfig:
                Later(pod, container, context.Tempo.Crash / 4, () => End(pod, container, 1, "Error"));
                break;
            case ImageBehaviour.Hang:
                break;
            case var _ when container.RunsOnce || (!container.Sidecar && pod.RestartPolicy != "Always"):
                Later(pod, container, container.Init ? context.Tempo.Start : context.Tempo.Job, () => End(pod, container, 0, "Completed"));
                break;
            case ImageBehaviour.NotReady:
                Later(pod, container, context.Tempo.Ready, () => FailProbe(pod, container, until: DateTimeOffset.MaxValue));
                break;
            case ImageBehaviour.SlowStart slow:
                Later(pod, container, context.Tempo.Ready, () => FailProbe(pod, container, context.Now + context.Tempo.Scaled(slow.Seconds)));
                break;
            default:
                BecomeReady(pod, container);
                break;
        }
    }

    private static bool Serves(PodRuntime pod, ContainerRuntime container) => !container.RunsOnce && pod.RestartPolicy == "Always"
        && container.Pulled!.Behaviour is ImageBehaviour.Healthy or ImageBehaviour.ErrorRate;

    private void BecomeReady(PodRuntime pod, ContainerRuntime container)
    {
        if (context.Tempo.Ready == TimeSpan.Zero) Now();
        else Later(pod, container, context.Tempo.Ready, Now);

        void Now()
        {
            container.Ready = true;
            Log(pod, container, AppVoice.Listening(container.Name));
            status.Write(pod);
            if (container.Pulled!.Behaviour is ImageBehaviour.MemoryLeak)
                Later(pod, container, context.Tempo.Leak, () => End(pod, container, 137, "OOMKilled"));
        }
    }

    private void FailProbe(PodRuntime pod, ContainerRuntime container, DateTimeOffset until)
    {
        if (context.Now >= until)
        {
            container.Ready = true;
            Log(pod, container, AppVoice.Listening(container.Name));
            status.Write(pod);
            return;
        }

        Warn(pod, container, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503");
        var period = context.Tempo.Scaled(container.Spec.Number("readinessProbe", "periodSeconds") ?? 10);
        var left = until - context.Now;
        Later(pod, container, left < period ? left : period, () => FailProbe(pod, container, until));
    }

    private void End(PodRuntime pod, ContainerRuntime container, int exitCode, string reason)
    {
        foreach (var line in exitCode is 0 or 137 ? [] : AppVoice.Dying(container.Pulled!.Behaviour)) Log(pod, container, line);
        logs.End(pod.Key.Namespace!, pod.Key.Name, container.Name);
        var started = (container.State as ContainerState.Running)?.Since ?? context.Now;
        ContainerState.Terminated ended = new(exitCode, reason, started, context.Now, container.ContainerId);
        container.State = ended;
        container.Ready = false;
        status.Write(pod);
        if (exitCode == 0 && (container.RunsOnce || (!container.Sidecar && pod.RestartPolicy != "Always")))
        {
            if (container.Init) LaunchNext(pod);
            return;
        }

        if (pod.RestartPolicy == "Never" && !container.Sidecar) return;
        if (context.Now - started >= context.Tempo.Scaled(600)) container.Ends = 0;
        container.Ends++;

        // The first restart comes at once, every later one after a back-off that doubles to five minutes.
        if (container.Ends == 1) Later(pod, container, context.Tempo.Scaled(1), () => Restart(pod, container, ended));
        else Later(pod, container, context.Tempo.Scaled(0.5), () => BackOffRestart(pod, container, ended));
    }

    private void BackOffRestart(PodRuntime pod, ContainerRuntime container, ContainerState.Terminated ended)
    {
        var nominal = BackOff(container.Ends - 1);
        var name = $"{container.Name} in pod {pod.Key.Name}_{pod.Key.Namespace}({pod.Uid})";
        Warn(pod, container, "BackOff", $"Back-off restarting failed container {name}");
        container.Last = ended;
        logs.Rest(pod.Key.Namespace!, pod.Key.Name, container.Name);
        Wait(pod, container, "CrashLoopBackOff",
            $"back-off {GoDuration(nominal)} restarting failed container={container.Name} pod={pod.Key.Name}_{pod.Key.Namespace}({pod.Uid})");
        Later(pod, container, context.Tempo.Scaled(nominal), () => Restart(pod, container, ended));
    }

    private void Restart(PodRuntime pod, ContainerRuntime container, ContainerState.Terminated ended)
    {
        container.Last = ended;
        container.Restarts++;
        Launch(pod, container);
    }

    private static double BackOff(int failures) => Math.Min(10 * Math.Pow(2, failures - 1), 300);

    private static string GoDuration(double seconds) =>
        seconds < 60 ? $"{seconds:0}s" : $"{Math.Floor(seconds / 60):0}m{seconds % 60:0}s";

    private void Wait(PodRuntime pod, ContainerRuntime container, string reason, string message)
    {
        container.State = new ContainerState.Waiting(reason, message);
        container.Ready = false;
        status.Write(pod);
    }

    /// <summary>Plans this container's next step; a later step, or the pod's end, cancels it.</summary>
    private void Later(PodRuntime pod, ContainerRuntime container, TimeSpan delay, Action action)
    {
        var step = ++container.Step;
        context.Agenda.In(delay, () =>
        {
            if (!pod.Stopping && container.Step == step) action();
        });
    }

    private void Log(PodRuntime pod, ContainerRuntime container, string line) =>
        logs.Write(pod.Key.Namespace!, pod.Key.Name, container.Name, line);

    private void Say(PodRuntime pod, ContainerRuntime container, string reason, string message)
    {
        if (Stored(pod) is { } about) context.Events.Normal(about, "kubelet", reason, message, container.Field, pod.Node);
    }

    private void Warn(PodRuntime pod, ContainerRuntime container, string reason, string message)
    {
        if (Stored(pod) is { } about) context.Events.Warning(about, "kubelet", reason, message, container.Field, pod.Node);
    }

    private StoredObject? Stored(PodRuntime pod) =>
        context.Store.Find(Resources.Pods, pod.Key.Namespace, pod.Key.Name) is { } found && found.Uid() == pod.Uid ? found : null;

    private string Hex(int digits)
    {
        Span<byte> bytes = stackalloc byte[digits / 2];
        context.Random.NextBytes(bytes);
        return Convert.ToHexString(bytes).ToLowerInvariant();
    }
}
