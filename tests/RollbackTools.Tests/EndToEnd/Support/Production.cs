using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.EndToEnd.Support;

/// <summary>
/// A namespace with workloads to break, and a prompt at which the compiled cmdlets run against it over real wires, without
/// PowerShell.
/// </summary>
internal sealed class Production : IAsyncDisposable
{
    /// <summary>Longer than anything takes on a busy machine; nothing waits for it unless it is broken.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string directory = Directory.CreateTempSubdirectory("rollback-e2e-").FullName;
    private readonly CmdletRunner runner;

    public Production(PracticeCluster cluster, string ns)
    {
        (Cluster, Namespace) = (cluster, ns);
        Kubeconfig = Path.Combine(directory, "kubeconfig");
        File.WriteAllText(Kubeconfig, File.ReadAllText(cluster.Kubeconfig).Replace("namespace: default", $"namespace: {ns}", StringComparison.Ordinal));
        Apply($"{{ apiVersion: v1, kind: Namespace, metadata: {{ name: {ns} }} }}");
        Runs = new RunStore(Path.Combine(directory, "runs"), TimeProvider.System);
        Client = ClusterClient.Open(Kubeconfig);
        runner = Prompt(Runs);
    }

    public PracticeCluster Cluster { get; }

    public string Namespace { get; }

    /// <summary>Reaches this namespace by default.</summary>
    public string Kubeconfig { get; }

    /// <summary>What this prompt's runs left on record.</summary>
    public RunStore Runs { get; }

