using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.ImageUpdater;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Registry;
using RollbackTools.Practice.RepoServer;
using RollbackTools.Practice.Rollouts;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Integrations.Support;
using RollbackTools.Tests.Practice.Git;
using RollbackTools.Tests.Practice.Kubernetes.Recorded;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>
/// A shop that is all GitOps: a real repository with an overlay, Argo CD with self-heal that deploys it, Image Updater that promotes what is
/// newest, a database beside it, and a prompt. Every image that a pod is made with is written down.
/// </summary>
internal sealed class WholeProduction : IAsyncDisposable
{
    public const string Overlay = "apps/shop/overlays/prod";
    public const string File = Overlay + "/kustomization.yaml";
    public const string Repository = "team/devops";
    public const string Good = "shop/api:v1.0.0";
    public const string Bad = "shop/api:v2.0.0";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string directory = Directory.CreateTempSubdirectory("rollback-whole-").FullName;
    private readonly TestMachine machine = new();
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentQueue<string> podImages = new();
    private readonly ShopEstate estate;
    private readonly CmdletRunner runner;
    private readonly ImageUpdaterAgent? updater;
    private Task watching = Task.CompletedTask;

    private WholeProduction(PracticeCluster cluster, ShopEstate estate, bool updates)
    {
        (Cluster, this.estate) = (cluster, estate);
        machine.Variables["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "";
        machine.Write(".gitconfig", "[user]\n\tname = Olga Oncall\n\temail = olga@example.com\n");
        Runs = new RunStore(Path.Combine(directory, "runs"), TimeProvider.System, Catalogue.Journal);
        runner = new CmdletRunner(new CommandServices(() => new ByDefault(machine.Provider(), cluster.Kubeconfig), TimeProvider.System, () => Runs)) { CurrentDirectory = directory };
        updater = updates ? new ImageUpdaterAgent(cluster.Store, cluster.Images, estate.Git.Host, cluster.Clock, new ImageUpdaterOptions { Interval = TimeSpan.FromMilliseconds(150) }) : null;
    }

    public PracticeCluster Cluster { get; }

    public RunStore Runs { get; }

    public GitRepository Git => estate.Git.Host.Find(Repository)!;

    /// <summary>Images of pods made since <see cref="Watch"/>.</summary>
    public IReadOnlyCollection<string> PodImages => podImages;

    public JsonObject App => Cluster.Store.Find(ArgoResources.Applications, "argocd", "shop")!.Read;

    public string Policy => App["spec"]!["syncPolicy"]?["automated"]?.ToJsonString() ?? "none";

    public string? Sync => (string?)App["status"]?["sync"]?["status"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>v1.0.0 runs as Git says, with self-heal, and Image Updater looks for newer tags all the time if it is wanted.</summary>
    public static async Task<WholeProduction> StartAsync(bool updates = true, string? database = null, bool rollout = false)
    {
        RealGit.Need();
        ShopEstate estate = new(rollout);
        var cluster = await PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = estate, Traffic = false }, Stop);
        WholeProduction production = new(cluster.OnlyRecorded(), estate, updates);
        cluster.Operator.Apply($$"""
            apiVersion: argoproj.io/v1alpha1
            kind: Application
            metadata: { name: shop, namespace: argocd }
            spec:
              project: default
              source: { repoURL: "{{production.Git.HttpUrl}}", path: {{Overlay}}, targetRevision: main }
              destination: { server: "https://kubernetes.default.svc", namespace: prod }
              syncPolicy: { automated: { prune: true, selfHeal: true } }
            """);
        await production.RunsAsync(Good);
        if (updates)
        {
            cluster.Operator.Apply("""
                apiVersion: argocd-image-updater.argoproj.io/v1alpha1
                kind: ImageUpdater
                metadata: { name: shop, namespace: argocd }
                spec:
                  writeBackConfig: { method: git, gitConfig: { writeBackTarget: kustomization } }
                  applicationRefs:
                    - { namePattern: shop, images: [{ alias: api, imageName: shop/api }] }
                """);
            production.updater!.Start();
        }

        return production;
    }

