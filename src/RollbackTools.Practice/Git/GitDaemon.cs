using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace RollbackTools.Practice.Git;

/// <summary><c>git daemon</c> on loopback: fetches and pushes for anybody.</summary>
internal sealed class GitDaemon : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task reading;

    private GitDaemon(Process process, Uri url, Task reading) => (this.process, Url, this.reading) = (process, url, reading);

    public Uri Url { get; }

    public static async Task<GitDaemon> StartAsync(GitTool git, string root, CancellationToken cancellation)
    {
        var port = FreePort();
        var process = git.Start(root,
        [
            "daemon", "--verbose", "--listen=127.0.0.1", $"--port={port}", "--reuseaddr", "--export-all", "--enable=receive-pack",
            $"--base-path={root}", root,
        ]);
        while (await process.StandardError.ReadLineAsync(cancellation) is { } line)
        {
            if (line.Contains("Ready to rumble", StringComparison.Ordinal))
                return new GitDaemon(process, new Uri($"git://127.0.0.1:{port}/"), process.StandardError.ReadToEndAsync(CancellationToken.None));
        }

        process.Dispose();
        throw new IOException($"git daemon did not come up on port {port}.");
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
    }

    /// <summary>git daemon cannot pick one itself and say which.</summary>
    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
