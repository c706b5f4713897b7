using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RollbackTools.Practice.Kubernetes.Api;

namespace RollbackTools.Practice.Git;

/// <summary>Smart HTTP on loopback: every request is handed to git's own <c>http-backend</c>.</summary>
internal sealed class GitHttpServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private GitHttpServer(WebApplication application)
    {
        this.application = application;
        Url = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/");
    }

    public Uri Url { get; }

    public static async Task<GitHttpServer> StartAsync(GitHost host, GitHostOptions options, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        var application = builder.Build();
        application.Run(http => AnswerAsync(http, host, options));
        try
        {
            await application.StartAsync(cancellation);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }

        return new GitHttpServer(application);
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new(TimeSpan.FromMilliseconds(100));
        await application.StopAsync(now.Token);
        await application.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext http, GitHost host, GitHostOptions options)
    {
        var user = User(http.Request, options.Users);
        if (user is null && options.Users.Count > 0)
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"practice\"";
            return;
        }

        if (Repository(http.Request.Path.Value ?? "", host) is not { } repository)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (repository.Latency > TimeSpan.Zero) await Task.Delay(repository.Latency, options.Time, http.RequestAborted);
        if (!repository.Reachable)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        await GitHttpBackend.AnswerAsync(http, host.Git, host.Root, user);
    }

    /// <summary>Who comes, when name and token are right.</summary>
    private static string? User(HttpRequest request, IReadOnlyDictionary<string, string> users)
    {
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            || !"Basic".Equals(header.Scheme, StringComparison.OrdinalIgnoreCase) || header.Parameter is null) return null;
        Span<byte> bytes = new byte[header.Parameter.Length];
        if (!Convert.TryFromBase64String(header.Parameter, bytes, out var length)) return null;
        var pair = Encoding.UTF8.GetString(bytes[..length]).Split(':', 2);
        return pair.Length == 2 && users.TryGetValue(pair[0], out var token)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(pair[1]))
            ? pair[0]
            : null;
    }

    private static GitRepository? Repository(string path, GitHost host)
    {
        var end = path.IndexOf(".git/", StringComparison.Ordinal);
        return end > 1 ? host.Find(path[1..end]) : null;
    }
}
