using Microsoft.AspNetCore.Server.Kestrel.Core;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Tests.Integrations.Support;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Integrations.Kubernetes;

public sealed class FaultTests
{
    private static readonly Patch SomePatch = new(PatchType.Merge, "{}"u8.ToArray());

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http1AndHttp2)]
    public async Task A_read_is_repeated_after_a_reset(HttpProtocols protocols)
    {
        await using var fixture = await ClusterFixture.StartAsync(protocols);
        fixture.Server.Then(Answers.CutConnection, Answers.CutConnection, Answers.Json(Answers.Deployment()));
        using var cluster = fixture.Connect();

        var deployment = await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        Assert.Equal("api", deployment.Metadata.Name);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http1AndHttp2)]
    public async Task A_read_is_repeated_after_half_an_answer(HttpProtocols protocols)
    {
        await using var fixture = await ClusterFixture.StartAsync(protocols);
        fixture.Server.Then(Answers.Truncated(Answers.List("50", null, Answers.Deployment())[..200]), Answers.Json(Answers.List("51", null)));
        using var cluster = fixture.Connect();

        var list = await cluster.ListAsync(Resources.Deployments, "prod", ListFilter.None, default);

        Assert.Equal("51", list.Metadata.ResourceVersion);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http1AndHttp2)]
    public async Task An_unanswered_write_is_never_sent_twice(HttpProtocols protocols)
    {
        await using var fixture = await ClusterFixture.StartAsync(protocols);
        fixture.Server.Then(context => { context.Abort(); return Task.CompletedTask; }).Otherwise(Answers.Json(Answers.Deployment()));
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() =>
            cluster.PatchAsync(Resources.Deployments, "prod", "api", SomePatch, WriteOptions.Default, default));

        Assert.Equal(EstateErrorKind.Unreachable, error.Kind);
        Assert.Equal("PATCH apps/v1 deployments/api -n prod", error.Request);
        Assert.Single(fixture.Server.Requests);
    }

    [Fact]
    public async Task An_unanswered_conditional_write_is_sent_again()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(context => { context.Abort(); return Task.CompletedTask; }, Answers.Json(Answers.Deployment(version: "11")));
        using var cluster = fixture.Connect();

        var patched = await cluster.PatchAsync(
            Resources.Deployments, "prod", "api", SomePatch, new WriteOptions { Conditional = true }, default);

        Assert.Equal("11", patched.Metadata.ResourceVersion);
        Assert.Equal(2, fixture.Server.Requests.Count);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_write_refused_before_it_was_looked_at_waits_as_long_as_asked(int status)
    {
        var time = new ManualTimeProvider();
        await using var fixture = await ClusterFixture.StartAsync(time: time);
        fixture.Server.Then(Answers.Status(status, "TooManyRequests", "slow down", retryAfter: 7), Answers.Json(Answers.Deployment(version: "11")));
        using var cluster = fixture.Connect();

        var patching = cluster.PatchAsync(Resources.Deployments, "prod", "api", SomePatch, WriteOptions.Default, default);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(7));
        Assert.Single(fixture.Server.Requests);
        time.Advance(TimeSpan.FromSeconds(7));

        Assert.Equal("11", (await patching).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_server_cannot_ask_for_an_hour()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await ClusterFixture.StartAsync(time: time);
        fixture.Server.Then(Answers.Status(429, "TooManyRequests", "slow down", retryAfter: 3600), Answers.Json(Answers.Deployment()));
        using var cluster = fixture.Connect();

        var getting = cluster.GetAsync(Resources.Deployments, "prod", "api", default);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(30));
        time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal("api", (await getting).Metadata.Name);
    }

    [Fact]
    public async Task A_server_that_stays_busy_is_given_up_on()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Status(429, "TooManyRequests", "slow down"));
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));

        Assert.Equal(EstateErrorKind.Overloaded, error.Kind);
        Assert.Equal(5, fixture.Server.Requests.Count);
    }

    [Theory]
    [InlineData(500, EstateErrorKind.Server)]
    [InlineData(504, EstateErrorKind.Server)]
    [InlineData(503, EstateErrorKind.Overloaded)]
    [InlineData(409, EstateErrorKind.Conflict)]
    public async Task A_write_that_may_have_been_applied_or_lost_a_race_is_not_repeated(int status, EstateErrorKind kind)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Status(status, status == 409 ? "Conflict" : "InternalError", "the object has been modified"));
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() =>
            cluster.PatchAsync(Resources.Deployments, "prod", "api", SomePatch, WriteOptions.Default, default));

        Assert.Equal(kind, error.Kind);
        Assert.Single(fixture.Server.Requests);
    }

    [Fact]
    public async Task A_silent_server_is_left_after_the_request_timeout()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await ClusterFixture.StartAsync(time: time);
        fixture.Server.Otherwise(Answers.Silence);
        using var cluster = fixture.Connect();

        var getting = cluster.GetAsync(Resources.Deployments, "prod", "api", default);
        await Eventually.TrueAsync(() => fixture.Server.Requests.Count == 1, "the request");
        time.Advance(TimeSpan.FromSeconds(20));

        var error = await Assert.ThrowsAsync<EstateException>(() => getting);
        Assert.Equal(EstateErrorKind.Unreachable, error.Kind);
        Assert.Contains("within 20 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_stops_half_way_is_left_too()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await ClusterFixture.StartAsync(time: time);
        var sent = new TaskCompletionSource();
        fixture.Server.Otherwise(async context =>
        {
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "{\"metadata\":");
            await context.Response.Body.FlushAsync();
            sent.TrySetResult();
            await Answers.Silence(context);
        });
        using var cluster = fixture.Connect();

        var getting = cluster.GetAsync(Resources.Deployments, "prod", "api", default);
        await sent.Task;
        while (!getting.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(20));
            await Task.Yield();
        }

        var error = await Assert.ThrowsAsync<EstateException>(() => getting);
        Assert.Equal(EstateErrorKind.Unreachable, error.Kind);
    }

    [Fact]
    public async Task Cancelling_is_never_reported_as_a_fault()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Silence);
        using var cluster = fixture.Connect();
        using var cancel = new CancellationTokenSource();

        var getting = cluster.GetAsync(Resources.Deployments, "prod", "api", cancel.Token);
        await Eventually.TrueAsync(() => fixture.Server.Requests.Count == 1, "the request");
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => getting);
    }

    [Fact]
    public async Task Nothing_listening_is_said_so()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Machine.WriteKubeconfig(new Uri("https://127.0.0.1:1/"), fixture.Certificates.AuthorityPem);
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));

        Assert.Equal(EstateErrorKind.Unreachable, error.Kind);
        Assert.Contains("nothing listens at 127.0.0.1:1 (connection refused)", error.Message, StringComparison.Ordinal);
        Assert.Equal("kubectl cluster-info --context prod", error.Recommendation);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_said_so()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Machine.WriteKubeconfig(new Uri("https://no-such-host.invalid/"), fixture.Certificates.AuthorityPem);
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));

        Assert.Equal(EstateErrorKind.Unreachable, error.Kind);
        Assert.Contains("the name no-such-host.invalid cannot be resolved", error.Message, StringComparison.Ordinal);
    }
}
