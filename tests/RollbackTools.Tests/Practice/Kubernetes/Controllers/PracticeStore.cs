using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Controllers.Deployments;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;
using RollbackTools.Practice.Kubernetes.Kubelet;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Registry;
using RollbackTools.Practice.Traffic;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Practice.Kubernetes.Controllers;

/// <summary>A store with controllers and kubelet on a clock that moves only when told; real durations, no waiting.</summary>
internal sealed class PracticeStore : IAsyncDisposable
{
    public const string Ns = "prod";

    private readonly ControlLoop loop;

    private readonly IClusterAddOn? addOn;

    public PracticeStore(
        PracticeTempo? tempo = null, IPodAdmission? admission = null, int nodes = 3, bool kubelet = true, IClusterAddOn? addOn = null)
    {
        this.addOn = addOn;
        ResourceCatalog catalog = new();
        foreach (var kind in addOn?.Kinds ?? []) catalog.Add(kind);
        Store = new ObjectStore(Clock);
        Context = new ControllerContext(Store, Clock, tempo ?? PracticeTempo.Real, seed: 7, admission, catalog);
        Logs = new PodLogBook(Clock);
        for (var i = 1; i <= nodes; i++) Store.Create(Resources.Nodes, new JsonObject { ["metadata"] = new JsonObject { ["name"] = $"node-{i}" } });
        List<Controller> controllers = [.. ControllerSet.All(Context)];
        if (kubelet) controllers.Add(new NodeAgent(Context, Images, Logs));
        AdmissionChain chain = new();
        Writer = new ObjectWriter(Store, chain, Clock);
        Operator = new Operator(Store, Writer, catalog);
        if (addOn is not null) controllers.AddRange(addOn.Install(new AddOnContext(Context, Writer, chain, Images, Traffic)));
        loop = new ControlLoop(Context, controllers);
        loop.Start(catalog.Types);
    }

    public ManualTimeProvider Clock { get; } = new();

    public ObjectStore Store { get; }

    public ControllerContext Context { get; }

    public ImageCatalogue Images { get; } = new();

    public PodLogBook Logs { get; }

    /// <summary>What pods have served, as far as a test says so.</summary>
    public TrafficLedger Traffic { get; } = new();

    public ObjectWriter Writer { get; }

    /// <summary>Applies manifests by the API's rules; their namespaces must exist.</summary>
    public Operator Operator { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Lets everything that needs no time happen.</summary>
    public Task SettleAsync() => loop.SettleAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

    /// <summary>Lets so much time pass, stopping at every moment something is due.</summary>
    public async Task RunAsync(TimeSpan span)
    {
        var end = Clock.GetUtcNow() + span;
        await SettleAsync();
        while (loop.NextDue is { } next && next <= end)
        {
            var step = next - Clock.GetUtcNow();
            Clock.Advance(step > TimeSpan.Zero ? step : TimeSpan.Zero);
            await SettleAsync();
        }

        Clock.Advance(end - Clock.GetUtcNow());
        await SettleAsync();
    }

    public Task RunAsync(double seconds) => RunAsync(TimeSpan.FromSeconds(seconds));

    /// <summary>Lets time pass, due moment by due moment, until it is so; fails after so many seconds of practice time.</summary>
    public async Task RunUntilAsync(Func<bool> so, double within = 300)
    {
        var end = Clock.GetUtcNow() + TimeSpan.FromSeconds(within);
        await SettleAsync();
        while (!so())
        {
            Assert.True(loop.NextDue is { } due && due <= end, $"not so within {within} s of practice time");
            var step = loop.NextDue!.Value - Clock.GetUtcNow();
            Clock.Advance(step > TimeSpan.Zero ? step : TimeSpan.Zero);
            await SettleAsync();
        }
    }

    public StoredObject Get(ResourceType type, string name) =>
        Store.Find(type, Ns, name) ?? throw new InvalidOperationException($"no {type} {name}");

    public IReadOnlyList<StoredObject> List(ResourceType type) => Store.List(type, Ns).Items;

    public IEnumerable<StoredObject> PodsOf(StoredObject owner) =>
        List(Resources.Pods).Where(pod => (string?)pod.Read["metadata"]?["ownerReferences"]?[0]?["uid"] == owner.Uid());

    public IEnumerable<string> EventsOf(string name, string? reason = null) => List(Resources.Events)
        .Where(e => (string?)e.Read["involvedObject"]!["name"] == name && (reason is null || (string?)e.Read["reason"] == reason))
        .Select(e => (string)e.Read["message"]!);

    public void Change(ResourceType type, string name, Action<JsonObject> change) =>
        Store.Update(type, Ns, name, body =>
        {
            change(body);
            return true;
        });

    public StoredObject CreateDeployment(
        string name, string image, int replicas, Action<JsonObject>? spec = null, IReadOnlyDictionary<string, string>? annotations = null)
    {
        var body = Workload(name, image, replicas);
        if (annotations is not null) body["metadata"]!["annotations"] = annotations.ToJson();
        spec?.Invoke(body["spec"]!.AsObject());
        return Store.Create(Resources.Deployments, body);
    }

    public void SetImage(ResourceType type, string name, string image) =>
        Change(type, name, body => body["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = image);

    public static JsonObject Workload(string name, string image, int replicas) => JsonNode.Parse($$"""
        {
          "metadata": { "name": "{{name}}", "namespace": "{{Ns}}", "labels": { "app": "{{name}}" } },
          "spec": {
            "replicas": {{replicas}},
            "selector": { "matchLabels": { "app": "{{name}}" } },
            "template": {
              "metadata": { "labels": { "app": "{{name}}" } },
              "spec": { "containers": [{ "name": "app", "image": "{{image}}" }], "restartPolicy": "Always", "terminationGracePeriodSeconds": 30 }
            }
          }
        }
        """)!.AsObject();

    /// <summary>Whether a Deployment is complete as <c>kubectl rollout status</c> sees it.</summary>
    public bool RolledOut(string name)
    {
        var deployment = Get(Resources.Deployments, name).Read;
        var wanted = (int?)deployment["spec"]!["replicas"] ?? 1;
        int Count(string field) => (int?)deployment["status"]?[field] ?? 0;
        return Count("observedGeneration") >= (int)deployment["metadata"]!["generation"]!
            && Count("updatedReplicas") == wanted && Count("replicas") == wanted && Count("availableReplicas") == wanted;
    }

    public async ValueTask DisposeAsync()
    {
        if (addOn is not null) await addOn.DisposeAsync();
        await loop.DisposeAsync();
        Context.Dispose();
        if (Context.Faults.FirstOrDefault() is { } fault) Assert.Fail($"{fault.Controller} {fault.Key}: {fault.Error}");
    }
}
