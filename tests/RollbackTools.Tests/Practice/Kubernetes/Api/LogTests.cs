using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

public sealed class LogTests
{
    private const string Path = "/api/v1/namespaces/prod/pods/p/log";

    [Fact]
    public async Task What_is_asked_for_reaches_the_kubelet()
    {
        Recorder logs = new();
        await using var api = await StartedAsync(logs, "app");

        var reply = await api.GetAsync($"{Path}?tailLines=5&previous=true&sinceTime=2026-01-01T00:00:00Z", "*/*");

        Assert.Equal("one\ntwo\n", reply.Text);
        Assert.Equal(("app", 5, true), (logs.Asked!.Container, logs.Asked.TailLines, logs.Asked.Previous));
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), logs.Asked.Since);
    }

    [Fact]
    public async Task Lines_are_stamped_and_cut_on_request()
    {
        await using var api = await StartedAsync(new Recorder(), "app");
        Assert.Equal("2026-05-01T10:00:00.000000000Z one\n2026-05-01T10:00:01.000000000Z two\n", (await api.GetAsync($"{Path}?timestamps=true", "*/*")).Text);
        Assert.Equal("one\nt", (await api.GetAsync($"{Path}?limitBytes=5", "*/*")).Text);
    }

    [Fact]
    public async Task Which_container_must_be_clear()
    {
        await using var api = await StartedAsync(new Recorder(), "app", "side");
        Assert.Equal("a container name must be specified for pod p, choose one of: [app side]", (await api.GetAsync(Path)).Message);
        Assert.Equal("container x is not valid for pod p", (await api.GetAsync($"{Path}?container=x")).Message);
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync($"{Path}?container=side", "*/*")).Code);
        Assert.Equal("pods \"q\" not found", (await api.GetAsync("/api/v1/namespaces/prod/pods/q/log")).Message);
    }

    [Fact]
    public async Task A_log_that_is_not_there_is_a_bad_request_in_the_kubelets_words()
    {
        await using var api = await StartedAsync(new Recorder { Unavailable = "previous terminated container \"app\" in pod \"p\" not found" }, "app");
        var reply = await api.GetAsync($"{Path}?previous=true");
        Assert.Equal((HttpStatusCode.BadRequest, "previous terminated container \"app\" in pod \"p\" not found"), (reply.Code, reply.Message));
    }

    [Fact]
    public async Task A_followed_log_comes_line_by_line()
    {
        Recorder logs = new() { Later = Channel.CreateUnbounded<string>() };
        await using var api = await StartedAsync(logs, "app");
        await using var stream = await api.Client.GetStreamAsync($"{Path}?follow=true", TestContext.Current.CancellationToken);
        using StreamReader lines = new(stream);
        Assert.Equal("one", await lines.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal("two", await lines.ReadLineAsync(TestContext.Current.CancellationToken));
        logs.Later.Writer.TryWrite("three");
        Assert.Equal("three", await lines.ReadLineAsync(TestContext.Current.CancellationToken));
        logs.Later.Writer.Complete();
        Assert.Null(await lines.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<ApiSession> StartedAsync(IPodLogs logs, params string[] containers)
    {
        var api = await ApiSession.StartAsync(new KubernetesApiOptions { PodLogs = logs });
        var list = string.Join(",", containers.Select(name => $"{{\"name\":\"{name}\"}}"));
        api.Add(Resources.Pods, "{\"metadata\":{\"name\":\"p\",\"namespace\":\"prod\"},\"spec\":{\"nodeName\":\"node-1\",\"containers\":[" + list + "]}}");
        return api;
    }

    private sealed class Recorder : IPodLogs
    {
        public PodLogRequest? Asked { get; private set; }

        public string? Unavailable { get; init; }

        public Channel<string>? Later { get; init; }

        public async IAsyncEnumerable<PodLogLine> Read(PodLogRequest request, [EnumeratorCancellation] CancellationToken cancellation)
        {
            Asked = request;
            if (Unavailable is not null) throw new PodLogsUnavailableException(Unavailable);
            DateTimeOffset start = new(2026, 5, 1, 10, 0, 0, TimeSpan.Zero);
            yield return new PodLogLine(start, "one");
            yield return new PodLogLine(start.AddSeconds(1), "two");
            if (Later is null) yield break;
            await foreach (var line in Later.Reader.ReadAllAsync(cancellation)) yield return new PodLogLine(start, line);
        }
    }
}
