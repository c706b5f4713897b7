using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Practice.Cli;

/// <summary>The estates by name, and one that runs in this process.</summary>
internal static class EstateCatalogue
{
    private static readonly Dictionary<string, Func<Estate>> Estates = new() { ["tomoda"] = () => new TomodaEstate() };

    public static IReadOnlyList<string> Names { get; } = [.. Estates.Keys];

    /// <summary>Throws <see cref="IOException"/> when the port is taken.</summary>
    public static Task<PracticeCluster> StartAsync(string name, int seed, int port, CancellationToken cancellation) =>
        PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = Estates[name](), Seed = seed, Port = port }, cancellation);

    /// <summary>What anybody outside knows of it. Only its own namespace's Services: production's.</summary>
    public static DrillEstate Describe(PracticeCluster cluster)
    {
        var estate = cluster.Options.Estate;
        var prefix = estate.Namespace + "/";
        return new DrillEstate(estate.Name, cluster.Kubeconfig, estate.Namespace, cluster.Services
            .Where(service => service.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(service => service.Key[prefix.Length..], service => service.Value));
    }
}
