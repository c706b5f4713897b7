using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.ImageUpdater;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Registry;
using RollbackTools.Tests.Practice.Git;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Practice.ImageUpdater;

/// <summary>Image Updater over a real repository: an Application that runs shop v1, and a registry that has v2.</summary>
public sealed class ImageUpdaterTests : IAsyncLifetime
{
    private const string Shop = "registry.example.com/team/shop";
    private const string Overlay = "overlay/kustomization.yaml";
    private const string Override = "overlay/.argocd-source-shop.yaml";
    private const string Git = "method: git";

    private readonly ManualTimeProvider clock = new();
    private readonly ImageCatalogue images = new();
    private readonly ObjectStore store;

    private GitHost host = null!;
    private GitRepository repository = null!;

    public ImageUpdaterTests() => store = new ObjectStore(clock);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        RealGit.Need();
        host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        RepositorySeed seed = new();
        seed.Commit(new CommitDraft(new GitAuthor("Ana", "ana@example.com"), clock.GetUtcNow(), "Begin\n",
        [
            new FileChange(Overlay, $"resources: [pod.yaml]\nimages:\n  - name: {Shop} # the shop\n    newTag: v1\n"),
            new FileChange("overlay/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: { name: shop }\n"),
        ]));
        repository = await host.CreateAsync("devops", seed, Stop);
        foreach (var tag in (string[])["v1.0.0", "v2.0.0"]) images.Push(Shop, tag);
        images.Push("registry.example.com/team/worker", "v1.0.0");
        Application();
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null) await host.DisposeAsync();
    }

    [Fact]
    public async Task A_newer_tag_is_written_to_the_override_file_beside_the_manifests()
    {
        Updater(Git);
        await using var agent = Agent();

        await agent.RoundAsync(Stop);

        Assert.Equal($"kustomize:\n  images:\n  - {Shop}:v2.0.0\n", await ReadAsync(Override));
        var commit = (await repository.DescribeAsync("main", Stop))!;
        Assert.Equal("argocd-image-updater <noreply@argoproj.io>", commit.Author);
        Assert.Equal("build: automatic update of shop\n\nupdates image team/shop tag 'v1.0.0' to 'v2.0.0'\n", commit.Message);
        Assert.Equal(commit.Hash, Assert.Single(agent.Entries).Commit);
    }

    [Fact]
    public async Task It_looks_at_what_runs_and_writes_nothing_that_git_says_already()
    {
        Updater(Git);
        await using var agent = Agent();
        await agent.RoundAsync(Stop);
        var tip = await repository.ResolveAsync("main", Stop);

        await agent.RoundAsync(Stop);

        Assert.Equal(tip, await repository.ResolveAsync("main", Stop));
        Assert.Single(agent.Entries);
    }

    [Fact]
    public async Task It_remembers_no_rollback_and_promotes_the_bad_tag_again()
    {
        Updater(Git);
        await using var agent = Agent();
        await agent.RoundAsync(Stop);
        await repository.CommitAsync(Draft("Revert", new FileChange(Override, null)), Stop);

        await agent.RoundAsync(Stop);

        Assert.Contains("v2.0.0", await ReadAsync(Override), StringComparison.Ordinal);
        Assert.Equal(2, agent.Entries.Count);
    }

    [Fact]
    public async Task An_ignored_tag_is_let_be()
    {
        Updater(Git, common: "ignoreTags: [v2.0.0]");
        await using var agent = Agent();

        await agent.RoundAsync(Stop);

        Assert.Null(await ReadAsync(Override));
        Assert.Empty(agent.Entries);
    }

    [Fact]
    public async Task A_lower_levels_list_takes_the_place_of_a_higher_ones()
    {
        Updater(Git, common: "ignoreTags: [v2.0.0]", image: "commonUpdateSettings: { ignoreTags: [v9.*] }");
        await using var agent = Agent();

        await agent.RoundAsync(Stop);

        Assert.Contains("v2.0.0", await ReadAsync(Override), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_most_specific_reference_counts()
    {
        Create(ArgoResources.ImageUpdaters, $$"""
            metadata: { name: updater, namespace: argocd }
            spec:
              writeBackConfig: { method: git }
              applicationRefs:
                - { namePattern: "*", images: [{ alias: shop, imageName: {{Shop}} }] }
                - { namePattern: "sh*", commonUpdateSettings: { ignoreTags: ["*"] }, images: [{ alias: shop, imageName: {{Shop}} }] }
            """);
        await using var agent = Agent();

        await agent.RoundAsync(Stop);
        Assert.Empty(agent.Entries);

        store.Update(ArgoResources.ImageUpdaters, "argocd", "updater", body =>
        {
            body["spec"]!["applicationRefs"]![0]!["labelSelectors"] = new JsonObject { ["matchLabels"] = new JsonObject { ["team"] = "core" } };
            return true;
        });
        await agent.RoundAsync(Stop);
        Assert.Single(agent.Entries);
    }

    [Fact]
    public async Task A_kustomization_is_edited_in_place()
    {
        Updater(Git + ", gitConfig: { branch: main, writeBackTarget: kustomization }");
        var before = await ReadAsync(Overlay);
        await using var agent = Agent();

        await agent.RoundAsync(Stop);

        Assert.Equal(before!.Replace("newTag: v1", "newTag: v2.0.0", StringComparison.Ordinal), await ReadAsync(Overlay));
        Assert.Null(await ReadAsync(Override));
    }

    [Fact]
    public async Task Without_git_it_patches_the_application()
    {
        Updater("method: argocd", image: "manifestTargets: { kustomize: { name: shop } }");
        var tip = await repository.ResolveAsync("main", Stop);
        await using var agent = Agent();

        await agent.RoundAsync(Stop);
        await agent.RoundAsync(Stop);

        var source = store.Find(ArgoResources.Applications, "argocd", "shop")!.Read["spec"]!["source"]!;
        Assert.Equal($"shop={Shop}:v2.0.0", (string?)source["kustomize"]!["images"]![0]);
        Assert.Equal(tip, await repository.ResolveAsync("main", Stop));
        Assert.Single(agent.Entries);
    }

    [Fact]
    public async Task Annotations_do_as_well()
    {
        Annotate(("image-list", $"shop={Shop}:~2, worker=registry.example.com/team/worker"), ("write-back-method", "git:secret:argocd/git"), ("git-branch", "main"));
        await using var agent = Agent(new ImageUpdaterOptions { AnnotationsOnly = true });
        Annotate(("shop.ignore-tags", "v2.*, v3"));
        await agent.RoundAsync(Stop);
        Assert.Empty(agent.Entries);

        Annotate(("shop.ignore-tags", "v1"));
        await agent.RoundAsync(Stop);
        Assert.Contains("v2.0.0", await ReadAsync(Override), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_updater_may_leave_the_rest_to_annotations()
    {
        Annotate(("image-list", $"shop={Shop}"), ("write-back-method", "git"), ("write-back-target", "kustomization:/overlay"));
        Create(ArgoResources.ImageUpdaters, "{ metadata: { name: updater, namespace: argocd }, spec: { applicationRefs: [{ namePattern: shop, useAnnotations: true }] } }");
        await using var agent = Agent();

        await agent.RoundAsync(Stop);

        Assert.Contains("newTag: v2.0.0", await ReadAsync(Overlay), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_push_is_written_down_and_tried_again()
    {
        Updater(Git);
        repository.Rules.Protect("main");
        await using var agent = Agent();

        await agent.RoundAsync(Stop);
        var entry = Assert.Single(agent.Entries);
        Assert.True(entry.Failed);
        Assert.Contains("GH006", entry.Message, StringComparison.Ordinal);

        repository.Rules.Unprotect("main");
        await agent.RoundAsync(Stop);
        Assert.Contains("v2.0.0", await ReadAsync(Override), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_repository_is_written_down_too()
    {
        Updater(Git);
        repository.Reachable = false;
        await using var agent = Agent();

        await agent.RoundAsync(Stop);

        Assert.True(Assert.Single(agent.Entries).Failed);
    }

    [Fact]
    public async Task Its_rounds_come_round()
    {
        Updater(Git);
        await using var agent = Agent(new ImageUpdaterOptions { Interval = TimeSpan.FromMinutes(2) });
        agent.Start();
        clock.Advance(TimeSpan.FromSeconds(119));
        Assert.Empty(agent.Entries);

        var version = store.Version;
        clock.Advance(TimeSpan.FromSeconds(1));
        await foreach (var change in store.Watch(ArgoResources.ImageUpdaters, version, Stop))
        {
            Assert.Equal("v2.0.0", (string?)change.Object.Read["status"]!["recentUpdates"]![0]!["newVersion"]);
            Assert.Equal(1, (int)change.Object.Read["status"]!["applicationsMatched"]!);
            break;
        }

        Assert.Single(agent.Entries);
    }

    private ImageUpdaterAgent Agent(ImageUpdaterOptions? options = null) => new(store, images, host, clock, options ?? new ImageUpdaterOptions());

    private Task<string?> ReadAsync(string path) => ReadAsync("main", path);

    private async Task<string?> ReadAsync(string branch, string path) =>
        await repository.ReadTextAsync((await repository.ResolveAsync(branch, Stop))!, path, Stop);

    private CommitDraft Draft(string message, params FileChange[] changes) => new(new GitAuthor("Ana", "ana@example.com"), clock.GetUtcNow(), message + "\n", changes);

    private void Create(ResourceType type, string yaml) => store.Create(type, YamlJson.Parse(yaml)!.AsObject());

    private void Application() => Create(ArgoResources.Applications, $$"""
        metadata: { name: shop, namespace: argocd, labels: { team: core } }
        spec: { source: { repoURL: "{{repository.HttpUrl}}", path: overlay, targetRevision: HEAD } }
        status: { sourceType: Kustomize, summary: { images: ["{{Shop}}:v1.0.0", "registry.example.com/team/worker:v1.0.0"] } }
        """);

    private void Updater(string writeBack, string common = "", string image = "") => Create(ArgoResources.ImageUpdaters, $$"""
        metadata: { name: updater, namespace: argocd }
        spec:
          commonUpdateSettings: { {{common}} }
          writeBackConfig: { {{writeBack}} }
          applicationRefs:
            - namePattern: shop
              images: [{ alias: shop, imageName: {{Shop}}, {{image}} }]
        """);

    private void Annotate(params (string Name, string Value)[] annotations) => store.Update(ArgoResources.Applications, "argocd", "shop", body =>
    {
        var meta = body["metadata"]!.AsObject();
        if (meta["annotations"] is not JsonObject map) meta["annotations"] = map = [];
        foreach (var (name, value) in annotations) map[$"argocd-image-updater.argoproj.io/{name}"] = value;
        return true;
    });
}
