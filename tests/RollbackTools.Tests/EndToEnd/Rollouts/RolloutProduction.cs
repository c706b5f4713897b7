using System.Text.Json.Nodes;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Operations.Rollouts;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Rollouts;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>A namespace with the Rollout <c>catalog</c> in it, and a prompt.</summary>
internal sealed class RolloutProduction(Production production, ResourceType? kind = null) : IAsyncDisposable
{
    /// <summary>A canary that waits for somebody at a quarter, and for nobody after that.</summary>
    public const string Canary = "canary: { steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: { duration: 1s } }] }";

    public Production Production { get; } = production;

    public ResourceType Kind { get; } = kind ?? RolloutResources.Rollouts;

    public JsonObject Rollout => Production.Get("catalog", Kind);

    public string? Image => Production.Image("catalog", Kind);

    public string? Phase => (string?)Rollout["status"]?["phase"];

    public string? Stable => (string?)Rollout["status"]?["stableRS"];

    public string? Current => (string?)Rollout["status"]?["currentPodHash"];

    public bool Healthy => Phase == "Healthy" && (string?)Rollout["status"]!["observedGeneration"] == Rollout["metadata"]!["generation"]!.ToString();

    /// <summary>The Rollout in YAML; <paramref name="container"/> is more of its one container, <paramref name="template"/> of its pod spec.</summary>
    public string Manifest(string tag, string strategy = Canary, string container = "", string template = "", string more = "", string labels = "", string annotations = "", int replicas = 4) => $$"""
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: { name: catalog, namespace: {{Production.Namespace}}, labels: { app: catalog }, annotations: { {{annotations}} } }
        spec:
          replicas: {{replicas}}
          selector: { matchLabels: { app: catalog } }
          template:
            metadata: { labels: { app: catalog{{labels}} } }
            spec: { {{template}} containers: [{ name: app, image: "shop/catalog:{{tag}}"{{container}} }] }
          strategy: { {{strategy}} }
        {{more}}
        """;

    /// <summary>Services that select its pods.</summary>
    public void Services(params string[] names)
    {
        foreach (var name in names)
            Production.Apply($"{{ apiVersion: v1, kind: Service, metadata: {{ name: {name}, namespace: {Production.Namespace} }}, spec: {{ selector: {{ app: catalog }}, ports: [{{ port: 80 }}] }} }}");
    }

    /// <summary>Up and stable.</summary>
    public async Task DeployAsync(string manifest)
    {
        Production.Apply(manifest);
        await Production.UntilAsync(() => Healthy);
    }

    /// <summary>Another version, until this is so.</summary>
    public async Task ShipAsync(string manifest, Func<bool> until)
    {
        Production.Apply(manifest);
        await Production.UntilAsync(() => until());
    }

    /// <summary>1.0 is stable, and the bad tag stands at its first pause.</summary>
    public async Task MidCanaryAsync(string bad = "2.0-errors", string strategy = Canary)
    {
        await DeployAsync(Manifest("1.0", strategy));
        Age(TimeSpan.FromDays(2));
        await ShipAsync(Manifest(bad, strategy), () => Phase == "Paused");
    }

    /// <summary>1.0 was stable for two days; the bad tag went all the way.</summary>
    public async Task CompletedAsync(string bad = "2.0-errors", string strategy = Canary)
    {
        await MidCanaryAsync(bad, strategy);
        await CompletedFromHereAsync();
    }

    /// <summary>The same as <see cref="MidCanaryAsync"/> where the Rollout takes its template from a Deployment of its name.</summary>
    public async Task ReferringAsync()
    {
        await Production.CreateAsync("catalog", "1.0", replicas: 0);
        await DeployAsync($$"""
            apiVersion: argoproj.io/v1alpha1
            kind: Rollout
            metadata: { name: catalog, namespace: {{Production.Namespace}}, labels: { app: catalog } }
            spec:
              replicas: 4
              workloadRef: { apiVersion: apps/v1, kind: Deployment, name: catalog }
              strategy: { {{Canary}} }
            """);
        Age(TimeSpan.FromDays(2));
        Production.Ship("catalog", "2.0-errors");
        await Production.UntilAsync(() => Phase == "Paused");
    }

    /// <summary>The version that is on its way goes all the way, and is all that runs.</summary>
    public async Task CompletedFromHereAsync()
    {
        await ChangeAsync(body => body["status"]!["promoteFull"] = true);
        await Production.UntilAsync(() => Healthy && Stable == Current && Running.SequenceEqual([Image!]));
    }

    public Task ChangeAsync(Action<JsonObject> change)
    {
        Production.Rewrite("catalog", change, Kind);
        return Task.CompletedTask;
    }

    /// <summary>The images of pods that are not on their way out.</summary>
    public IReadOnlyList<string> Running => Production.Running("catalog");

    /// <summary>Makes its ReplicaSets and pods so much older.</summary>
    public void Age(TimeSpan by) =>
        Production.Stage.Age([.. ((ResourceType[])[Kind, Resources.ReplicaSets, Resources.Pods]).SelectMany(Production.List)], by);

    public async Task<RolloutReport> ReportAsync()
    {
        var output = await RunAsync("Get-ArgoRollout catalog");
        Assert.Null(output.Failure?.Message);
        return Assert.Single(output.Of<RolloutReport>());
    }

    public Task<CommandOutput> RunAsync(string line) => Production.RunAsync(line);

    /// <summary>Types a line that is to change exactly one Rollout without complaint.</summary>
    public Task<RollbackResult> DoAsync(string line) => Production.RollBackAsync(line);

    public ValueTask DisposeAsync() => Production.DisposeAsync();
}
