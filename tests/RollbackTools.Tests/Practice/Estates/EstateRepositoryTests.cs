using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.Bookstore;
using RollbackTools.Practice.Estates.Gospelib;
using RollbackTools.Practice.Estates.Tomoda;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.Kustomize;
using RollbackTools.Practice.Registry;
using RollbackTools.Practice.RepoServer;
using RollbackTools.Tests.Practice.Git;
using RollbackTools.Tests.Practice.Kustomize;

namespace RollbackTools.Tests.Practice.Estates;

/// <summary>The repositories of the estates: what they hold, what they render to, and how something bad is shipped through them.</summary>
public sealed class EstateRepositoryTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 4, 27, 3, 0, 0, TimeSpan.Zero);

    private readonly RealGit git = new();

    public static TheoryData<string, string> Overlays => new()
    {
        { "tomoda", TomodaRepository.PathOf("prod") },
        { "tomoda", TomodaRepository.PathOf("staging") },
        { "gospelib", GospelibRepository.Path },
        { "bookstore", BookstoreRepository.Path },
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => git.Dispose();

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task An_overlay_renders_as_kubectl_renders_it(string estate, string overlay)
    {
        KubectlKustomize.Need();
        var files = Seed(estate).Tip().Files;

        var (expected, error) = await KubectlKustomize.BuildAsync(files, overlay);
        Assert.True(expected is not null, error);
        KustomizeAgreementTests.AssertSame(expected, await new KustomizeRenderer(new MemoryTree(files)).BuildAsync(overlay, Stop));
    }

    [Theory]
    [InlineData("prod")]
    [InlineData("staging")]
    public async Task Tomodas_overlay_renders_to_what_its_estate_runs(string ns)
    {
        var prod = ns == "prod";
        var image = TomodaImages.Current;
        string[] applied =
        [
            TomodaManifests.Foundation(ns),
            TomodaManifests.Deployment(ns, "backend", $"{TomodaImages.Backend}:{image}", prod ? 3 : 1),
            TomodaManifests.Deployment(ns, "tomoda-api", $"{TomodaImages.Api}:{image}", prod ? 3 : 1),
            TomodaManifests.Deployment(ns, "tomoda-async", $"{TomodaImages.Async}:{image}", prod ? 2 : 1),
            TomodaManifests.Search(ns, $"{TomodaImages.Search}:{image}", prod ? 3 : 1),
            .. prod ? [TomodaManifests.LogAgent(ns, $"{TomodaImages.LogAgent}:{image}")] : Array.Empty<string>(),
        ];
        var expected = applied.SelectMany(Manifests.Parse).Where(item => (string?)item["kind"] != "Secret").OrderBy(Name, StringComparer.Ordinal).ToList();

        var rendered = await new KustomizeRenderer(new MemoryTree(Seed("tomoda").Tip().Files)).BuildAsync(TomodaRepository.PathOf(ns), Stop);

        KustomizeAgreementTests.AssertSame(expected, [.. rendered.OrderBy(Name, StringComparer.Ordinal)]);
    }

    [Theory]
    [InlineData("tomoda")]
    [InlineData("tomoda-code")]
    [InlineData("gospelib")]
    [InlineData("bookstore")]
    public async Task A_history_is_whole_and_runs_forward_over_three_weeks_with_a_merge_and_a_way_back(string estate)
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions { Http = false }, Stop);
        var repository = await host.CreateAsync("estate", Seed(estate), Stop);

        Assert.Equal("", await git.RunAsync(repository.Location, "fsck --strict"));
        var log = (await git.RunAsync(repository.Location, ["log", "--first-parent", "--reverse", "--format=%at %s", "main"])).Split('\n');
        var times = log.Select(line => long.Parse(line.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(times.Order(), times);
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(times[0]), Now.AddDays(-22), Now.AddDays(-20));
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(times[^1]), Now.AddDays(-7), Now.AddDays(-1));
        Assert.Contains(log, line => line.Contains("Merge pull request", StringComparison.Ordinal));
        Assert.Contains(log, line => line.Contains("Revert \"", StringComparison.Ordinal) || line.Contains("rollback: prod backend", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tomodas_bad_tag_is_one_push_away()
    {
        await using var shop = await OpenAsync("tomoda");

        var commit = await TomodaRepository.ShipAsync(shop.Clone, "prod", TomodaImages.Crashing, Now, Stop, TomodaImages.Backend);

        Assert.Equal(commit, await shop.Repository.ResolveAsync("main", Stop));
        Assert.Equal(1, Count(await shop.RenderAsync(TomodaRepository.PathOf("prod")), TomodaImages.Crashing));
        Assert.Equal(0, Count(await shop.RenderAsync(TomodaRepository.PathOf("staging")), TomodaImages.Crashing));
        await TomodaRepository.ShipAsync(shop.Clone, "prod", TomodaImages.Failing, Now, Stop);
        Assert.Equal(5, Count(await shop.RenderAsync(TomodaRepository.PathOf("prod")), TomodaImages.Failing));
    }

    [Fact]
    public async Task Tomodas_code_is_shipped_with_its_tag()
    {
        await using var code = await OpenAsync("tomoda-code");

        var commit = await TomodaCode.ShipAsync(code.Clone, TomodaImages.Crashing, Now, Stop);

        Assert.Equal(commit, await code.Repository.ResolveAsync(TomodaImages.Crashing, Stop));
        Assert.NotNull(await code.Repository.ResolveAsync("v2.13.0", Stop));
    }

    [Fact]
    public async Task A_release_of_gospelib_changes_every_service_and_is_tagged()
    {
        await using var gospelib = await OpenAsync("gospelib");
        Assert.Equal(7, Count(await gospelib.RenderAsync(GospelibRepository.Path), GospelibImages.Current.Tag));

        var commit = await GospelibRepository.ShipAsync(gospelib.Clone, GospelibImages.Bad, Now, Stop);

        Assert.Equal(7, Count(await gospelib.RenderAsync(GospelibRepository.Path), GospelibImages.Bad.Tag));
        Assert.Equal(commit, await gospelib.Repository.ResolveAsync("release/v1.9.0", Stop));
        Assert.Equal(7, Count(await gospelib.RenderAsync(GospelibRepository.Path, "release/v1.7.1"), "4810e27"));
    }

    [Fact]
    public async Task A_bad_configuration_of_the_bookstore_renames_one_map_and_not_the_other()
    {
        await using var bookstore = await OpenAsync("bookstore");
        var before = await bookstore.RenderAsync(BookstoreRepository.Path);

        await BookstoreRepository.ShipBadConfigurationAsync(bookstore.Clone, Now, Stop);
        var after = await bookstore.RenderAsync(BookstoreRepository.Path);

        Assert.NotEqual(Map(before, "bookstore-settings"), Map(after, "bookstore-settings"));
        Assert.Equal("bookstore-flags", Map(after, "bookstore-flags"));
        Assert.Equal(4, after.Count(item => item.ToJsonString().Contains($"\"configMapRef\":{{\"name\":\"{Map(after, "bookstore-settings")}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_tag_the_overlays_ever_had_is_in_the_registry()
    {
        ImageCatalogue images = new();
        TomodaImages.Push(images);
        GospelibImages.Push(images);
        BookstoreImages.Push(images);

        Assert.All(GospelibImages.Services, service => Assert.Equal(5, images.Tags(GospelibImages.ImageOf(service)).Count));
        Assert.All(BookstoreImages.Services, service => Assert.Contains(images.Tags(BookstoreImages.ImageOf(service)), image => image.Tag == BookstoreImages.Current));
    }

    private static RepositorySeed Seed(string estate) => estate switch
    {
        "tomoda" => TomodaRepository.Seed(Now),
        "tomoda-code" => TomodaCode.Seed(Now),
        "gospelib" => GospelibRepository.Seed(Now),
        _ => BookstoreRepository.Seed(Now),
    };

    private static string Name(JsonObject item) => $"{item["kind"]}/{item["metadata"]!["name"]}";

    private static string Map(IEnumerable<JsonObject> items, string prefix) => items.Where(item => (string?)item["kind"] == "ConfigMap")
        .Select(item => (string)item["metadata"]!["name"]!).Single(name => name.StartsWith(prefix, StringComparison.Ordinal));

    private static int Count(IEnumerable<JsonObject> items, string tag) =>
        items.Count(item => ((string?)item["spec"]?["template"]?["spec"]?["containers"]?[0]?["image"])?.EndsWith($":{tag}", StringComparison.Ordinal) == true);

    private static async Task<Opened> OpenAsync(string estate)
    {
        RealGit.Need();
        var host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        var repository = await host.CreateAsync("team/repository", Seed(estate), Stop);
        return new Opened(host, repository, await GitClone.OpenAsync(host, repository.HttpUrl.AbsoluteUri, Stop));
    }

    private sealed class Opened(GitHost host, GitRepository repository, GitClone clone) : IAsyncDisposable
    {
        public GitRepository Repository => repository;

        public GitClone Clone => clone;

        public async Task<IReadOnlyList<JsonObject>> RenderAsync(string path, string revision = "main")
        {
            PracticeRepoServer server = new(host);
            JsonObject source = new() { ["repoURL"] = repository.HttpUrl.AbsoluteUri, ["path"] = path };
            return await server.RenderAsync(new SourceRequest("app", "argocd", source, await server.ResolveAsync(repository.HttpUrl.AbsoluteUri, revision, Stop)), Stop);
        }

        public async ValueTask DisposeAsync()
        {
            clone.Dispose();
            await host.DisposeAsync();
        }
    }
}
