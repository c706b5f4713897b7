using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Rollouts;
using RollbackTools.Tests.Practice.Kubernetes.Controllers;

namespace RollbackTools.Tests.Practice.Rollouts;

/// <summary>Argo Rollouts over a store whose clock moves only when told.</summary>
internal sealed class RolloutPractice : IAsyncDisposable
{
    public const string Steps = "steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: { duration: 60s } }]";

    public RolloutPractice(RolloutsOptions? options = null)
    {
        Platform = new RolloutsPlatform(options);
        Cluster = new PracticeStore(addOn: Platform);
        Cluster.Operator.Apply($"{{ kind: Namespace, metadata: {{ name: {PracticeStore.Ns} }} }}");
    }

    public RolloutsPlatform Platform { get; }

    public PracticeStore Cluster { get; }

    public StoredObject Stored => Cluster.Get(Platform.Rollouts, "catalog");

    /// <summary>The Rollout <c>catalog</c> as it is.</summary>
    public JsonObject Rollout => Stored.Read;

    public JsonObject Status => Rollout["status"]!.AsObject();

    public string? Phase => (string?)Status["phase"];

    public string? Message => (string?)Status["message"];

    public int? Step => (int?)Status["currentStepIndex"];

    public string? Stable => (string?)Status["stableRS"];

    public string? Current => (string?)Status["currentPodHash"];

    public bool Healthy => Phase == "Healthy" && (string?)Status["observedGeneration"] == Rollout["metadata"]!["generation"]!.ToString();

    /// <summary>A canary of the image <c>shop/catalog:tag</c>.</summary>
    public static string Canary(string tag, string strategy = Steps, int replicas = 4, string more = "") => Manifest(tag, $"canary: {{ {strategy} }}", replicas, more);

    public static string Manifest(string tag, string strategy, int replicas = 4, string more = "") => $$"""
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: { name: catalog, namespace: {{PracticeStore.Ns}} }
        spec:
          replicas: {{replicas}}
          selector: { matchLabels: { app: catalog } }
          template:
            metadata: { labels: { app: catalog } }
            spec: { containers: [{ name: app, image: "shop/catalog:{{tag}}" }] }
          strategy: { {{strategy}} }
        {{more}}
        """;

    public static string Service(string name) =>
        $"{{ apiVersion: v1, kind: Service, metadata: {{ name: {name}, namespace: {PracticeStore.Ns} }}, spec: {{ selector: {{ app: catalog }}, ports: [{{ port: 80 }}] }} }}";

    /// <summary>Applies the manifest and waits until all of it runs.</summary>
    public async Task DeployAsync(string manifest)
    {
        Cluster.Operator.Apply(manifest);
        await Cluster.RunUntilAsync(() => Healthy);
    }

    /// <summary>Applies another version and waits until this is so.</summary>
    public async Task ShipAsync(string manifest, Func<bool> until)
    {
        Cluster.Operator.Apply(manifest);
        await Cluster.SettleAsync();
        await Cluster.RunUntilAsync(until);
    }

    public async Task ShipAsync(string manifest, string message) => await ShipAsync(manifest, () => Message == message);

    /// <summary>Patches the status as the plugin does; null removes a field.</summary>
    public Task PatchStatusAsync(string fields) => ChangeAsync(body =>
    {
        var status = body["status"]!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject())
        {
            if (value is null) status.Remove(name);
            else status[name] = value.DeepClone();
        }
    });

    public async Task ChangeAsync(Action<JsonObject> change)
    {
        Cluster.Change(Platform.Rollouts, "catalog", change);
        await Cluster.SettleAsync();
    }

    public Task SetImageAsync(string tag) =>
        ChangeAsync(body => body["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = $"shop/catalog:{tag}");

    public StoredObject Set(string tag) => Sets.Single(set => Image(set) == $"shop/catalog:{tag}");

    /// <summary>The ReplicaSets of the Rollout; a Deployment it takes its template from has its own.</summary>
    public IEnumerable<StoredObject> Sets => Cluster.List(Resources.ReplicaSets).Where(set => set.Labels.ContainsKey("rollouts-pod-template-hash"));

    public int Pods(string tag) => Cluster.PodsOf(Set(tag)).Count(pod => pod.Active());

    public string? Selected(string service) =>
        (string?)Cluster.Get(Resources.Services, service).Read["spec"]!["selector"]!["rollouts-pod-template-hash"];

    public (string? Status, string? Reason) Condition(string type)
    {
        var condition = Stored.Condition(type);
        return ((string?)condition?["status"], (string?)condition?["reason"]);
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    private static string? Image(StoredObject set) => (string?)set.Read["spec"]!["template"]!["spec"]!["containers"]![0]!["image"];
}
