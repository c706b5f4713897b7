using System.Diagnostics;
using System.Net;
using RollbackTools.Practice.Faults;
using RollbackTools.Tests.Practice.Kubernetes.Api;

namespace RollbackTools.Tests.Practice.Faults;

public sealed class FaultTests
{
    private const string Deployments = "/apis/apps/v1/namespaces/prod/deployments";

    [Theory]
    [InlineData(FaultKind.Conflict, HttpStatusCode.Conflict, "Conflict")]
    [InlineData(FaultKind.TooManyRequests, HttpStatusCode.TooManyRequests, "TooManyRequests")]
    [InlineData(FaultKind.InternalError, HttpStatusCode.InternalServerError, "InternalError")]
    [InlineData(FaultKind.Unavailable, HttpStatusCode.ServiceUnavailable, "ServiceUnavailable")]
    public async Task A_refusal_strikes_as_often_as_it_says(FaultKind kind, HttpStatusCode code, string reason)
    {
        await using var api = await ApiSession.StartAsync();
        api.Server.Faults.Add(new FaultRule { Kind = kind, Verb = "list", Resource = "deployments", Times = 1, RetryAfterSeconds = 3 });

        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync("/api/v1/pods")).Code);
        var struck = await api.GetAsync(Deployments);
        Assert.Equal((code, reason), (struck.Code, struck.Reason));
        if (kind == FaultKind.TooManyRequests) Assert.Equal(TimeSpan.FromSeconds(3), struck.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync(Deployments)).Code);
    }

    [Fact]
    public async Task A_reset_gives_no_answer_and_does_no_work()
    {
        await using var api = await ApiSession.StartAsync();
        api.Server.Faults.Add(new FaultRule { Kind = FaultKind.Reset, Verb = "create", Times = 1 });
        // A client may send again on a fresh connection what provably was not answered; so only the work tells.
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => api.PostAsync(Deployments, ApiSession.Deployment));
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync($"{Deployments}/api")).Code);
    }

    [Fact]
    public async Task A_reset_afterwards_leaves_the_work_done()
    {
        await using var api = await ApiSession.StartAsync();
        api.Server.Faults.Add(new FaultRule { Kind = FaultKind.ResetAfter, Verb = "create", Times = 1 });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => api.PostAsync(Deployments, ApiSession.Deployment));
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync($"{Deployments}/api")).Code);
    }

    [Fact]
    public async Task A_truncated_body_breaks_off()
    {
        await using var api = await ApiSession.StartAsync();
        await api.PostAsync(Deployments, ApiSession.Deployment);
        api.Server.Faults.Add(new FaultRule { Kind = FaultKind.TruncatedBody, Verb = "list", Bytes = 40, Times = 1 });
        await Assert.ThrowsAnyAsync<Exception>(() => api.GetAsync(Deployments));
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync(Deployments)).Code);
    }

    [Fact]
    public async Task A_slow_answer_is_late_but_whole()
    {
        await using var api = await ApiSession.StartAsync();
        await api.PostAsync(Deployments, ApiSession.Deployment);
        api.Server.Faults.Add(new FaultRule { Kind = FaultKind.Latency, Verb = "get", DelayMilliseconds = 150 });
        api.Server.Faults.Add(new FaultRule { Kind = FaultKind.SlowBody, Verb = "get", DelayMilliseconds = 150 });
        var watch = Stopwatch.StartNew();
        var reply = await api.GetAsync($"{Deployments}/api");
        Assert.True(watch.ElapsedMilliseconds >= 290, $"{watch.ElapsedMilliseconds} ms");
        Assert.Equal("api", (string?)reply.Json["metadata"]!["name"]);
    }

    [Fact]
    public async Task A_hang_lasts_until_the_caller_gives_up()
    {
        await using var api = await ApiSession.StartAsync();
        api.Server.Faults.Add(new FaultRule { Kind = FaultKind.Hang, Resource = "deployments" });
        using CancellationTokenSource patience = new(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => api.Client.GetAsync(Deployments, patience.Token));
    }

    [Fact]
    public async Task A_watch_is_cut_or_expires_after_so_many_events()
    {
        await using var api = await ApiSession.StartAsync();
        await api.PostAsync(Deployments, ApiSession.Deployment);
        api.Server.Faults.Add(new FaultRule { Kind = FaultKind.WatchCut, Verb = "watch", Events = 1, Times = 1 });
        using (var cut = await WatchSession.OpenAsync(api, $"{Deployments}?watch=true"))
        {
            Assert.Equal("ADDED api", await cut.NextNameAsync());
            Assert.Equal("end", await cut.NextNameAsync());
        }

        api.Server.Faults.Add(new FaultRule { Kind = FaultKind.WatchExpired, Verb = "watch", Events = 1, Times = 1 });
        using var expired = await WatchSession.OpenAsync(api, $"{Deployments}?watch=true");
        Assert.Equal("ADDED api", await expired.NextNameAsync());
        Assert.Equal("ERROR", await expired.NextNameAsync());
        Assert.Equal("end", await expired.NextNameAsync());
    }

    [Fact]
    public async Task Another_process_can_set_faults_and_count_requests()
    {
        await using var api = await ApiSession.StartAsync();
        await api.PostAsync("/practice/faults", """{"kind":"Unavailable","verb":"list","resource":"deployments","times":2}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await api.GetAsync(Deployments)).Code);
        Assert.Equal(1, (int?)System.Text.Json.Nodes.JsonNode.Parse((await api.GetAsync("/practice/faults")).Text)![0]!["struck"]);

        await api.DeleteAsync("/practice/faults");
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync(Deployments)).Code);
        Assert.Equal(2, (int?)(await api.GetAsync("/practice/requests")).Json["list deployments"]);
        await api.DeleteAsync("/practice/requests");
        Assert.Equal(0, api.Server.Requests.Total);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.PostAsync("/practice/faults", """{"kind":"Nonsense"}""")).Code);
    }

    [Fact]
    public void Chance_comes_from_the_seed()
    {
        Assert.Equal(Draw(7), Draw(7));
        Assert.NotEqual(Draw(7), Draw(8));

        static string Draw(int seed)
        {
            FaultPlan plan = new(seed);
            plan.Add(new FaultRule { Kind = FaultKind.InternalError, Probability = 0.5 });
            return string.Concat(Enumerable.Range(0, 64).Select(_ => plan.Strike(new FaultTarget("get", "pods", null, null)).Count));
        }
    }

    [Fact]
    public void The_first_few_are_spared_and_the_number_of_strikes_is_kept()
    {
        FaultPlan plan = new();
        plan.Add(new FaultRule { Kind = FaultKind.Conflict, Name = "api", After = 2, Times = 1 });
        int Strike(string name) => plan.Strike(new FaultTarget("patch", "deployments", "prod", name)).Count;
        Assert.Equal([0, 0, 0, 1, 0], [Strike("api"), Strike("other"), Strike("api"), Strike("api"), Strike("api")]);
        Assert.Equal(1, Assert.Single(plan.Rules).Struck);
    }
}
