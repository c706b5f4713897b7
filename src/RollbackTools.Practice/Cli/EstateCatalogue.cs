using RollbackTools.Operations.Estate.Git;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.Bookstore;
using RollbackTools.Practice.Estates.GitOps;
using RollbackTools.Practice.Estates.Gospelib;
using RollbackTools.Practice.Estates.Tomoda;
using RollbackTools.Practice.Estates.Zkprova;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.Rollouts;

namespace RollbackTools.Practice.Cli;

/// <summary>The estates by name, and one that runs in this process.</summary>
internal static class EstateCatalogue
{
    private static readonly Dictionary<string, Func<Estate>> Estates = new()
    {
        ["tomoda"] = () => new TomodaEstate(),
        ["tomoda-gitops"] = () => new TomodaGitOpsEstate(),
        ["gospelib"] = () => new GospelibEstate(),
        ["bookstore"] = () => new BookstoreEstate(),
        ["zkprova"] = () => new ZkprovaEstate(),
    };

    public static IReadOnlyList<string> Names { get; } = [.. Estates.Keys];

    /// <summary>Whether the estate keeps its manifests in real repositories.</summary>
    public static bool NeedsGit(string name) => Estates[name]() is GitOpsEstate;

    /// <summary>
    /// Starts it, and writes beside its kubeconfig what else its users need. Throws <see cref="IOException"/> when the port is taken,
    /// <see cref="GitMissingException"/> when it needs git and there is none.
    /// </summary>
    public static async Task<PracticeCluster> StartAsync(string name, int seed, int port, CancellationToken cancellation)
    {
        var cluster = await PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = Estates[name](), Seed = seed, Port = port }, cancellation);
        var about = Describe(cluster);
        if (about.GitOps is { } ops)
        {
            var argo = cluster.AddOn<GitOpsPlatform>().Server;
            PrivateFile.Write(ops.TokenFile, argo.Accounts.Admin.Token);
            PrivateFile.Write(ops.CaFile, argo.CaPem);
        }

        PrivateFile.Write(about.EnvironmentFile, DrillEnvironment.Text(about));
        return cluster;
    }

    /// <summary>What anybody outside knows of it. Only its own namespace's Services: production's.</summary>
    public static DrillEstate Describe(PracticeCluster cluster)
    {
        var estate = cluster.Options.Estate;
        var prefix = estate.Namespace + "/";
        DrillEstate about = new(estate.Name, cluster.Kubeconfig, estate.Namespace, cluster.Services
            .Where(service => service.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(service => service.Key[prefix.Length..], service => service.Value))
        {
            HasRollouts = cluster.AddOns.OfType<RolloutsPlatform>().Any(),
            OtherEnvironments = estate.OtherEnvironments,
            Health = estate.Health,
        };
        return estate is GitOpsEstate ops ? about with { GitOps = Describe(ops, about, cluster) } : about;
    }

    private static DrillGitOps Describe(GitOpsEstate estate, DrillEstate about, PracticeCluster cluster) => new()
    {
        Server = estate.Argo.Server.Url,
        TokenFile = about.Beside("argocd-token"),
        CaFile = about.Beside("argocd-ca.crt"),
        Application = estate.Application,
        Namespace = estate.Argo.Options.Namespace,
        Repository = estate.Git.Host.Find(estate.Repository)!.HttpUrl,
        Overlay = estate.Overlay,
        Repositories = estate.Git.Host.Repositories.ToDictionary(repository => repository.Name, repository => repository.HttpUrl),
        Interval = cluster.Options.Tempo.Scaled(estate.Argo.Options.Reconcile.TotalSeconds),
    };
}
