using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

public sealed class WatchTests
{
    private const string Maps = "/api/v1/namespaces/prod/configmaps";

    [Fact]
    public async Task Every_change_after_the_version_comes_in_order()
    {
        await using var api = await ApiSession.StartAsync();
        Add(api, "old");
        var from = api.Store.Version;
        Add(api, "a");
        using var watch = await WatchSession.OpenAsync(api, $"{Maps}?watch=true&resourceVersion={from}");
        Label(api, "a", "x", "y");
        api.Store.Delete(Resources.ConfigMaps, "prod", "a");
        api.Add(Resources.ConfigMaps, """{"metadata":{"name":"elsewhere","namespace":"default"}}""");
        Add(api, "b");

        Assert.Equal(["ADDED a", "MODIFIED a", "DELETED a", "ADDED b"],
            [await watch.NextNameAsync(), await watch.NextNameAsync(), await watch.NextNameAsync(), await watch.NextNameAsync()]);
    }

    [Fact]
    public async Task Without_a_version_what_is_there_comes_first()
    {
        await using var api = await ApiSession.StartAsync();
        Add(api, "a");
        using var watch = await WatchSession.OpenAsync(api, $"{Maps}?watch=true");
        Assert.Equal("ADDED a", await watch.NextNameAsync());
        Add(api, "b");
        Assert.Equal("ADDED b", await watch.NextNameAsync());
    }

    [Fact]
    public async Task An_object_that_leaves_a_selector_is_deleted_to_it_and_one_that_enters_is_added()
    {
        await using var api = await ApiSession.StartAsync();
        Add(api, "a", "blue");
        using var watch = await WatchSession.OpenAsync(api, $"{Maps}?watch=true&labelSelector=color%3Dblue&resourceVersion={api.Store.Version}");
        Label(api, "a", "color", "red");
        Label(api, "a", "color", "blue");
        Label(api, "a", "other", "1");

        var left = (await watch.NextAsync())!;
        Assert.Equal(("DELETED", "blue"), ((string?)left["type"], (string?)left["object"]!["metadata"]!["labels"]!["color"]));
        Assert.Equal((api.Store.Version - 2).ToString(), (string?)left["object"]!["metadata"]!["resourceVersion"]);
        Assert.Equal("ADDED a", await watch.NextNameAsync());
        Assert.Equal("MODIFIED a", await watch.NextNameAsync());
    }

    [Fact]
    public async Task One_name_can_be_watched()
    {
        await using var api = await ApiSession.StartAsync();
        using var watch = await WatchSession.OpenAsync(api, $"{Maps}?watch=1&fieldSelector=metadata.name%3Db&resourceVersion={api.Store.Version}");
        Add(api, "a");
        Add(api, "b");
        Assert.Equal("ADDED b", await watch.NextNameAsync());
    }

    [Fact]
    public async Task A_version_that_was_compacted_away_is_an_error_event()
    {
        await using var api = await ApiSession.StartAsync();
        var old = api.Store.Version;
        Add(api, "a");
        Add(api, "b");
        api.Store.Compact();

        using var watch = await WatchSession.OpenAsync(api, $"{Maps}?watch=true&resourceVersion={old}");
        var error = (await watch.NextAsync())!;

        Assert.Equal("ERROR", (string?)error["type"]);
        Assert.Equal(("Expired", 410), ((string?)error["object"]!["reason"], (int?)error["object"]!["code"]));
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task A_quiet_watch_gets_bookmarks_when_it_asked_for_them()
    {
        await using var api = await ApiSession.StartAsync(new KubernetesApiOptions { BookmarkInterval = TimeSpan.FromMilliseconds(50) });
        using var watch = await WatchSession.OpenAsync(api, $"{Maps}?watch=true&allowWatchBookmarks=true&resourceVersion={api.Store.Version}");
        api.Add(Resources.Secrets, """{"metadata":{"name":"s","namespace":"prod"}}""");

        ReadBookmark(await watch.NextAsync(), out var first);
        while (long.Parse(first) < api.Store.Version) ReadBookmark(await watch.NextAsync(), out first);
        Assert.Equal(api.Store.Version.ToString(), first);
    }

    [Fact]
    public async Task Initial_events_end_with_a_bookmark_that_says_so()
    {
        await using var api = await ApiSession.StartAsync();
        Add(api, "a");
        using var watch = await WatchSession.OpenAsync(
            api, $"{Maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        Assert.Equal("ADDED a", await watch.NextNameAsync());
        var end = (await watch.NextAsync())!;
        Assert.Equal("true", (string?)end["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]);
    }

    [Fact]
    public async Task A_watch_ends_when_its_time_is_up()
    {
        await using var api = await ApiSession.StartAsync();
        using var watch = await WatchSession.OpenAsync(api, $"{Maps}?watch=true&timeoutSeconds=1&resourceVersion={api.Store.Version}");
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task A_table_watch_names_its_columns_once()
    {
        await using var api = await ApiSession.StartAsync();
        Add(api, "a");
        using var watch = await WatchSession.OpenAsync(api, $"{Maps}?watch=true", "application/json;as=Table;v=v1;g=meta.k8s.io");
        Add(api, "b");

        var first = (await watch.NextAsync())!["object"]!;
        var second = (await watch.NextAsync())!["object"]!;

        Assert.Equal("Name", (string?)first["columnDefinitions"]![0]!["name"]);
        Assert.Null(second["columnDefinitions"]);
        Assert.Equal("b", (string?)second["rows"]![0]!["cells"]![0]);
    }

    private static void ReadBookmark(System.Text.Json.Nodes.JsonObject? bookmark, out string version)
    {
        Assert.Equal("BOOKMARK", (string?)bookmark!["type"]);
        Assert.Equal("ConfigMap", (string?)bookmark["object"]!["kind"]);
        version = (string)bookmark["object"]!["metadata"]!["resourceVersion"]!;
    }

    private static void Add(ApiSession api, string name, string color = "none") =>
        api.Add(Resources.ConfigMaps, $$$"""{"metadata":{"name":"{{{name}}}","namespace":"prod","labels":{"color":"{{{color}}}" } } }""");

    private static void Label(ApiSession api, string name, string key, string value) => api.Store.Update(Resources.ConfigMaps, "prod", name, body =>
    {
        body["metadata"]!["labels"]![key] = value;
        return true;
    });
}
