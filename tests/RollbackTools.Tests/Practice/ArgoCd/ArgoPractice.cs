using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Tests.Practice.Kubernetes.Controllers;

namespace RollbackTools.Tests.Practice.ArgoCd;

/// <summary>Argo CD over a store whose clock moves only when told, with an application <c>shop</c> that goes to <c>prod</c>.</summary>
internal sealed class ArgoPractice : IAsyncDisposable
{
    public ArgoPractice(Func<ArgoCdOptions, ArgoCdOptions>? configure = null)
    {
        ArgoCdOptions options = new() { Renderer = Git };
        Argo = new GitOpsPlatform(configure?.Invoke(options) ?? options);
        Cluster = new PracticeStore(addOn: Argo);
        foreach (var ns in (string[])["argocd", "prod", "default"]) Cluster.Operator.Apply($"{{ kind: Namespace, metadata: {{ name: {ns} }} }}");
    }

    public FakeRepository Git { get; } = new();

    public GitOpsPlatform Argo { get; }

    public PracticeStore Cluster { get; }

    /// <summary>The application <c>shop</c> as it is.</summary>
    public JsonObject App => Find("shop");

    public string? Phase => (string?)App["status"]?["operationState"]?["phase"];

    public string? Message => (string?)App["status"]?["operationState"]?["message"];

    public string? Sync => (string?)App["status"]?["sync"]?["status"];

    public string? Health => (string?)App["status"]?["health"]?["status"];

    public string? Image => (string?)Cluster.Store.Find(Resources.Deployments, "prod", "api")?.Read["spec"]!["template"]!["spec"]!["containers"]![0]!["image"];

    public JsonObject Find(string name) => Cluster.Store.Find(ArgoResources.Applications, "argocd", name)!.Read;

    public static string Deployment(string image, string more = "") => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: api }
        spec:
          replicas: 2
          selector: { matchLabels: { app: api } }
          template:
            metadata: { labels: { app: api } }
            spec:
              containers:
              - { name: app, image: "{{image}}" }
        {{more}}
        """;

    public static string Application(string name = "shop", string path = "shop", string policy = "{}", string more = "") => $$"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: { name: {{name}}, namespace: argocd }
        spec:
          project: default
          source: { repoURL: "{{FakeRepository.Url}}", path: {{path}}, targetRevision: main }
          destination: { server: "https://kubernetes.default.svc", namespace: prod }
          syncPolicy: {{policy}}
        {{more}}
        """;

    /// <summary>Creates the application and lets everything happen that needs no waiting.</summary>
    public async Task StartAsync(string policy = "{}", string more = "")
    {
        Cluster.Operator.Apply(Application(policy: policy, more: more));
        await Cluster.SettleAsync();
    }

    /// <summary>Asks for an operation the way a client of the Kubernetes API does.</summary>
    public async Task OperateAsync(string sync, string more = "", bool clearState = true)
    {
        Change(body =>
        {
            body["operation"] = JsonNode.Parse($$"""{"initiatedBy":{"username":"alice"},"sync":{{sync}}{{more}}}""");
            if (clearState) body["status"]?.AsObject().Remove("operationState");
        });
        await Cluster.SettleAsync();
    }

    public void Change(Action<JsonObject> change, string name = "shop") => Cluster.Store.Update(ArgoResources.Applications, "argocd", name, body =>
    {
        change(body);
        return true;
    });

    /// <summary>Syncs to the branch and waits until the application is well.</summary>
    public async Task SyncAsync()
    {
        await OperateAsync("{}");
        await Cluster.RunUntilAsync(() => Phase == "Succeeded" && Health == "Healthy");
    }

    public IReadOnlyList<JsonObject> History => [.. (App["status"]?["history"] as JsonArray ?? []).OfType<JsonObject>()];

    public IEnumerable<StoredObject> Live(ResourceType type) => Cluster.Store.List(type, "prod").Items;

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
