using Microsoft.AspNetCore.Server.Kestrel.Core;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Tests.Integrations.Support;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Integrations.Kubernetes;

public sealed class WatchTests
{
    private static readonly string Bookmark = Answers.Event("BOOKMARK", """{"kind":"Deployment","metadata":{"resourceVersion":"90"}}""");
    private static readonly string Gone = Answers.Event("ERROR", """{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}""");

    [Fact]
    public async Task Without_a_version_it_lists_then_follows_changes()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(
            Answers.Json(Answers.List("50", null, Answers.Deployment())),
            Answers.Watch([Answers.Event("MODIFIED", Answers.Deployment(version: "51")), Answers.Event("DELETED", Answers.Deployment(version: "52"))], stay: true));
        using var cluster = fixture.Connect();

        var events = await TakeAsync(cluster, null, 3);

        Assert.Equal([WatchEventType.Snapshot, WatchEventType.Modified, WatchEventType.Deleted], events.Select(change => change.Type));
        Assert.Equal(["50", "51", "52"], events.Select(change => change.ResourceVersion));
        Assert.Single(events[0].Snapshot);
        var query = fixture.Server.Requests[1].Query;
        Assert.StartsWith("?watch=true&allowWatchBookmarks=true&resourceVersion=50&timeoutSeconds=", query, StringComparison.Ordinal);
        Assert.EndsWith("&fieldSelector=metadata.name%3Dapi", query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_that_ended_goes_on_after_the_last_bookmark()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(
            Answers.Watch([Answers.Event("ADDED", Answers.Deployment(version: "51")), Bookmark]),
            Answers.Watch([Answers.Event("MODIFIED", Answers.Deployment(version: "95"))], stay: true));
        using var cluster = fixture.Connect();

        var events = await TakeAsync(cluster, "50", 2);

        Assert.Equal(["51", "95"], events.Select(change => change.ResourceVersion));
        Assert.Contains("resourceVersion=90&", fixture.Server.Requests[1].Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http1AndHttp2)]
    public async Task A_reset_watch_resumes_after_the_last_change(HttpProtocols protocols)
    {
        await using var fixture = await ClusterFixture.StartAsync(protocols);
        var received = new TaskCompletionSource();
        fixture.Server.Then(
            Answers.Watch([Answers.Event("ADDED", Answers.Deployment(version: "51"))], resetAfter: received.Task),
            Answers.Watch([Answers.Event("MODIFIED", Answers.Deployment(version: "52"))], stay: true));
        using var cluster = fixture.Connect();

        var events = await TakeAsync(cluster, "50", 2, () => received.TrySetResult());

        Assert.Equal(["51", "52"], events.Select(change => change.ResourceVersion));
        Assert.Contains("resourceVersion=51&", fixture.Server.Requests[1].Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_cut_in_the_middle_is_not_believed()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(
            context => Answers.Text(Answers.Event("MODIFIED", Answers.Deployment(version: "51")).ReplaceLineEndings("")[..60])(context),
            Answers.Watch([Answers.Event("MODIFIED", Answers.Deployment(version: "51"))], stay: true));
        using var cluster = fixture.Connect();

        var events = await TakeAsync(cluster, "50", 1);

        Assert.Equal("51", events[0].ResourceVersion);
        Assert.All(fixture.Server.Requests, request => Assert.Contains("resourceVersion=50&", request.Query, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_version_too_old_leads_to_a_new_snapshot(bool insideTheStream)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(
            insideTheStream ? Answers.Watch([Gone]) : Answers.Status(410, "Gone", "too old resource version"),
            Answers.Json(Answers.List("100", null, Answers.Deployment("a"), Answers.Deployment("b"))),
            Answers.Watch([Answers.Event("ADDED", Answers.Deployment("c", "101"))], stay: true));
        using var cluster = fixture.Connect();

        var events = await TakeAsync(cluster, "1", 2);

        Assert.Equal(WatchEventType.Snapshot, events[0].Type);
        Assert.Equal(2, events[0].Snapshot.Count);
        Assert.Equal("101", events[1].ResourceVersion);
    }

    [Fact]
    public async Task Refused_reconnects_are_survived()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(
            Answers.Watch([Answers.Event("ADDED", Answers.Deployment(version: "51"))]),
            Answers.CutConnection, Answers.Status(500, "InternalError", "etcd is away"), Answers.Status(503, "ServiceUnavailable", "starting"),
            Answers.Status(500, "InternalError", "x"), Answers.Status(500, "InternalError", "x"), Answers.Status(500, "InternalError", "x"),
            Answers.Watch([Answers.Event("MODIFIED", Answers.Deployment(version: "52"))], stay: true));
        using var cluster = fixture.Connect();

        var events = await TakeAsync(cluster, "50", 2);

        Assert.Equal("52", events[1].ResourceVersion);
    }

    [Fact]
    public async Task A_permission_taken_away_ends_the_watch_with_the_reason()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Watch([Answers.Event("ADDED", Answers.Deployment(version: "51"))]))
            .Otherwise(Answers.Status(403, "Forbidden", "User \"u\" cannot watch resource \"deployments\""));
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => TakeAsync(cluster, "50", 2));

        Assert.Equal(EstateErrorKind.Forbidden, error.Kind);
    }

    [Fact]
    public async Task A_quiet_connection_that_outlives_its_time_is_replaced()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await ClusterFixture.StartAsync(time: time);
        fixture.Server.Then(Answers.Watch([], stay: true), Answers.Watch([Answers.Event("ADDED", Answers.Deployment(version: "51"))], stay: true));
        using var cluster = fixture.Connect();

        var reading = TakeAsync(cluster, "50", 1);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(165));
        time.Advance(TimeSpan.FromSeconds(165));

        Assert.Equal("51", (await reading)[0].ResourceVersion);
        Assert.Contains("timeoutSeconds=150", fixture.Server.Requests[0].Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_ends_a_watch_that_waits()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Watch([Answers.Event("ADDED", Answers.Deployment(version: "51"))], stay: true));
        using var cluster = fixture.Connect();
        using var cancel = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in cluster.WatchAsync(Resources.Deployments, "prod", ListFilter.None, "50", cancel.Token)) await cancel.CancelAsync();
        });
    }

    private static async Task<List<WatchEvent<Workload>>> TakeAsync(ICluster cluster, string? version, int count, Action? received = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var events = new List<WatchEvent<Workload>>();
        await foreach (var change in cluster.WatchAsync(Resources.Deployments, "prod", ListFilter.Named("api"), version, limit.Token))
        {
            events.Add(change);
            received?.Invoke();
            if (events.Count == count) break;
        }

        return events;
    }
}