    /// <summary>The bad tag reaches production: built, promoted by Image Updater (else by a commit), deployed by automated sync.</summary>
    public async Task BreakAsync()
    {
        Cluster.Images.Push("shop/api", "v2.0.0", new ImageBehaviour.CrashLoop());
        if (updater is null) await CommitAsync("shop: v2.0.0", File, (await ReadAsync(File)).Replace("v1.0.0", "v2.0.0", StringComparison.Ordinal));
        await UntilAsync(() => Image("api") == Bad && App["operation"] is null && Sync == "Synced"
            && Cluster.Store.List(Resources.Pods, "prod").Items.Any(pod => ImageOf(pod) == Bad));
    }

    /// <summary>Writes down the image of every pod that is made from now on.</summary>
    public void Watch()
    {
        var from = Cluster.Store.Version;
        watching = Task.Run(async () =>
        {
            try
            {
                await foreach (var change in Cluster.Store.Watch(Resources.Pods, from, ending.Token))
                    if (change.Previous is null && ImageOf(change.Object) is { } image) podImages.Enqueue(image);
            }
            catch (OperationCanceledException)
            {
                // Over.
            }
        });
    }

    public string? Image(string workload) =>
        (string?)(Cluster.Store.Find(Resources.Deployments, "prod", workload) ?? Cluster.Store.Find(RolloutResources.Rollouts, "prod", workload))
            ?.Read["spec"]!["template"]!["spec"]!["containers"]![0]!["image"];

    public async Task<string> ReadAsync(string path) => (await Git.ReadTextAsync((await Git.ResolveAsync("main", Stop))!, path, Stop))!;

    public Task<string> CommitAsync(string message, string path, string content) => Git.CommitAsync(
        new CommitDraft(new GitAuthor("Dev", "dev@example.com"), Cluster.Clock.GetUtcNow(), message + "\n", [new FileChange(path, content)]), Stop);

    /// <summary>From now on the project lets nobody sync.</summary>
    public void CloseWindow() => Cluster.Operator.Apply("""
        apiVersion: argoproj.io/v1alpha1
        kind: AppProject
        metadata: { name: default, namespace: argocd }
        spec:
          sourceRepos: ["*"]
          destinations: [ { server: "*", namespace: "*" } ]
          syncWindows: [ { kind: deny, schedule: "* * * * *", duration: 24h, applications: ["*"] } ]
        """);

