using RollbackTools.Integrations.Kustomize;
using RollbackTools.Integrations.Yaml;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Tests.Cmdlets.Fakes;

/// <summary>Opens estates out of thin air and remembers what it was asked.</summary>
internal sealed class FakeEstateProvider : IEstateProvider
{
    public List<EstateOptions> Opened { get; } = [];

    public List<FakeEstate> Estates { get; } = [];

    public List<string> Warnings { get; } = [];

    public EnvironmentFile? File { get; set; }

    /// <summary>Finds it by its path, instead of <see cref="File"/>.</summary>
    public Func<string?, EnvironmentFile?>? EnvironmentFiles { get; set; }

    public List<string> Contexts { get; } = ["practice", "prod"];

    /// <summary>What every estate it opens holds.</summary>
    public Action<FakeCluster> Furnish { get; set; } = _ => { };

    public Action<FakeEstate> Prepare { get; set; } = _ => { };

    public Func<EstateOptions, Exception?> Refuse { get; set; } = _ => null;

    /// <summary>Which server a connection leads to.</summary>
    public Func<EstateOptions, string> Server { get; set; } = _ => "https://127.0.0.1:6443";

    public IEstate Open(EstateOptions options, Action<string> warn)
    {
        if (Refuse(options) is { } refusal) throw refusal;
        Opened.Add(options);
        Warnings.ForEach(warn);
        var context = options.Context ?? "practice";
        FakeCluster cluster = new(new ClusterInfo(options.EstateName ?? context, Server(options), options.Namespace ?? "prod") { Connection = options });
        Furnish(cluster);
        FakeEstate estate = new(cluster);
        Prepare(estate);
        Estates.Add(estate);
        return estate;
    }

    public IReadOnlyList<string> ContextNames(string? kubeconfig) => Contexts;

    public EnvironmentFile? FindEnvironmentFile(string? path, string directory) => EnvironmentFiles is { } find ? find(path) : File;
}

internal sealed class FakeEstate(FakeCluster cluster) : IEstate
{
    public FakeCluster Cluster { get; } = cluster;

    public Dictionary<string, ProbeAnswer> Answers { get; } = [];

    public bool Disposed { get; private set; }

    public string Name => Cluster.Info.Estate;

    public EstateOptions Connection => Cluster.Info.Connection;

    public IArgoCd ArgoCd { get; init; } = new KubernetesArgoCd(cluster, TimeProvider.System);

    /// <summary>Set by tests that use Git.</summary>
    public IGit Git { get; set; } = null!;

    /// <summary>Set by tests that have Helm releases.</summary>
    public IHelmStorage Helm { get; set; } = null!;

    public T Port<T>()
        where T : class => new object?[] { Cluster, ArgoCd, new Probe(this), Git, Helm, new KustomizeFiles(), new ManifestReader() }.OfType<T>().FirstOrDefault()
            ?? throw new NotSupportedException($"The fake estate has no {typeof(T).Name}.");

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }

    private sealed class Probe(FakeEstate estate) : IHttpProbe
    {
        public Task<ProbeAnswer> GetAsync(Uri url, TimeSpan timeout, CancellationToken cancellation) =>
            Task.FromResult(estate.Answers.GetValueOrDefault(url.ToString(), new ProbeAnswer(null, "", "connection refused", TimeSpan.Zero)));
    }
}
