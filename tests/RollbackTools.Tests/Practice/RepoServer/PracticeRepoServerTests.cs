using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.RepoServer;
using RollbackTools.Tests.Practice.Git;

namespace RollbackTools.Tests.Practice.RepoServer;

public sealed class PracticeRepoServerTests : IAsyncLifetime
{
    private const string Kustomization = "resources: [pod.yaml]\nimages: [{ name: shop, newTag: v1 }]\n";
    private const string Pod = "apiVersion: v1\nkind: Pod\nmetadata: { name: shop }\nspec: { containers: [{ name: shop, image: shop }] }\n";

    private static readonly GitAuthor Ana = new("Ana", "ana@example.com");

    private GitHost host = null!;
    private GitRepository repository = null!;
    private PracticeRepoServer server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Url => repository.HttpUrl.AbsoluteUri;

    public async ValueTask InitializeAsync()
    {
        RealGit.Need();
        host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        RepositorySeed seed = new();
        var first = seed.Commit(Draft("Begin",
            ("app/kustomization.yaml", Kustomization), ("app/pod.yaml", Pod),
            ("plain/b.yaml", Pod.Replace("name: shop }", "name: b }", StringComparison.Ordinal)), ("plain/a.json", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}"""),
            ("plain/deep/c.yml", Pod), ("plain/readme.md", "no manifest"),
            ("bad/kustomization.yaml", "resources: [gone.yaml]\n"), ("chart/Chart.yaml", "name: shop\n")));
        seed.Tag("v1", first, "one\n");
        seed.Commit(Draft("Override", ("app/.argocd-source-shop.yaml", "kustomize:\n  images:\n  - shop=registry.example.com/shop:v2\n")));
        seed.Commit(Draft("Prefix\n\nWith a body.", ("app/.argocd-source.yaml", "path: elsewhere\nkustomize:\n  namePrefix: all-\n")));
        repository = await host.CreateAsync("team/devops", seed, Stop);
        server = new PracticeRepoServer(host);
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null) await host.DisposeAsync();
    }

    [Fact]
    public async Task A_target_revision_is_a_branch_a_tag_head_or_a_sha()
    {
        var tip = await server.ResolveAsync(Url, "main", Stop);

        Assert.Equal(tip, await server.ResolveAsync(Url, "HEAD", Stop));
        Assert.Equal(tip, await server.ResolveAsync(Url, "", Stop));
        Assert.Equal(tip, await server.ResolveAsync(Url, tip[..8], Stop));
        Assert.Equal(tip, await server.ResolveAsync(repository.FileUrl.AbsoluteUri, tip, Stop));
        Assert.NotEqual(tip, await server.ResolveAsync(Url, "v1", Stop));
        Assert.Contains("unable to resolve 'nowhere' to a commit SHA", await RefusedAsync(() => server.ResolveAsync(Url, "nowhere", Stop)), StringComparison.Ordinal);
        Assert.Contains("repository not accessible", await RefusedAsync(() => server.ResolveAsync("http://127.0.0.1/none.git", "main", Stop)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_renders_as_it_was_then()
    {
        Assert.Equal("Pod shop shop:v1", Shown(await RenderAsync("v1")));
        Assert.Equal("Pod all-shop registry.example.com/shop:v2", Shown(await RenderAsync("main")));
    }

    [Fact]
    public async Task Overrides_are_for_the_application_they_name()
    {
        Assert.Equal("Pod all-shop shop:v1", Shown(await RenderAsync("main", application: "other")));
        Assert.Equal("Pod all-shop shop:v1", Shown(await RenderAsync("main", ns: "team-a")));
        await repository.CommitAsync(Draft("Elsewhere", ("app/.argocd-source-team-a_shop.yaml", "kustomize: { images: [\"shop:v3\"] }\n")), Stop);
        Assert.Equal("Pod all-shop shop:v3", Shown(await RenderAsync("main", ns: "team-a")));
    }

    [Fact]
    public async Task What_the_application_itself_sets_is_over_the_files()
    {
        JsonObject kustomize = new() { ["images"] = new JsonArray("shop:v7"), ["nameSuffix"] = "-x", ["namespace"] = "prod" };
        Assert.Equal("Pod shop-x shop:v7", Shown(await RenderAsync("v1", extra: kustomize)));

        // The override's list of images takes the place of the source's.
        Assert.Equal("Pod all-shop-x registry.example.com/shop:v2", Shown(await RenderAsync("main", extra: kustomize)));
    }

    [Fact]
    public async Task A_directory_of_manifests_is_what_is_in_it()
    {
        Assert.Equal("ConfigMap a , Pod b shop", Shown(await RenderAsync("main", path: "plain")));
        Assert.Equal("ConfigMap a , Pod b shop, Pod shop shop", Shown(await RenderAsync("main", path: "plain", recurse: true)));
    }

    [Theory]
    [InlineData("nowhere", "nowhere: app path does not exist")]
    [InlineData("../outside", "../outside: app path does not exist")]
    [InlineData("bad", "failed to execute kustomize build command: `kustomize build <path to cached source>/bad` failed exit status 1: Error: accumulating resources")]
    [InlineData("chart", "Helm charts are not rendered by the practice estate")]
    public async Task What_cannot_be_rendered_says_so_as_argo_cd_does(string path, string words)
    {
        var said = await RefusedAsync(() => RenderAsync("main", path: path));

        Assert.StartsWith("rpc error: code = Unknown desc = ", said, StringComparison.Ordinal);
        Assert.Contains(words, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_git_is_down_only_what_was_rendered_before_still_renders()
    {
        var known = await server.ResolveAsync(Url, "main", Stop);
        var other = await server.ResolveAsync(Url, "v1", Stop);
        await RenderAsync(known);
        repository.Reachable = false;

        Assert.Equal("Pod all-shop registry.example.com/shop:v2", Shown(await RenderAsync(known)));
        Assert.Contains("repository not accessible", await RefusedAsync(() => RenderAsync(other)), StringComparison.Ordinal);
        Assert.Contains("repository not accessible", await RefusedAsync(() => server.ResolveAsync(Url, "main", Stop)), StringComparison.Ordinal);
        Assert.Contains("repository not accessible", await RefusedAsync(() => server.DescribeAsync(Url, known, Stop)), StringComparison.Ordinal);

        server.DropCache();
        await RefusedAsync(() => RenderAsync(known));
        repository.Reachable = true;
        Assert.Equal("Pod all-shop registry.example.com/shop:v2", Shown(await RenderAsync(known)));
    }

    [Fact]
    public async Task A_commit_that_history_has_forgotten_cannot_be_rendered()
    {
        var lost = await server.ResolveAsync(Url, "main", Stop);
        await repository.ForceAsync("main", await server.ResolveAsync(Url, "v1", Stop), Stop, forget: true);

        Assert.Contains("failed to checkout revision", await RefusedAsync(() => RenderAsync(lost)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_changes_what_was_rendered_changes_his_own_copy()
    {
        (await RenderAsync("v1"))[0]["kind"] = "Broken";

        Assert.Equal("Pod shop shop:v1", Shown(await RenderAsync("v1")));
    }

    [Fact]
    public async Task A_commit_tells_its_author_date_and_message()
    {
        var commit = await server.DescribeAsync(Url, await server.ResolveAsync(Url, "main", Stop), Stop);

        Assert.Equal(("Ana <ana@example.com>", "Prefix\n\nWith a body.\n"), (commit.Author, commit.Message));
        Assert.Equal(new DateTimeOffset(2026, 4, 6, 9, 0, 0, TimeSpan.Zero), commit.Date);
    }

    private static async Task<string> RefusedAsync<T>(Func<Task<T>> act) => (await Assert.ThrowsAsync<SourceException>(act)).Message;

    private static string Shown(IEnumerable<JsonObject> items) =>
        string.Join(", ", items.Select(item => $"{item["kind"]} {item["metadata"]!["name"]} {item["spec"]?["containers"]?[0]?["image"]}"));

    private static CommitDraft Draft(string message, params (string Path, string Content)[] files) =>
        new(Ana, new DateTimeOffset(2026, 4, 6, 9, 0, 0, TimeSpan.Zero), message + "\n", [.. files.Select(file => new FileChange(file.Path, file.Content))]);

    private async Task<IReadOnlyList<JsonObject>> RenderAsync(
        string revision, string application = "shop", string ns = "argocd", string path = "app", JsonObject? extra = null, bool recurse = false)
    {
        JsonObject source = new() { ["repoURL"] = Url, ["path"] = path, ["targetRevision"] = "main" };
        if (extra is not null) source["kustomize"] = extra.DeepClone();
        if (recurse) source["directory"] = new JsonObject { ["recurse"] = true };
        var commit = revision.Length == 40 ? revision : await server.ResolveAsync(Url, revision, Stop);
        return await server.RenderAsync(new SourceRequest(application, ns, source, commit), Stop);
    }
}
