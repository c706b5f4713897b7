using System.Text.Json.Nodes;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.Tomoda;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.ImageUpdater;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Registry;
using RollbackTools.Practice.RepoServer;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Integrations.Support;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>Tomoda's production, which Argo CD applies from Git with self-heal on: what the cmdlets push is what runs.</summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class BackInGitTests : IDisposable
{
    private readonly TestMachine machine = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => machine.Dispose();

    [Fact]
    public async Task What_is_reverted_or_pinned_in_Git_is_what_Argo_CD_runs()
    {
        Assert.SkipWhen(GitTool.Executable is null, "There is no git on PATH.");
        machine.Variables["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "";
        machine.Write(".gitconfig", "[user]\n name = Olga\n email = olga@example.com\n");
        Production estate = new();
        await using var cluster = await PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = estate, Traffic = false, Api = false }, Stop);
        var repository = estate.Git.Host.Find(TomodaRepository.Name)!;
        var overlay = TomodaRepository.PathOf("prod");
        cluster.Operator.Apply(Production.Application(repository.HttpUrl.AbsoluteUri));
        await RunsAsync(cluster, TomodaImages.Current);

        var file = $"{overlay}/kustomization.yaml";
        cluster.Images.Push(TomodaImages.Backend, TomodaImages.Crashing, new ImageBehaviour.CrashLoop());
        var good = (await repository.ReadTextAsync((await repository.ResolveAsync("main", Stop))!, file, Stop))!;
        await repository.CommitAsync(new CommitDraft(
            new GitAuthor("updater", "u@x"), cluster.Clock.GetUtcNow(), "promote\n", [new FileChange(file, good.Replace(TomodaImages.Current, TomodaImages.Crashing, StringComparison.Ordinal))]), Stop);
        await RunsAsync(cluster, TomodaImages.Crashing);

        using CmdletRunner prompt = new(new CommandServices(() => machine.Provider(), TimeProvider.System, () => new RunStore(Path.Combine(machine.Home, "runs"), TimeProvider.System, Catalogue.Journal)));
        var reverted = Assert.Single((await Task.Run(() => prompt.Run($"Undo-GitCommit ~0 -Repository {repository.HttpUrl} -Reason INC-1"), Stop)).OrThrow().Of<GitChange>());
        await RunsAsync(cluster, TomodaImages.Current);
        Assert.Equal(RollbackOutcome.RolledBack, reverted.Outcome);
        Assert.Equal(good, await repository.ReadTextAsync(reverted.Commit, file, Stop));

        var pinned = Assert.Single((await Task.Run(
            () => prompt.Run($"Set-KustomizeImage {TomodaImages.Backend} -Tag v2.13.1 -Overlay {overlay} -Repository {repository.HttpUrl}"), Stop)).OrThrow().Of<GitChange>());
        await RunsAsync(cluster, "v2.13.1");
        var now = (await repository.ReadTextAsync(pinned.Commit, file, Stop))!;
        Assert.Equal(("    newTag: v2.14.0", "    newTag: v2.13.1"), Assert.Single(good.Split('\n').Zip(now.Split('\n')), pair => pair.First != pair.Second));
        Assert.Empty(cluster.Faults);
    }

    [Fact]
    public async Task Argo_CD_goes_back_first_Git_follows_and_all_of_it_stays_with_everything_switched_on_again()
    {
        Assert.SkipWhen(GitTool.Executable is null, "There is no git on PATH.");
        machine.Variables["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "";
        machine.Write(".gitconfig", "[user]\n name = Olga\n email = olga@example.com\n");
        Production estate = new();
        await using var cluster = await PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = estate, Traffic = false }, Stop);
        await using ImageUpdaterAgent updater = new(cluster.Store, cluster.Images, estate.Git.Host, cluster.Clock, new ImageUpdaterOptions { Interval = TimeSpan.FromMilliseconds(150) });
        var repository = estate.Git.Host.Find(TomodaRepository.Name)!;
        cluster.Operator.Apply(Production.Application(repository.HttpUrl.AbsoluteUri));
        await WellAsync(cluster);
        var policy = Application(cluster)["spec"]!["syncPolicy"]!.ToJsonString();
        cluster.Store.Update(ArgoResources.Applications, "argocd", "prod-tomoda", body =>
        {
            // It has been in production for days.
            foreach (var field in (string[])["deployedAt", "deployStartedAt"]) body["status"]!["history"]![0]![field] = "2026-01-01T00:00:00Z";
            return true;
        });
        cluster.Operator.Apply(Production.Updater);
        updater.Start();
        cluster.Images.Push(TomodaImages.Backend, TomodaImages.Crashing, new ImageBehaviour.CrashLoop());
        await RunsAsync(cluster, TomodaImages.Crashing);

        using CmdletRunner prompt = new(new CommandServices(
            () => new ByDefault(machine.Provider(), cluster.Kubeconfig), TimeProvider.System, () => new RunStore(Path.Combine(machine.Home, "runs"), TimeProvider.System, Catalogue.Journal)));
        Task<CommandOutput> Run(string line) => Task.Run(() => prompt.Run(line, Stop), Stop);
        var back = Assert.Single((await Run("Invoke-ArgoRollback prod-tomoda -Preempt -Reason INC-1 -Timeout 1m")).OrThrow().Of<RollbackResult>());
        Assert.True(back.Outcome == RollbackOutcome.RolledBack, $"{back.Message} {string.Join('\n', back.Evidence)}");
        Assert.Contains(back.Warnings, warning => warning.Contains("Suspend-ImageUpdate", StringComparison.Ordinal));
        await RunsAsync(cluster, TomodaImages.Current);
        Assert.Equal("GitStillBad", Assert.Single((await Run("Set-ArgoSyncPolicy prod-tomoda -Policy Exact")).Errors).ErrorId);

        (await Run($"Suspend-ImageUpdate prod-tomoda -Tag {TomodaImages.Crashing} -Reason INC-1 -Confirm:$false")).OrThrow();
        (await Run($"Undo-GitCommit ~0 -Repository {repository.HttpUrl} -Reason INC-1")).OrThrow();
        var restored = Assert.Single((await Run("Set-ArgoSyncPolicy prod-tomoda -Policy Exact")).OrThrow().Of<RollbackResult>());

        Assert.True(restored.Outcome == RollbackOutcome.Changed, restored.Message);
        Assert.Equal(policy, Application(cluster)["spec"]!["syncPolicy"]!.ToJsonString());
        await WellAsync(cluster);
        HashSet<string> looks = [];
        await cluster.WaitUntilAsync(() =>
        {
            looks.Add((string)Application(cluster)["status"]!["reconciledAt"]!);
            Assert.Equal(TomodaImages.Current, Tag(cluster));
            return looks.Count == 5;
        }, TimeSpan.FromSeconds(90), Stop);
        Assert.Equal(("Synced", "Healthy"), State(cluster));
        Assert.Empty(cluster.Faults);
    }

    private static JsonObject Application(PracticeCluster cluster) => cluster.Store.Find(ArgoResources.Applications, "argocd", "prod-tomoda")!.Read;

    private static (string?, string?) State(PracticeCluster cluster) =>
        ((string?)Application(cluster)["status"]?["sync"]?["status"], (string?)Application(cluster)["status"]?["health"]?["status"]);

    private static async Task WellAsync(PracticeCluster cluster)
    {
        await RunsAsync(cluster, TomodaImages.Current);
        await cluster.WaitUntilAsync(() => State(cluster) == ("Synced", "Healthy") && Application(cluster)["operation"] is null, TimeSpan.FromSeconds(90), Stop);
    }

    private static Task RunsAsync(PracticeCluster cluster, string tag) => cluster.WaitUntilAsync(() => Tag(cluster) == tag, TimeSpan.FromSeconds(90), Stop);

    private static string? Tag(PracticeCluster cluster) =>
        ((string?)cluster.Store.Find(Resources.Deployments, "prod", "backend")?.Read["spec"]!["template"]!["spec"]!["containers"]![0]!["image"])?.Split(':')[^1];

    private sealed class Production : RollbackTools.Practice.Estates.Estate
    {
        public GitPlatform Git { get; } = new(new GitHostOptions(), static async (host, cancellation) =>
            await host.CreateAsync(TomodaRepository.Name, TomodaRepository.Seed(DateTimeOffset.UtcNow), cancellation));

        public override string Name => "tomoda-in-git";

        public override IReadOnlyList<IClusterAddOn> AddOns() =>
            [new GitOpsPlatform(new ArgoCdOptions { Renderer = new PracticeRepoServer(() => Git.Host), Reconcile = TimeSpan.FromSeconds(3) }), Git];

        public override void Furnish(ImageCatalogue images)
        {
            TomodaImages.Push(images);

            // What is about to go wrong is not built yet: Image Updater would take it at once.
            foreach (var image in images.Tags(TomodaImages.Backend).Where(image => image.Tag.StartsWith("v2.15", StringComparison.Ordinal)).ToList())
                images.Remove(image.Repository, image.Tag);
        }

        public override Task LiveAsync(EstatePast past, CancellationToken cancellation)
        {
            foreach (var ns in (string[])["argocd", "prod"]) past.Operator.Apply($"{{ kind: Namespace, metadata: {{ name: {ns} }} }}");
            foreach (var secret in TomodaManifests.Foundation("prod").Split("\n---\n").Where(document => document.Contains("kind: Secret", StringComparison.Ordinal)))
                past.Operator.Apply(secret);
            return Task.CompletedTask;
        }

        public static string Application(string url) => $$"""
            apiVersion: argoproj.io/v1alpha1
            kind: Application
            metadata: { name: prod-tomoda, namespace: argocd }
            spec:
              project: default
              source: { repoURL: "{{url}}", path: {{TomodaRepository.PathOf("prod")}}, targetRevision: main }
              destination: { server: "https://kubernetes.default.svc", namespace: prod }
              # How many there are is the autoscaler's business; self-heal would fight it for ever.
              ignoreDifferences: [{ group: apps, kind: Deployment, name: tomoda-api, jsonPointers: [/spec/replicas] }]
              syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: [RespectIgnoreDifferences=true] }
            """;

        public static string Updater => $$"""
            apiVersion: argocd-image-updater.argoproj.io/v1alpha1
            kind: ImageUpdater
            metadata: { name: tomoda, namespace: argocd }
            spec:
              writeBackConfig: { method: git, gitConfig: { writeBackTarget: kustomization } }
              applicationRefs:
                - { namePattern: prod-tomoda, images: [{ alias: backend, imageName: {{TomodaImages.Backend}} }] }
            """;
    }
}
