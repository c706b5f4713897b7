using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Kubernetes.Kubelet;

/// <summary>The scheduler and every node's kubelet: gives pods a node, starts their containers, stops them when they are deleted.</summary>
public sealed class NodeAgent : Controller
{
    private readonly Dictionary<string, PodRuntime> pods = [];
    private readonly Dictionary<string, int> addresses = [];
    private readonly NodeScheduler scheduler;
    private readonly ConfigurationReferences configuration;
    private readonly PodStatusWriter status;
    private readonly PodLogBook logs;
    private readonly ContainerLifecycle lifecycle;

    public NodeAgent(ControllerContext context, ImageCatalogue images, PodLogBook logs) : base(context)
    {
        this.logs = logs;
        scheduler = new NodeScheduler(Store);
        configuration = new ConfigurationReferences(Store);
        status = new PodStatusWriter(context);
        lifecycle = new ContainerLifecycle(context, images, configuration, status, logs);
    }

    public override IReadOnlyList<ResourceType> Watches { get; } =
        [Resources.Pods, Resources.ConfigMaps, Resources.Secrets, Resources.PersistentVolumeClaims, Resources.Nodes];

    /// <summary>The pod as its node sees it; null when it has none.</summary>
    internal PodRuntime? Find(string uid) => pods.GetValueOrDefault(uid);

