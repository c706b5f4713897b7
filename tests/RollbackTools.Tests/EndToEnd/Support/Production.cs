using System.Text.Json.Nodes;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Api.Writing;
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
    private readonly List<(ResourceType Kind, string Name)> leftovers = [];
    private readonly CmdletRunner runner;

    /// <summary>A fresh namespace on a stage.</summary>
    public Production(IStage stage, string? ns = null)
    {
        Stage = stage;
        Namespace = stage.OpenNamespace(ns);
        Kubeconfig = Path.Combine(directory, "kubeconfig");
        File.WriteAllText(Kubeconfig, File.ReadAllText(stage.Kubeconfig)
            .Replace("namespace: default", $"namespace: {Namespace}", StringComparison.Ordinal));
        Runs = new RunStore(Path.Combine(directory, "runs"), TimeProvider.System, Catalogue.Journal);
        Client = ClusterClient.Open(Kubeconfig);
        runner = Prompt(Runs);
    }

    /// <summary>A namespace of a practice cluster.</summary>
    public Production(PracticeCluster cluster, string ns) : this(new PracticeStage(cluster), ns)
    {
    }

    /// <summary>The cluster it is in.</summary>
    public IStage Stage { get; }

    /// <summary>The practice cluster it is in. On a real one the test is skipped.</summary>
    public PracticeCluster Cluster => Stage.OnlyPractice("a store, controllers and an admission chain at hand");

    public string Namespace { get; }

    /// <summary>Reaches this namespace by default.</summary>
    public string Kubeconfig { get; }

    /// <summary>What this prompt's runs left on record.</summary>
    public RunStore Runs { get; }

    /// <summary>Somebody else with a client.</summary>
    public ClusterClient Client { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Another person's prompt, with records of their own.</summary>
    public CmdletRunner SomebodyElse(TimeProvider? time = null) => Prompt(new RunStore(Path.Combine(directory, $"runs-{Guid.NewGuid():N}"), TimeProvider.System, Catalogue.Journal), time);

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
        List<CommandError> errors = [.. output.Errors, .. output.Failure is { } failure ? [failure] : (CommandError[])[]];
        if (errors.Count > 0) Assert.Fail(string.Join('\n', errors.Select(error => $"{error.ErrorId}: {error.Message}")));
        return Assert.Single(output.Of<RollbackResult>());
    }

    /// <summary>Creates what is new and brings the rest to the manifest, with kubectl apply's bookkeeping.</summary>
    public void Apply(string yaml) => Stage.Apply([.. Manifests.Parse(yaml)]);

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
    public void Ship(string name, string tag, ResourceType? kind = null)
    {
        var applied = Annotation(name, ClientSideApply.LastApplied, kind) ?? throw new InvalidOperationException($"{name} was never applied.");
        var manifest = JsonNode.Parse(applied)!.AsObject();
        manifest["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = $"shop/{name}:{tag}";
        var metadata = manifest["metadata"]!.AsObject();
        (metadata["annotations"] ??= new JsonObject())["kubernetes.io/change-cause"] = $"ship {tag}";
        Stage.Apply([manifest]);
    }

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
        ResourceType[] kinds =
        [
            Resources.Deployments, Resources.StatefulSets, Resources.DaemonSets, Resources.ReplicaSets, Resources.ControllerRevisions, Resources.Pods,
        ];
        Stage.Age([.. kinds.SelectMany(List).Where(item => item.Labels.GetValueOrDefault("app") == name)], by);
    }

    /// <summary>As somebody does by hand: last-applied stays as it was.</summary>
    public void Change(string name, Action<JsonObject> change, ResourceType? kind = null) =>
        Stage.Change(kind ?? Resources.Deployments, Namespace, name, change);

    /// <summary>Changes what nobody edits: a status, or what is immutable.</summary>
    public void Rewrite(string name, Action<JsonObject> change, ResourceType? kind = null) =>
        Stage.Rewrite(kind ?? Resources.Deployments, Namespace, name, change);

    /// <summary>Until <see cref="LetGo"/> no pod of a Deployment counts as available: whatever rolls out stays under way.</summary>
    public void Hold(string name) => Pace(name, TimeSpan.FromDays(1));

    public void LetGo(string name) => Pace(name, TimeSpan.Zero);

    public void Scale(string name, int replicas, ResourceType? kind = null) =>
        Change(name, body => body["spec"]!["replicas"] = replicas, kind);

    public void Delete(string name, ResourceType? kind = null) => Stage.Delete(kind ?? Resources.Deployments, Namespace, name);

    /// <summary>What has no namespace does not go with this one: it is deleted with it.</summary>
    public void DeleteAtTheEnd(ResourceType kind, string name) => leftovers.Add((kind, name));

    /// <summary>A validating webhook over this namespace, which says why it refuses a write, or null; disposing takes it away.</summary>
    public IDisposable Review(string name, Func<AdmissionRequest, string?> refuse) => Stage.Review(Namespace, name, refuse);

    /// <summary>A mutating webhook over this namespace, which changes the request's object in place; disposing takes it away.</summary>
    public IDisposable Mutate(Action<AdmissionRequest> change) => Stage.Mutate(Namespace, change);

    public JsonObject Get(string name, ResourceType? kind = null) => Find(name, kind) ?? throw new InvalidOperationException($"There is no {kind} {name}.");

    public JsonObject? Find(string name, ResourceType? kind = null) => Stage.Find(kind ?? Resources.Deployments, kind is { Namespaced: false } ? null : Namespace, name);

    public IReadOnlyList<StoredObject> List(ResourceType kind) => Stage.List(kind, Namespace);

    /// <summary>The image in its template.</summary>
    public string Image(string name, ResourceType? kind = null) =>
        (string)Get(name, kind)["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!;

    public IReadOnlyList<JsonObject> Pods(string name) =>
        [.. List(Resources.Pods).Where(pod => pod.Labels.GetValueOrDefault("app") == name).Select(pod => pod.Read)];

    /// <summary>The images of pods that are not on their way out.</summary>
    public IReadOnlyList<string> Running(string name) =>
        [.. Pods(name).Where(pod => pod["metadata"]!["deletionTimestamp"] is null).Select(pod => (string)pod["spec"]!["containers"]![0]!["image"]!).Distinct()];

    public string? Annotation(string name, string key, ResourceType? kind = null) => (string?)Get(name, kind)["metadata"]!["annotations"]?[key];

    /// <summary>What goes wrong on the wires, for requests about this namespace.</summary>
    public void AddFault(FaultRule rule) => Stage.Faults.Add(rule with { Namespace = Namespace });

    /// <summary>Ends the faults of this namespace.</summary>
    public void ClearFaults() => Stage.Faults.Remove(rule => rule.Namespace == Namespace);

    /// <summary>How often the faults of this namespace have struck.</summary>
    public int Struck => Stage.Faults.Rules.Where(one => one.Rule.Namespace == Namespace).Sum(one => one.Struck);

    /// <summary>Waits until it is so.</summary>
    public Task UntilAsync(Func<bool> so) => Stage.WaitUntilAsync(so, Patience, Stop);

    /// <summary>Waits until it is rolled out, as <c>kubectl rollout status</c> means it, and the last old pod is gone.</summary>
    public Task CompleteAsync(string name, ResourceType? kind = null) =>
        UntilAsync(() => IsComplete(Get(name, kind)) && Pods(name).All(pod => pod["metadata"]!["deletionTimestamp"] is null));

    /// <summary>Every object of the namespace with its version: equal when nothing was written meanwhile.</summary>
    public Task<IReadOnlyList<string>> EverythingAsync() => Stage.EverythingAsync(Namespace, Stop);

    public async ValueTask DisposeAsync()
    {
        runner.Dispose();
        Client.Dispose();
        await Stage.CloseNamespaceAsync(Namespace);
        foreach (var (kind, name) in leftovers) Stage.Delete(kind, null, name);
        Directory.Delete(directory, recursive: true);
    }

    // The deadline must be the later one.
    private void Pace(string name, TimeSpan untilAvailable) => Change(name, body =>
    {
        var spec = body["spec"]!;
        spec["minReadySeconds"] = (int)untilAvailable.TotalSeconds;
        spec["progressDeadlineSeconds"] = (int)untilAvailable.TotalSeconds + 600;
    });

    private CmdletRunner Prompt(RunStore runs, TimeProvider? time = null) => new(new CommandServices(
        () => new ByDefault(CommandServices.Live.Provider, Kubeconfig), time ?? TimeProvider.System, () => runs)) { CurrentDirectory = directory };

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