    /// <summary>Somebody else with a client.</summary>
    public ClusterClient Client { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Another person's prompt, with records of their own.</summary>
    public CmdletRunner SomebodyElse(TimeProvider? time = null) => Prompt(new RunStore(Path.Combine(directory, $"runs-{Guid.NewGuid():N}"), TimeProvider.System), time);

    /// <summary>Types a line and waits for its end.</summary>
    public Task<CommandOutput> RunAsync(string line, CancellationToken? interrupt = null) => RunAsync(runner, line, interrupt);

    /// <summary>Pipes an object to a command.</summary>
    public Task<CommandOutput> RunAsync(string command, object input) =>
        Task.Factory.StartNew(() => runner.Run([Invocation.Values(input), Invocation.Of(command)], Stop), Stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>The same at somebody else's prompt.</summary>
    public static Task<CommandOutput> RunAsync(CmdletRunner at, string line, CancellationToken? interrupt = null) =>
        // A pipeline blocks its thread: one of its own, so that it takes none from the servers in this process.
        Task.Factory.StartNew(() => at.Run(line, interrupt ?? Stop), Stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Types a line that is to roll back exactly one workload without complaint.</summary>
    public async Task<RollbackResult> RollBackAsync(string line)
    {
        var output = await RunAsync(line);
        Assert.Null(output.Failure?.Message);
        Assert.Empty(output.Errors.Select(error => error.Message));
        return Assert.Single(output.Of<RollbackResult>());
    }

    public void Apply(string yaml) => Cluster.Operator.Apply(yaml);

    /// <summary>A workload of two pods, <c>shop/NAME:TAG</c>, up and complete. More of its spec as YAML in flow style.</summary>
    public async Task CreateAsync(
        string name, string tag, ResourceType? kind = null, int replicas = 2, string more = "", string labels = "", string annotations = "")
    {
        kind ??= Resources.Deployments;
        var count = kind == Resources.DaemonSets ? "" : $"replicas: {replicas},";
        var service = kind == Resources.StatefulSets ? $"serviceName: {name}," : "";
        Apply($$"""
            { apiVersion: apps/v1, kind: {{kind.Kind}},
              metadata: { name: {{name}}, namespace: {{Namespace}}, labels: { app: {{name}}{{labels}} }, annotations: { {{annotations}} } },
              spec: { {{count}} {{service}} {{more}} selector: { matchLabels: { app: {{name}} } },
                template: { metadata: { labels: { app: {{name}} } }, spec: { containers: [ { name: app, image: "shop/{{name}}:{{tag}}" } ] } } } }
            """);
        await CompleteAsync(name, kind);
    }

    /// <summary>Ships <c>shop/NAME:TAG</c> as a pipeline would, with kubectl apply's bookkeeping.</summary>
    public void Ship(string name, string tag, ResourceType? kind = null) =>
        Cluster.Operator.Deploy(kind ?? Resources.Deployments, Namespace, name, $"shop/{name}:{tag}", $"ship {tag}");

    /// <summary>
    /// A workload that ran 1.0 for two days until a moment ago, when the bad tag was shipped; completely rolled out when the bad
    /// release gets its pods ready, or with a pod of it in the named trouble.
    /// </summary>
    public async Task BrokenAsync(string name, string badTag, string? trouble = null, ResourceType? kind = null, int replicas = 2, string more = "", string labels = "")
    {
        kind ??= Resources.Deployments;
        await CreateAsync(name, "1.0", kind, replicas, more, labels);
        Age(name, TimeSpan.FromDays(2));
        Ship(name, badTag, kind);
        if (trouble is null) await CompleteAsync(name, kind);
        else await UntilAsync(() => Pods(name).Any(pod => Trouble(pod) == trouble));
    }

    /// <summary>Makes it, its revisions, its pods and what was written to it so much older.</summary>
    public void Age(string name, TimeSpan by)
    {
        ResourceType[] kinds = [Resources.Deployments, Resources.StatefulSets, Resources.DaemonSets, Resources.ReplicaSets, Resources.ControllerRevisions, Resources.Pods];
        foreach (var item in kinds.SelectMany(List).Where(item => item.Labels.GetValueOrDefault("app") == name))
        {
            Cluster.Store.Update(item.Type, Namespace, item.Name, body =>
            {
                var metadata = body["metadata"]!.AsObject();
                Earlier(metadata, "creationTimestamp", by);
                foreach (var entry in metadata["managedFields"]?.AsArray() ?? []) Earlier(entry!.AsObject(), "time", by);
                return true;
            });
        }
    }

    public JsonObject Get(string name, ResourceType? kind = null) => Find(name, kind) ?? throw new InvalidOperationException($"There is no {kind} {name}.");

    public JsonObject? Find(string name, ResourceType? kind = null) => Cluster.Store.Find(kind ?? Resources.Deployments, Namespace, name)?.Read;

    public IReadOnlyList<StoredObject> List(ResourceType kind) => Cluster.Store.List(kind, Namespace).Items;

    /// <summary>The image in its template.</summary>
    public string Image(string name, ResourceType? kind = null) =>
        (string)Get(name, kind)["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!;

    public IReadOnlyList<JsonObject> Pods(string name) =>
        [.. List(Resources.Pods).Where(pod => pod.Labels.GetValueOrDefault("app") == name).Select(pod => pod.Read)];

    /// <summary>The images of pods that are not on their way out.</summary>
    public IReadOnlyList<string> Running(string name) =>
        [.. Pods(name).Where(pod => pod["metadata"]!["deletionTimestamp"] is null).Select(pod => (string)pod["spec"]!["containers"]![0]!["image"]!).Distinct()];

    public string? Annotation(string name, string key, ResourceType? kind = null) => (string?)Get(name, kind)["metadata"]!["annotations"]?[key];

    public void AddFault(FaultRule rule) => Cluster.Server.Faults.Add(rule with { Namespace = Namespace });

    /// <summary>Waits until it is so.</summary>
    public Task UntilAsync(Func<bool> so) => Cluster.WaitUntilAsync(so, Patience, Stop);

    /// <summary>Waits until it is rolled out, as <c>kubectl rollout status</c> means it, and the last old pod is gone.</summary>
    public Task CompleteAsync(string name, ResourceType? kind = null) =>
        UntilAsync(() => IsComplete(Get(name, kind)) && Pods(name).All(pod => pod["metadata"]!["deletionTimestamp"] is null));

    /// <summary>Every object of the namespace with its version, once the controllers have nothing left to write: equal when nothing was written.</summary>
    public async Task<IReadOnlyList<string>> EverythingAsync()
    {
        await Cluster.SettleAsync(TestContext.Current.CancellationToken);
        return [.. Resources.BuiltIn.Where(kind => kind.Namespaced).SelectMany(List).Select(item => $"{item.Type} {item.Name} {item.Version}")];
    }

    public async ValueTask DisposeAsync()
    {
        runner.Dispose();
        Client.Dispose();
        Cluster.Store.Delete(Resources.Namespaces, null, Namespace);
        await Cluster.SettleAsync(CancellationToken.None);
        Directory.Delete(directory, recursive: true);
        Assert.Empty(Cluster.Faults.Select(fault => $"{fault.Controller} {fault.Key}: {fault.Error}"));
    }

    private CmdletRunner Prompt(RunStore runs, TimeProvider? time = null) => new(new CommandServices(
        () => new ByDefault(CommandServices.Live.Provider, Kubeconfig), time ?? TimeProvider.System, () => runs)) { CurrentDirectory = directory };

    private static void Earlier(JsonObject where, string field, TimeSpan by)
    {
        if ((string?)where[field] is { } time) where[field] = ObjectStore.Timestamp(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture) - by);
    }

    private static string? Trouble(JsonObject pod) => (string?)pod["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"];

    private static bool IsComplete(JsonObject workload)
    {
        var (spec, status) = (workload["spec"]!, workload["status"]);
        int Count(string field) => (int?)status?[field] ?? 0;
        if (Count("observedGeneration") < (int)workload["metadata"]!["generation"]!) return false;
        if ((string?)workload["kind"] == "DaemonSet")
        {
            var scheduled = Count("desiredNumberScheduled");
            return scheduled > 0 && Count("updatedNumberScheduled") == scheduled && Count("numberAvailable") == scheduled;
        }

        var wanted = (int?)spec["replicas"] ?? 1;
        return Count("updatedReplicas") == wanted && Count("replicas") == wanted && Count("availableReplicas") == wanted;
    }
}
