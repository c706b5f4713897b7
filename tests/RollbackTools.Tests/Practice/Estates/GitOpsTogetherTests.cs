using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.Tomoda;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.ImageUpdater;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Registry;
using RollbackTools.Practice.RepoServer;
using RollbackTools.Tests.Practice.Git;

namespace RollbackTools.Tests.Practice.Estates;

/// <summary>Git, the repo server, Argo CD and Image Updater in one cluster: tomoda's production, applied from its repository.</summary>
public sealed class GitOpsTogetherTests
{
    private const string Good = TomodaImages.Current;
    private const string Bad = TomodaImages.Crashing;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Image_updater_promotes_a_rolled_back_tag_again_until_it_is_told_to_ignore_it()
    {
        RealGit.Need();
        GitOpsEstate estate = new();
        await using var cluster = await PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = estate, Traffic = false, Api = false }, Stop);
        await using ImageUpdaterAgent updater = new(cluster.Store, cluster.Images, estate.Git.Host, cluster.Clock, ImageUpdaterOptions.At(cluster.Options.Tempo));
        var repository = estate.Git.Host.Find(TomodaRepository.Name)!;
        var overlay = $"{TomodaRepository.PathOf("prod")}/kustomization.yaml";
        var good = (await repository.ReadTextAsync((await repository.ResolveAsync("main", Stop))!, overlay, Stop))!;

        cluster.Operator.Apply(GitOpsEstate.Application(repository.HttpUrl.AbsoluteUri));
        await RunsAsync(cluster, Good);
        cluster.Operator.Apply(GitOpsEstate.Updater(""));

        cluster.Images.Push(TomodaImages.Backend, Bad, new ImageBehaviour.CrashLoop());
        await updater.RoundAsync(Stop);
        await RunsAsync(cluster, Bad);

        // A person reverts in Git, and Argo CD follows; the registry still has the bad tag as its newest.
        await repository.CommitAsync(Revert(overlay, good, cluster.Clock.GetUtcNow()), Stop);
        await RunsAsync(cluster, Good);
        await updater.RoundAsync(Stop);
        Assert.Equal(2, updater.Entries.Count(entry => entry.Commit is not null));
        await RunsAsync(cluster, Bad);

        cluster.Operator.Apply(GitOpsEstate.Updater($"commonUpdateSettings: {{ ignoreTags: [{Bad}] }}"));
        await repository.CommitAsync(Revert(overlay, good, cluster.Clock.GetUtcNow()), Stop);
        await RunsAsync(cluster, Good);
        await updater.RoundAsync(Stop);
        Assert.Equal(2, updater.Entries.Count);
        Assert.Empty(cluster.Faults);
    }

    private static CommitDraft Revert(string path, string content, DateTimeOffset now) =>
        new(new GitAuthor("Jonas Weber", "jonas@tomoda.life"), now, "rollback: prod backend\n", [new FileChange(path, content)]);

    /// <summary>Waits until Argo CD has brought the backend to a tag and nothing else of it runs.</summary>
    private static Task RunsAsync(PracticeCluster cluster, string tag) => cluster.WaitUntilAsync(
        () => cluster.Store.Find(Resources.Deployments, "prod", "backend") is { } backend && Image(backend.Read) == $"{TomodaImages.Backend}:{tag}"
            && Summary(cluster).Where(image => image.StartsWith(TomodaImages.Backend + ":", StringComparison.Ordinal)).ToList() is [_, ..] live
            && (tag == Bad ? live.Contains($"{TomodaImages.Backend}:{tag}") : live.All(image => image == $"{TomodaImages.Backend}:{tag}")),
        TimeSpan.FromSeconds(90), Stop);

    private static string? Image(JsonObject workload) => (string?)workload["spec"]!["template"]!["spec"]!["containers"]![0]!["image"];

    private static IEnumerable<string> Summary(PracticeCluster cluster) =>
        (cluster.Store.Find(ArgoResources.Applications, "argocd", "prod-tomoda")?.Read["status"]?["summary"]?["images"] as JsonArray ?? []).Select(image => (string)image!);

    private sealed class GitOpsEstate : Estate
    {
        public GitPlatform Git { get; } = new(new GitHostOptions(), static async (host, cancellation) =>
            await host.CreateAsync(TomodaRepository.Name, TomodaRepository.Seed(DateTimeOffset.UtcNow), cancellation));

        public override string Name => "tomoda-gitops";

        public override IReadOnlyList<IClusterAddOn> AddOns() =>
            [new GitOpsPlatform(new ArgoCdOptions { Renderer = new PracticeRepoServer(() => Git.Host) }), Git];

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
              syncPolicy: { automated: { prune: true, selfHeal: true } }
            """;

        public static string Updater(string settings) => $$"""
            apiVersion: argocd-image-updater.argoproj.io/v1alpha1
            kind: ImageUpdater
            metadata: { name: tomoda, namespace: argocd }
            spec:
              {{settings}}
              writeBackConfig: { method: git, gitConfig: { writeBackTarget: kustomization } }
              applicationRefs:
                - { namePattern: prod-tomoda, images: [{ alias: backend, imageName: {{TomodaImages.Backend}} }] }
            """;
    }
}
