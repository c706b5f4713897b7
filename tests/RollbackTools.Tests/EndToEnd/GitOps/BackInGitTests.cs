using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.GitOps;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.Tomoda;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Registry;
using RollbackTools.Practice.RepoServer;
using RollbackTools.Tests.Integrations.Support;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>Tomoda's production, which Argo CD applies from Git with self-heal on: what the cmdlets push is what runs.</summary>
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
        var good = (await repository.ReadTextAsync((await repository.ResolveAsync("main", Stop))!, file, Stop))!;
        await repository.CommitAsync(new CommitDraft(
            new GitAuthor("updater", "u@x"), cluster.Clock.GetUtcNow(), "promote\n", [new FileChange(file, good.Replace(TomodaImages.Current, TomodaImages.Crashing, StringComparison.Ordinal))]), Stop);
        await RunsAsync(cluster, TomodaImages.Crashing);

        using CmdletRunner prompt = new(new CommandServices(() => machine.Provider(), TimeProvider.System, () => new RunStore(Path.Combine(machine.Home, "runs"), TimeProvider.System)));
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

    private static Task RunsAsync(PracticeCluster cluster, string tag) => cluster.WaitUntilAsync(
        () => cluster.Store.Find(Resources.Deployments, "prod", "backend") is { } backend
            && (string?)backend.Read["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] == $"{TomodaImages.Backend}:{tag}",
        TimeSpan.FromSeconds(90), Stop);

    private sealed class Production : Estate
    {
        public GitPlatform Git { get; } = new(new GitHostOptions(), static async (host, cancellation) =>
            await host.CreateAsync(TomodaRepository.Name, TomodaRepository.Seed(DateTimeOffset.UtcNow), cancellation));

        public override string Name => "tomoda-in-git";

        public override IReadOnlyList<IClusterAddOn> AddOns() =>
            [new GitOpsPlatform(new ArgoCdOptions { Renderer = new PracticeRepoServer(() => Git.Host) }), Git];

        public override void Furnish(ImageCatalogue images) => TomodaImages.Push(images);

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
    }
}
