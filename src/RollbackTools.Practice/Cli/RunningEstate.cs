using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.Tomoda;
using RollbackTools.Practice.Kubernetes.Api;

namespace RollbackTools.Practice.Cli;

/// <summary>An estate of this process, from its start to its end.</summary>
internal sealed class RunningEstate : IAsyncDisposable
{
    private readonly PracticeCluster cluster;
    private readonly KubernetesApiServer api;
    private readonly string directory;

    private RunningEstate(PracticeCluster cluster, KubernetesApiServer api, string directory)
    {
        (this.cluster, this.api, this.directory) = (cluster, api, directory);
        var estate = cluster.Options.Estate;
        var prefix = estate.Namespace + "/";
        var kubeconfig = Path.Combine(directory, "kubeconfig");
        api.WriteKubeconfig(kubeconfig);
        Described = new DrillEstate(estate.Name, kubeconfig, estate.Namespace, cluster.Services
            .Where(service => service.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(service => service.Key[prefix.Length..], service => service.Value));
    }

    public static IReadOnlyList<string> Names { get; } = ["tomoda"];

    public DrillEstate Described { get; }

    public Uri Server => api.Url;

    /// <summary>Throws <see cref="IOException"/> when the port is taken.</summary>
    public static async Task<RunningEstate> StartAsync(string name, int seed, int port, CancellationToken cancellation)
    {
        Estate estate = name == "tomoda" ? new TomodaEstate() : throw new ArgumentException($"There is no estate '{name}'.", nameof(name));
        var cluster = await PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = estate, Seed = seed }, cancellation);
        try
        {
            KubernetesApiOptions options = new()
            {
                Port = port,
                ClusterName = estate.Name,
                DefaultNamespace = estate.Namespace,
                PodLogs = cluster.Logs,
            };
            var api = await KubernetesApiServer.StartAsync(cluster.Store, options, cancellation);
            return new RunningEstate(cluster, api, Directory.CreateTempSubdirectory("rollbacktools-practice-").FullName);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        await cluster.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
