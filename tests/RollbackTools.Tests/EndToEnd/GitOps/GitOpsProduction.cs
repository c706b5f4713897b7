using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Practice.ArgoCd;
using RollbackTools.Tests.Practice.Kubernetes.Recorded;
using ArgoCdOptions = RollbackTools.Practice.ArgoCd.ArgoCdOptions;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>
/// A cluster with Argo CD, which deploys the application <c>shop</c> (Deployment <c>api</c>) to <c>prod</c> from a repository, and a prompt at which the
/// compiled cmdlets run against it over real wires.
/// </summary>
internal sealed class GitOpsProduction : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string directory = Directory.CreateTempSubdirectory("rollback-gitops-").FullName;
    private readonly CmdletRunner runner;

    private GitOpsProduction(PracticeCluster cluster, FakeRepository git)
    {
        (Cluster, Git) = (cluster, git);
        Runs = new RunStore(Path.Combine(directory, "runs"), TimeProvider.System, Catalogue.Journal);
        runner = Prompt(Runs);
    }

    public PracticeCluster Cluster { get; }

    public FakeRepository Git { get; }

    public RunStore Runs { get; }

    public GitOpsPlatform Argo => Cluster.AddOn<GitOpsPlatform>();

    /// <summary>The application <c>shop</c> as it is.</summary>
    public JsonObject App => Find("shop");

    public string? Health => (string?)App["status"]?["health"]?["status"];

    public string? Sync => (string?)App["status"]?["sync"]?["status"];

    public string? Image => (string?)Cluster.Store.Find(Resources.Deployments, "prod", "api")?.Read["spec"]!["template"]!["spec"]!["containers"]![0]!["image"];

    public string Policy => App["spec"]!["syncPolicy"]?["automated"]?.ToJsonString() ?? "none";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<GitOpsProduction> StartAsync(Func<ArgoCdOptions, ArgoCdOptions>? configure = null)
    {
        FakeRepository git = new();
        ArgoCdOptions options = new() { Renderer = git };
        var cluster = await PracticeCluster.StartAsync(
            new PracticeClusterOptions { Traffic = false, Estate = new WithArgoCd(new GitOpsPlatform(configure?.Invoke(options) ?? options)) }, Stop);
        foreach (var ns in (string[])["argocd", "prod"]) cluster.Operator.Apply($"{{ kind: Namespace, metadata: {{ name: {ns} }} }}");
        return new GitOpsProduction(cluster.OnlyRecorded(), git);
    }

    /// <summary>1.0 was deployed two days ago, and the bad tag a moment ago, by automated sync if the policy says so.</summary>
    public async Task BrokenAsync(string bad = "2.0-errors", string policy = "{ automated: { prune: true, selfHeal: true } }", string health = "Healthy", string meta = "")
    {
        Git.Commit("shop", ArgoPractice.Deployment("shop/api:1.0"));
        Cluster.Operator.Apply(ArgoPractice.Application(policy: policy).Replace("namespace: argocd }", $"namespace: argocd{meta} }}", StringComparison.Ordinal));
        await DeployAsync(policy, "Healthy", "shop/api:1.0");
        Age(TimeSpan.FromDays(2));
        Git.Commit("shop", ArgoPractice.Deployment($"shop/api:{bad}"));
        await DeployAsync(policy, health, $"shop/api:{bad}");
    }

    /// <summary>Makes its deployments so much older, and the revisions of the workload that they brought.</summary>
    public void Age(TimeSpan by, string name = "shop")
    {
        Change(body =>
        {
            foreach (var entry in body["status"]!["history"]!.AsArray())
                foreach (var field in (string[])["deployedAt", "deployStartedAt"]) Earlier(entry!.AsObject(), field, by);
        }, name);
        foreach (var set in Cluster.Store.List(Resources.ReplicaSets, "prod").Items)
        {
            Cluster.Store.Update(Resources.ReplicaSets, "prod", set.Name, body =>
            {
                Earlier(body["metadata"]!.AsObject(), "creationTimestamp", by);
                return true;
            });
        }
    }

    public void Change(Action<JsonObject> change, string name = "shop", ResourceType? kind = null) => Cluster.Store.Update(kind ?? ArgoResources.Applications, "argocd", name, body =>
    {
        change(body);
        return true;
    });

    public JsonObject Find(string name, ResourceType? kind = null) => Cluster.Store.Find(kind ?? ArgoResources.Applications, "argocd", name)!.Read;

    public string? Annotation(string key, string name = "shop") => (string?)Find(name)["metadata"]!["annotations"]?[key];

    public Task UntilAsync(Func<bool> so) => Cluster.WaitUntilAsync(so, Patience, Stop);

    public Task<CommandOutput> RunAsync(string line) => RunAsync(runner, line);

    public static Task<CommandOutput> RunAsync(CmdletRunner at, string line) =>
        Task.Factory.StartNew(() => at.Run(line, Stop), Stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Another person's prompt, with records of their own.</summary>
    public CmdletRunner SomebodyElse() => Prompt(new RunStore(Path.Combine(directory, $"runs-{Guid.NewGuid():N}"), TimeProvider.System, Catalogue.Journal));

    /// <summary>Types a line that is to have exactly one result, without complaint.</summary>
    public async Task<RollbackResult> DoAsync(string line)
    {
        var output = await RunAsync(line);
        Assert.Null(output.Failure?.Message);
        Assert.Empty(output.Errors.Select(error => $"{error.ErrorId}: {error.Message}"));
        return Assert.Single(output.Of<RollbackResult>());
    }

    /// <summary>Types a line that is to fail in exactly this way.</summary>
    public async Task<CommandError> FailAsync(string line, string errorId)
    {
        var output = await RunAsync(line);
        var error = output.Failure ?? Assert.Single(output.Errors);
        Assert.True(error.ErrorId == errorId, $"{error.ErrorId}: {error.Message}");
        return error;
    }

    public async ValueTask DisposeAsync()
    {
        runner.Dispose();
        var faults = Cluster.Faults.Select(fault => $"{fault.Controller} {fault.Key}: {fault.Error}").ToList();
        var unrecorded = Cluster.Unrecorded();
        await Cluster.DisposeAsync();
        Directory.Delete(directory, recursive: true);
        Assert.Empty(faults);
        Assert.True(unrecorded.Length == 0, unrecorded);
    }

    private static void Earlier(JsonObject where, string field, TimeSpan by)
    {
        if ((string?)where[field] is { } time) where[field] = ObjectStore.Timestamp(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture) - by);
    }

    private async Task DeployAsync(string policy, string health, string image)
    {
        if (!policy.Contains("automated", StringComparison.Ordinal))
            Change(body => body["operation"] = JsonNode.Parse("""{"initiatedBy":{"username":"alice"},"sync":{}}"""));
        else
            Change(body => (body["metadata"]!["annotations"] ??= new JsonObject())["argocd.argoproj.io/refresh"] = "normal");
        // The revision too: one that its controller made only later would be younger than the deployment that brought it.
        await UntilAsync(() => Image == image && IsRevised() && (string?)App["status"]?["operationState"]?["phase"] == "Succeeded" && App["operation"] is null && Health == health);
    }

    private bool IsRevised()
    {
        var api = Cluster.Store.Find(Resources.Deployments, "prod", "api")!.Read;
        return (long?)api["status"]?["observedGeneration"] >= (long?)api["metadata"]!["generation"]
            && Cluster.Store.List(Resources.ReplicaSets, "prod").Items.Any(set => (string?)set.Read["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] == Image);
    }

    private CmdletRunner Prompt(RunStore runs) => new(new CommandServices(
        () => new ByDefault(CommandServices.Live.Provider, Cluster.Kubeconfig), TimeProvider.System, () => runs)) { CurrentDirectory = directory };

    private sealed class WithArgoCd(GitOpsPlatform argo) : RollbackTools.Practice.Estates.Estate
    {
        public override string Name => "shops";

        public override IReadOnlyList<IClusterAddOn> AddOns() => [argo];
    }
}