    /// <summary>Everything was deployed so much earlier.</summary>
    public void Age(TimeSpan by) => Cluster.Store.Update(ArgoResources.Applications, "argocd", "shop", body =>
    {
        foreach (var entry in body["status"]!["history"]!.AsArray())
            foreach (var field in (string[])["deployedAt", "deployStartedAt"])
                if ((string?)entry![field] is { } time) entry[field] = ObjectStore.Timestamp(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture) - by);
        return true;
    });

    public Task UntilAsync(Func<bool> so) => Cluster.WaitUntilAsync(so, Patience, Stop);

    public Task RunsAsync(string image) => UntilAsync(() => Image("api") == image && Sync == "Synced" && (string?)App["status"]?["health"]?["status"] == "Healthy");

    public Task<CommandOutput> RunAsync(string line) => Task.Factory.StartNew(() => runner.Run(line, Stop), Stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Types a line and answers what it asks.</summary>
    public async Task<CommandOutput> AnswerAsync(string line, Func<string, bool> answer)
    {
        runner.Answer = answer;
        try
        {
            return await RunAsync(line);
        }
        finally
        {
            runner.Answer = null;
        }
    }

    /// <summary>Types a line that is to have exactly one result, without complaint.</summary>
    public async Task<RollbackResult> DoAsync(string line)
    {
        var output = await RunAsync(line);
        Assert.Null(output.Failure?.Message);
        Assert.Empty(output.Errors.Select(error => $"{error.ErrorId}: {error.Message}"));
        return Assert.Single(output.Of<RollbackResult>());
    }

    /// <summary>Types a line in a process of its own that dies as by SIGKILL after a line of its journal.</summary>
    public Task<int> DieAsync(string line, int afterLine) => MortalProcess.RunAsync(line, Runs, Cluster.Kubeconfig, afterLine, Variables);

    /// <summary>Types a line in a process of its own that is killed at a moment, with the git commands it started or without.</summary>
    public Task KillAsync(string line, Func<bool> when, bool andItsChildren) => MortalProcess.KillAsync(line, Runs, Cluster.Kubeconfig, when, andItsChildren, Variables);

    public async ValueTask DisposeAsync()
    {
        runner.Dispose();
        await ending.CancelAsync();
        await watching;
        if (updater is not null) await updater.DisposeAsync();
        var faults = Cluster.Faults.Select(fault => $"{fault.Controller} {fault.Key}: {fault.Error}").ToList();
        var unrecorded = Cluster.Unrecorded();
        await Cluster.DisposeAsync();
        machine.Dispose();
        Directory.Delete(directory, recursive: true);
        Assert.Empty(faults);
        Assert.True(unrecorded.Length == 0, unrecorded);
    }

    private (string, string)[] Variables => [("HOME", machine.Home), ("XDG_CACHE_HOME", Path.Combine(machine.Home, ".cache"))];

    private static string? ImageOf(StoredObject pod) => (string?)pod.Read["spec"]?["containers"]?[0]?["image"];

    private sealed class ShopEstate(bool rollout) : Estate
    {
        public GitPlatform Git { get; } = new(new GitHostOptions(), async (host, cancellation) => await host.CreateAsync(Repository, Seed(rollout), cancellation));

        public override string Name => "shop";

        public override IReadOnlyList<IClusterAddOn> AddOns() => [new GitOpsPlatform(new ArgoCdOptions { Renderer = new PracticeRepoServer(() => Git.Host), Reconcile = TimeSpan.FromSeconds(20) }), Git, new RolloutsPlatform()];

        public override void Furnish(ImageCatalogue images)
        {
            images.Push("shop/api", "v1.0.0");
            images.Push("shop/web", "5.0.0");
        }

        public override Task LiveAsync(EstatePast past, CancellationToken cancellation)
        {
            foreach (var ns in (string[])["argocd", "prod"]) past.Operator.Apply($"{{ kind: Namespace, metadata: {{ name: {ns} }} }}");
            return Task.CompletedTask;
        }

        private static RepositorySeed Seed(bool rollout)
        {
            RepositorySeed seed = new();
            GitAuthor dev = new("Dev", "dev@example.com");
            seed.Commit(new CommitDraft(dev, DateTimeOffset.UtcNow.AddDays(-2), "shop\n",
            [
                new FileChange("apps/shop/base/kustomization.yaml", "resources:\n- api.yaml\n- web.yaml\n"),
                new FileChange("apps/shop/base/api.yaml", rollout ? Rollout("api") : Deployment("api")),
                new FileChange("apps/shop/base/web.yaml", Deployment("web")),
                new FileChange(File, "namespace: prod\nresources:\n- ../../base\n\n# written by Image Updater\nimages:\n- name: shop/api\n  newTag: v1.0.0 # the good one\n- name: shop/web\n  newTag: \"5.0.0\"\n"),
            ]));
            return seed;
        }

        private static string Rollout(string name) => Deployment(name).Replace("apps/v1", "argoproj.io/v1alpha1", StringComparison.Ordinal)
            .Replace("kind: Deployment", "kind: Rollout", StringComparison.Ordinal)
            .Replace("  replicas: 2", "  replicas: 2\n  strategy: { canary: { steps: [{ setWeight: 50 }, { pause: {} }] } }", StringComparison.Ordinal);

        private static string Deployment(string name) => $$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: {{name}} }
            spec:
              replicas: 2
              selector: { matchLabels: { app: {{name}} } }
              template:
                metadata: { labels: { app: {{name}} } }
                spec:
                  containers:
                  - { name: app, image: shop/{{name}} }

            """;
    }
}
