using Microsoft.Extensions.Hosting;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>The server lives inside somebody's process: signals are that process's business, not the server's.</summary>
internal sealed class EmbeddedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