    public override void Observe(StoreEvent change)
    {
        var item = change.Object;
        if (item.Type == Resources.Pods)
        {
            if (change.Type == StoreEventType.Deleted) Forget(item);
            else if (EndedFromOutside(item)) Forget(item);
            else if (!pods.ContainsKey(item.Uid()) || item.Deleting()) Enqueue(item.Key());
        }
        else if (item.Type == Resources.Nodes)
        {
            foreach (var pod in Store.List(Resources.Pods).Items.Where(pod => !pod.Scheduled())) Enqueue(pod.Key());
        }
        else if (change.Type != StoreEventType.Deleted)
        {
            foreach (var pod in pods.Values.Where(pod => pod.WantsConfiguration && pod.Key.Namespace == item.Namespace).ToList())
                Retry(pod);
        }
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Store.Find(Resources.Pods, key.Namespace, key.Name) is not { } pod) return;
        if (pod.Deleting()) Stop(pod);
        else if (pods.ContainsKey(pod.Uid()) || pod.Phase() is "Succeeded" or "Failed") return;
        else if (pod.Phase() == "Running" && pod.Scheduled()) Adopt(pod);
        else Context.Agenda.In(Context.Tempo.Schedule, () => Schedule(pod.Key(), pod.Uid()));
    }

    private void Schedule(ObjectKey key, string uid)
    {
        if (Store.Find(Resources.Pods, key.Namespace, key.Name) is not { } pod || pod.Uid() != uid) return;
        if (pod.Deleting() || pods.ContainsKey(uid)) return;
        if (pod.Read.Text("spec", "nodeName") is { Length: > 0 } given)
        {
            Start(pod, given, bound: false);
            return;
        }

        if (pod.Read.Text("spec", "schedulerName") is not (null or "default-scheduler")) return;
        var (node, why) = scheduler.Choose(pod);
        if (node is null)
        {
            Unschedulable(pod, why);
            return;
        }

        Events.Normal(pod, "default-scheduler", "Scheduled", $"Successfully assigned {pod.Namespace}/{pod.Name} to {node.Name}");
        Start(pod, node.Name, bound: true);
    }

    private void Unschedulable(StoredObject pod, string why)
    {
        Events.Warning(pod, "default-scheduler", "FailedScheduling", why);
        Store.Update(Resources.Pods, pod.Namespace, pod.Name, body =>
        {
            var current = body.Child("status");
            if (Conditions.Find(current, "PodScheduled").Text("message") == why) return false;
            Conditions.Remove(current, "PodScheduled");
            Conditions.Set(current, "PodScheduled", "False", "Unschedulable", why, Context.Timestamp, updateTime: false);
            return true;
        });
    }

    private void Start(StoredObject pod, string node, bool bound)
    {
        var runtime = Track(pod, node);
        runtime.Ip = Address(node);
        status.Write(runtime, body =>
        {
            if (bound) body.Child("spec")["nodeName"] = node;
        });
        MountThenLaunch(runtime);
    }

    private PodRuntime Track(StoredObject pod, string node)
    {
        var mains = pod.Read.Items("spec", "containers").ToList();
        var inits = pod.Read.Items("spec", "initContainers").ToList();
        var reason = inits.Count > 0 ? "PodInitializing" : "ContainerCreating";
        List<ContainerRuntime> containers =
        [
            .. inits.Select(spec => new ContainerRuntime(spec, init: true, new ContainerState.Waiting("PodInitializing"))),
            .. mains.Select(spec => new ContainerRuntime(spec, init: false, new ContainerState.Waiting(reason))),
        ];
        PodRuntime runtime = new(pod.Key(), pod.Uid(), node, HostIp(node), pod.Read.Text("spec", "restartPolicy") ?? "Always", containers);
        pods[runtime.Uid] = runtime;
        scheduler.Occupy(node);
        return runtime;
    }

    private void MountThenLaunch(PodRuntime runtime)
    {
        if (Store.Find(Resources.Pods, runtime.Key.Namespace, runtime.Key.Name) is not { } pod || pod.Uid() != runtime.Uid) return;
        if (configuration.MissingVolume(pod.Read, runtime.Key.Namespace!) is var (volume, missing))
        {
            runtime.WantsConfiguration = true;
            Events.Warning(pod, "kubelet", "FailedMount", $"MountVolume.SetUp failed for volume \"{volume}\" : {missing}", host: runtime.Node);
            return;
        }

        lifecycle.LaunchNext(runtime);
    }

    private void Retry(PodRuntime runtime)
    {
        runtime.WantsConfiguration = false;
        if (runtime.Containers.All(c => c.State is ContainerState.Waiting { Reason: "ContainerCreating" or "PodInitializing" } && c.Step == 0))
            MountThenLaunch(runtime);
        else
            lifecycle.RetryConfiguration(runtime);
    }

    private void Stop(StoredObject pod)
    {
        if (!pods.TryGetValue(pod.Uid(), out var runtime))
        {
            Store.Delete(Resources.Pods, pod.Namespace, pod.Name, ifUid: pod.Uid());
            return;
        }

        if (runtime.Stopping) return;
        runtime.Stopping = true;
        var running = runtime.Containers.Where(container => container.State is ContainerState.Running).ToList();
        foreach (var container in running)
        {
            container.Step++;
            Events.Normal(pod, "kubelet", "Killing", $"Stopping container {container.Name}", container.Field, runtime.Node);
            logs.Write(pod.Namespace!, pod.Name, container.Name, AppVoice.Stopping());
        }

        Context.Agenda.In(running.Count > 0 ? Context.Tempo.Stop : TimeSpan.Zero,
            () => DeleteQuietly(runtime));
    }

    private void DeleteQuietly(PodRuntime runtime)
    {
        try
        {
            Store.Delete(Resources.Pods, runtime.Key.Namespace, runtime.Key.Name, ifUid: runtime.Uid);
        }
        catch (StoreConflictException)
        {
            // Somebody forced it out and another pod took the name: that one is not ours to stop.
        }
    }

    private void Forget(StoredObject pod)
    {
        if (!pods.Remove(pod.Uid(), out var runtime)) return;
        scheduler.Release(runtime.Node);
        runtime.Stopping = true;
        foreach (var container in runtime.Containers)
        {
            container.Step++;
            logs.Forget(pod.Namespace!, pod.Name, container.Name);
        }
    }

    // Evicted, or its node was shut down: a phase that is final whoever wrote it, so its containers are over.
    private bool EndedFromOutside(StoredObject pod) =>
        pod.Phase() is "Succeeded" or "Failed" && pods.TryGetValue(pod.Uid(), out var runtime) && runtime.Phase is not ("Succeeded" or "Failed");

    /// <summary>A pod that was running before this kubelet was: taken over as its status says.</summary>
    private void Adopt(StoredObject pod)
    {
        var runtime = Track(pod, pod.Read.Text("spec", "nodeName")!);
        runtime.Ip = pod.Read.Text("status", "podIP") ?? Address(runtime.Node);
        foreach (var condition in pod.Read.Items("status", "conditions"))
        {
            runtime.Conditions[condition.Text("type") ?? ""] =
                (condition.Text("status") == "True", condition.Time("lastTransitionTime") ?? Context.Now);
        }

        foreach (var known in pod.Read.Items("status", "containerStatuses").Concat(pod.Read.Items("status", "initContainerStatuses")))
        {
            if (runtime.Containers.FirstOrDefault(container => container.Name == known.Text("name")) is { } container)
                lifecycle.Adopt(runtime, container, known);
        }
    }

    private string HostIp(string node) =>
        Store.Find(Resources.Nodes, null, node)?.Read.Items("status", "addresses")
            .FirstOrDefault(address => address.Text("type") == "InternalIP").Text("address") ?? "10.0.0.1";

    private string Address(string node)
    {
        // A /16 for each node, so that ten thousand pods fit.
        var number = addresses[node] = addresses.GetValueOrDefault(node) + 1;
        var network = 64 + addresses.Keys.ToList().IndexOf(node);
        return $"10.{network % 256}.{number / 250 % 256}.{(number % 250) + 2}";
    }
}
