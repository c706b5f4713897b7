using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.RepoServer;
using RollbackTools.Tests.Practice.Git;

namespace RollbackTools.Tests.Practice.ArgoCd;

/// <summary>Argo CD over a real Git repository with a Kustomize overlay in it.</summary>
public sealed class RealRepositoryTests : IAsyncLifetime
{
    private static readonly GitAuthor Ana = new("Ana", "ana@example.com");

    private GitHost host = null!;
    private GitRepository repository = null!;
    private PracticeCluster cluster = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private JsonObject App => cluster.Store.Find(ArgoResources.Applications, "argocd", "shop")!.Read;

    private string? Image => (string?)cluster.Store.Find(Resources.Deployments, "prod", "api")?.Read["spec"]!["template"]!["spec"]!["containers"]![0]!["image"];

    public async ValueTask InitializeAsync()
    {
        RealGit.Need();
        host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        RepositorySeed seed = new();
        seed.Commit(new CommitDraft(Ana, DateTimeOffset.UnixEpoch, "Begin", [
            new FileChange("base/deployment.yaml", ArgoPractice.Deployment("shop/api")),
            new FileChange("base/kustomization.yaml", "resources: [deployment.yaml]\n"),
            new FileChange("prod/kustomization.yaml", Overlay("1")),
        ]));
        repository = await host.CreateAsync("team/devops", seed, Stop);
        cluster = await PracticeCluster.StartAsync(new PracticeClusterOptions
        {
            Estate = new GitEstate(new GitOpsPlatform(new ArgoCdOptions { Renderer = new PracticeRepoServer(() => host) })),
            Traffic = false,
        }, Stop);
        cluster.Operator.Apply(ArgoPractice.Application(path: "prod", policy: "{ automated: { selfHeal: true } }").Replace(FakeRepository.Url, repository.HttpUrl.AbsoluteUri));
    }

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null) await cluster.DisposeAsync();
        if (host is not null) await host.DisposeAsync();
    }

    [Fact]
    public async Task A_commit_is_deployed_and_a_history_entry_brings_the_old_one_back()
    {
        await UntilAsync(() => Image == "shop/api:1" && Succeeded());
        var bad = await repository.CommitAsync(new CommitDraft(Ana, DateTimeOffset.UnixEpoch, "Release 2", [new FileChange("prod/kustomization.yaml", Overlay("2"))]), Stop);
        await UntilAsync(() => Image == "shop/api:2" && Succeeded());
        Assert.Equal(bad, (string?)App["status"]!["sync"]!["revision"]);

        var first = App["status"]!["history"]![0]!;
        cluster.Store.Update(ArgoResources.Applications, "argocd", "shop", body =>
        {
            body["spec"]!["syncPolicy"]!["automated"]!["enabled"] = false;
            body["operation"] = new JsonObject
            {
                ["initiatedBy"] = new JsonObject { ["username"] = "alice" },
                ["sync"] = new JsonObject { ["revision"] = first["revision"]!.DeepClone(), ["source"] = first["source"]!.DeepClone() },
            };
            return body["status"]!.AsObject().Remove("operationState");
        });
        await UntilAsync(() => Image == "shop/api:1" && Succeeded() && (string?)App["status"]!["sync"]!["status"] == "OutOfSync");
        Assert.Equal(3, App["status"]!["history"]!.AsArray().Count);
    }

    [Fact]
    public async Task While_the_repository_is_out_of_reach_the_application_says_so()
    {
        await UntilAsync(() => Image == "shop/api:1" && Succeeded());
        repository.Reachable = false;
        await UntilAsync(() => (string?)App["status"]!["sync"]!["status"] == "Unknown");
        Assert.StartsWith("Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = repository not accessible",
            (string?)App["status"]!["conditions"]![0]!["message"]);
        repository.Reachable = true;
        await UntilAsync(() => (string?)App["status"]!["sync"]!["status"] == "Synced");
    }

    private static string Overlay(string tag) => $"namespace: prod\nresources: [../base]\nimages: [{{ name: shop/api, newTag: '{tag}' }}]\n";

    private bool Succeeded() => App["operation"] is null && (string?)App["status"]?["operationState"]?["phase"] == "Succeeded";

    private Task UntilAsync(Func<bool> so) => cluster.WaitUntilAsync(so, TimeSpan.FromSeconds(60), Stop);

    private sealed class GitEstate(GitOpsPlatform argo) : Estate
    {
        public override string Name => "git";

        public override IReadOnlyList<IClusterAddOn> AddOns() => [argo];

        public override Task LiveAsync(EstatePast past, CancellationToken cancellation)
        {
            foreach (var ns in (string[])["argocd", "prod"]) past.Operator.Apply($"{{ kind: Namespace, metadata: {{ name: {ns} }} }}");
            return Task.CompletedTask;
        }
    }
}
