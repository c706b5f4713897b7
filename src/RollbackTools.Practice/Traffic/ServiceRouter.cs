using System.Collections.Concurrent;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Controllers.Services;
using RollbackTools.Practice.Kubernetes.Kubelet;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Traffic;

/// <summary>
/// Gives every Service that has ports and a selector a loopback address, written into its annotation
/// <see cref="UrlAnnotation"/>, and keeps the pods behind it current.
/// </summary>
public sealed class ServiceRouter(ControllerContext context, NodeAgent nodes, PodLogBook logs, TrafficLedger ledger, int seed)
    : Controller(context), IAsyncDisposable
{
    /// <summary>Where a Service can be reached from this machine.</summary>
    public const string UrlAnnotation = "practice.rollbacktools.io/url";

    private const string HashLabel = "rollouts-pod-template-hash";

    private readonly ServiceMembership membership = new(context.Store);
    private readonly Dictionary<ObjectKey, ServiceBackends> backends = [];
    private readonly ConcurrentDictionary<ObjectKey, Task<ServiceListener>> listeners = new();
    private readonly ConcurrentDictionary<ObjectKey, Uri> urls = new();

    public override IReadOnlyList<ResourceType> Watches { get; } = [Resources.Services, Resources.Pods];

    /// <summary>The address of every Service that listens; keys are <c>namespace/name</c>.</summary>
    public IReadOnlyDictionary<string, Uri> Urls => urls.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value);

    public override void Observe(StoreEvent change)
    {
        foreach (var key in membership.Follow(change)) Enqueue(key);
    }

    /// <summary>Completes when every Service known so far listens and says where.</summary>
    public async Task ListeningAsync(CancellationToken cancellation)
    {
        foreach (var listener in listeners.Values) await listener.WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in listeners.Values) await CloseAsync(listener);
        listeners.Clear();
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (membership.Service(key) is not { } service || !service.Read.Items("spec", "ports").Any())
        {
            backends.Remove(key);
            urls.TryRemove(key, out _);
            if (listeners.TryRemove(key, out var closed)) _ = CloseAsync(closed);
            return;
        }

        if (!backends.TryGetValue(key, out var current)) backends[key] = current = new ServiceBackends();
        current.Ready = [.. membership.Pods(key).Where(pod => pod.PodReady()).Select(Answering).OfType<Backend>()];
        if (!listeners.ContainsKey(key)) listeners[key] = ListenAsync(key, current);
    }

    private Backend? Answering(StoredObject pod)
    {
        var container = nodes.Find(pod.Uid())?.Main.FirstOrDefault(main => main.Pulled is not null);
        return container is null ? null : new Backend(pod.Namespace!, pod.Name, container.Name, container.Pulled!)
        {
            Hash = pod.Labels.GetValueOrDefault(HashLabel, ""),
        };
    }

    private async Task<ServiceListener> ListenAsync(ObjectKey key, ServiceBackends current)
    {
        // Off the control loop: opening a socket is no work of a controller.
        await Task.Yield();
        ServiceAnswer answer = new(current, logs, seed + key.ToString().Sum(letter => letter), (backend, status) =>
            ledger.Add(new ServedRequest(Context.Now, backend.Namespace, key.Name, backend.Pod, status, backend.Hash)));
        var listener = await ServiceListener.StartAsync(answer, CancellationToken.None);
        urls[key] = listener.Url;
        Store.Update(Resources.Services, key.Namespace, key.Name, body =>
        {
            body.Child("metadata").Child("annotations")[UrlAnnotation] = listener.Url.GetLeftPart(UriPartial.Authority);
            return true;
        });
        return listener;
    }

    private static async Task CloseAsync(Task<ServiceListener> listener) => await (await listener).DisposeAsync();
}
