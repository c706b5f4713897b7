using System.IO.Compression;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using RollbackTools.Operations.Estate;
using RollbackTools.Tests.Integrations.Support;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Integrations.Health;

public sealed class HttpProbeTests
{
    [Fact]
    public async Task An_answer_is_given_as_it_is_whatever_its_status()
    {
        var answer = await AskAsync(Answers.Json("{\"database\":\"down\"}", 503));

        Assert.Equal(503, answer.Status);
        Assert.Equal("{\"database\":\"down\"}", answer.Body);
        Assert.Null(answer.Error);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task A_byte_order_mark_is_not_part_of_the_text(string encoding)
    {
        var text = System.Text.Encoding.GetEncoding(encoding);

        var answer = await AskAsync(async context => await context.Response.Body.WriteAsync(new ReadOnlyMemory<byte>([.. text.GetPreamble(), .. text.GetBytes("{\"database\":\"ok\"}")])));

        Assert.Equal("{\"database\":\"ok\"}", answer.Body);
    }

    [Fact]
    public async Task A_redirect_is_an_answer_and_not_followed()
    {
        var answer = await AskAsync(context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        });

        Assert.Equal(302, answer.Status);
    }

    [Fact]
    public async Task A_body_without_end_is_not_swallowed()
    {
        var answer = await AskAsync(async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var zip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            var zeros = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested) await zip.WriteAsync(zeros, context.RequestAborted);
        });

        Assert.Equal(200, answer.Status);
        Assert.Equal("its answer is larger than 1024 KB", answer.Error);
        Assert.Equal("", answer.Body);
    }

    [Fact]
    public async Task Silence_is_a_timeout()
    {
        var time = new ManualTimeProvider();
        using var machine = new TestMachine();
        await using var server = await ApiServer.StartAsync(null, HttpProtocols.Http1);
        server.Otherwise(Answers.Silence);
        machine.WriteKubeconfig(server.Address, null);
        await using var estate = machine.Open(time: time);

        var asking = estate.Http.GetAsync(server.Address, TimeSpan.FromSeconds(3), default);
        await Eventually.TrueAsync(() => server.Requests.Count == 1, "the request");
        time.Advance(TimeSpan.FromSeconds(3));
        var answer = await asking;

        Assert.Null(answer.Status);
        Assert.Equal("no answer within 3 s", answer.Error);
        Assert.Equal(TimeSpan.FromSeconds(3), answer.Elapsed);
    }

    [Fact]
    public async Task Half_an_answer_is_an_error_with_its_status()
    {
        var answer = await AskAsync(Answers.Truncated("{\"database\":"));

        Assert.Equal(200, answer.Status);
        Assert.Equal("the connection was cut before the answer was complete", answer.Error);
    }

    [Fact]
    public async Task Nothing_listening_and_unknown_names_and_other_schemes_are_answers()
    {
        using var machine = new TestMachine();
        machine.WriteKubeconfig(new Uri("https://127.0.0.1:1"), null);
        await using var estate = machine.Open();

        var refused = await estate.Http.GetAsync(new Uri("http://127.0.0.1:1/health"), TimeSpan.FromSeconds(10), default);
        var unknown = await estate.Http.GetAsync(new Uri("http://no-such-host.invalid/"), TimeSpan.FromSeconds(10), default);
        var file = await estate.Http.GetAsync(new Uri("file:///etc/passwd"), TimeSpan.FromSeconds(10), default);

        Assert.Equal("nothing listens at 127.0.0.1:1 (connection refused)", refused.Error);
        Assert.Equal("the name no-such-host.invalid cannot be resolved", unknown.Error);
        Assert.Equal("it is not an http or https URL", file.Error);
    }

    [Fact]
    public async Task A_certificate_nobody_vouches_for_is_not_accepted()
    {
        using var certificates = new TestCertificates();
        await using var server = await ApiServer.StartAsync(certificates.Server());
        using var machine = new TestMachine();
        machine.WriteKubeconfig(server.Address, certificates.AuthorityPem);
        await using var estate = machine.Open();

        var answer = await estate.Http.GetAsync(server.Address, TimeSpan.FromSeconds(10), default);

        Assert.Null(answer.Status);
        Assert.StartsWith("its certificate is not trusted", answer.Error, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    private static async Task<ProbeAnswer> AskAsync(Microsoft.AspNetCore.Http.RequestDelegate answer)
    {
        using var machine = new TestMachine();
        await using var server = await ApiServer.StartAsync(null, HttpProtocols.Http1);
        server.Otherwise(answer);
        machine.WriteKubeconfig(server.Address, null);
        await using var estate = machine.Open();
        return await estate.Http.GetAsync(new Uri(server.Address, "/health"), TimeSpan.FromSeconds(20), default);
    }
}
