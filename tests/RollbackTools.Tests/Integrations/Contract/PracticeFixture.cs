using System.Text.Json.Nodes;
using RollbackTools.Integrations.Kubernetes;
using RollbackTools.Integrations.Kubernetes.Kubeconfig;
using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Operations.Estate;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Tests.Integrations.Support;
using Served = RollbackTools.Practice.Kubernetes.Schema.Resources;

namespace RollbackTools.Tests.Integrations.Contract;

/// <summary>The practice API server without controllers, and our client on its kubeconfig.</summary>
internal sealed class PracticeFixture : IAsyncDisposable
{
    private readonly TestMachine _machine = new();

    private PracticeFixture(KubernetesApiServer server, ObjectStore store)
    {
        Server = server;
        Store = store;
        Directory.CreateDirectory(Path.Combine(_machine.Home, ".kube"));
        server.WriteKubeconfig(Path.Combine(_machine.Home, ".kube", "config"));
    }

    public KubernetesApiServer Server { get; }

    public ObjectStore Store { get; }

    public static async Task<PracticeFixture> StartAsync(IPodLogs? logs = null)
    {
        var store = new ObjectStore(TimeProvider.System);
        store.Create(Served.Namespaces, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default" } });
        var server = await KubernetesApiServer.StartAsync(
            store, new KubernetesApiOptions { PodLogs = logs, BookmarkInterval = TimeSpan.FromMilliseconds(50) }, CancellationToken.None);
        return new PracticeFixture(server, store);
    }

    public KubernetesCluster Connect(string? context = null) => new(
        new ConnectionResolver(new EstateOptions { Context = context }, _machine.Host(), _machine.Warnings.Add).Resolve(),
        new TransportOptions { Random = () => 0.5, RetryDelay = TimeSpan.FromMilliseconds(2) });

    public void Break(FaultKind kind, string verb, int? times = 1, int events = 0, int bytes = 0) =>
        Server.Faults.Add(new FaultRule { Kind = kind, Verb = verb, Resource = "deployments", Times = times, Events = events, Bytes = bytes });

    public StoredObject AddDeployment(string name = "api", string image = "registry.example/api:41") => Store.Create(Served.Deployments, Deployment(name, image));

    public StoredObject AddPod(string name) => Store.Create(Served.Pods, new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
        ["spec"] = new JsonObject { ["nodeName"] = "node-1", ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = "a:1" }) },
    });

    public static JsonObject Deployment(string name, string image) => new()
    {
        ["apiVersion"] = "apps/v1",
        ["kind"] = "Deployment",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default", ["labels"] = new JsonObject { ["app"] = name } },
        ["spec"] = new JsonObject
        {
            ["replicas"] = 2,
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = name } },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = name } },
                ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = image }) },
            },
        },
    };

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _machine.Dispose();
    }
}
