using RollbackTools.Integrations.Kubernetes;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Tests.Integrations.Support;

namespace RollbackTools.Tests.Integrations.Kubernetes;

public sealed class LogTests
{
    [Fact]
    public async Task Lines_arrive_in_order_and_options_are_sent()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Text("first\r\n\nthird\nlast without end"));
        using var cluster = fixture.Connect();

        var lines = await ReadAsync(cluster, new LogOptions
        {
            Container = "c", Previous = true, TailLines = 20, LimitBytes = 1000, Timestamps = true,
            Since = new DateTimeOffset(2026, 11, 20, 4, 0, 0, TimeSpan.FromHours(1)),
        });

        Assert.Equal(["first", "", "third", "last without end"], lines);
        Assert.Equal(
            "/api/v1/namespaces/prod/pods/api-1/log?container=c&previous=true&tailLines=20&limitBytes=1000&timestamps=true&sinceTime=2026-11-20T03%3A00%3A00Z",
            fixture.Server.Requests[0].Target);
    }

    [Fact]
    public async Task A_line_without_end_is_cut_and_the_next_one_is_whole()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Text(new string('x', 3_000_000) + "\nnext\n" + new string('y', LogReader.LineLimit) + "\nend"));
        using var cluster = fixture.Connect();

        var lines = await ReadAsync(cluster, new LogOptions());

        Assert.Equal(4, lines.Count);
        Assert.Equal(LogReader.LineLimit + 1, lines[0].Length);
        Assert.EndsWith("x…", lines[0], StringComparison.Ordinal);
        Assert.Equal("next", lines[1]);
        Assert.Equal(new string('y', LogReader.LineLimit), lines[2]);
        Assert.Equal("end", lines[3]);
    }

    [Fact]
    public async Task A_log_of_a_container_that_never_ran_is_rejected_with_the_reason()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(Answers.Status(400, "BadRequest", "previous terminated container \"c\" in pod \"api-1\" not found"));
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => ReadAsync(cluster, new LogOptions { Previous = true }));

        Assert.Equal(EstateErrorKind.Rejected, error.Kind);
        Assert.Contains("previous terminated container", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_do_no_harm()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Then(context => context.Response.Body.WriteAsync(new byte[] { 0xFF, 0xFE, (byte)'\n', (byte)'a' }).AsTask());
        using var cluster = fixture.Connect();

        Assert.Equal(["\uFFFD\uFFFD", "a"], await ReadAsync(cluster, new LogOptions()));
    }

    private static async Task<List<string>> ReadAsync(ICluster cluster, LogOptions options)
    {
        var lines = new List<string>();
        await foreach (var line in cluster.ReadLogAsync("prod", "api-1", options, default)) lines.Add(line);
        return lines;
    }
}
