using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Kubelet;
using RollbackTools.Practice.Kubernetes.Pki;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Registry;
using RollbackTools.Practice.Traffic;

namespace RollbackTools.Practice.Estates;

/// <summary>A whole practice cluster in this process: store, controllers, nodes, registry, Services that answer.</summary>
public sealed class PracticeCluster : IAsyncDisposable
{
    private readonly ControllerContext context;
    private readonly ControlLoop loop;
    private readonly ServiceRouter? router;
    private readonly ResourceCatalog catalog = new();
    private readonly AdmissionChain admission = new();
    private readonly IReadOnlyList<IClusterAddOn> addOns;
    private CertificateAuthority? ownAuthority;
    private string? ownDirectory;
    private KubernetesApiServer? server;

    private PracticeCluster(PracticeClusterOptions options)
    {
        Options = options;
        Clock = new PracticeClock();
        Clock.GoBack(options.Estate.Age);
        Store = new ObjectStore(Clock);
        Logs = new PodLogBook(Clock);
        addOns = options.Estate.AddOns();
        foreach (var kind in addOns.SelectMany(one => one.Kinds)) catalog.Add(kind);
        context = new ControllerContext(Store, Clock, options.Tempo, options.Seed, new PodAdmission(Store, admission), catalog);
        ObjectWriter writer = new(Store, admission, Clock, catalog);
        Operator = new Operator(Store, writer, catalog);
        NodeAgent nodes = new(context, Images, Logs);
        List<Controller> controllers = [.. ControllerSet.All(context), nodes];
        if (options.Traffic) controllers.Add(router = new ServiceRouter(context, nodes, Logs, Traffic, options.Seed));
        AddOnContext cluster = new(context, writer, admission, Images, Traffic);
        foreach (var one in addOns) controllers.AddRange(one.Install(cluster));
        loop = new ControlLoop(context, controllers);
    }

    public PracticeClusterOptions Options { get; }

    public ObjectStore Store { get; }

    /// <summary>The kinds that are served, and under which versions.</summary>
    public ResourceCatalog Catalog => catalog;

    public PracticeClock Clock { get; }

    public ImageCatalogue Images { get; } = new();

    public PodLogBook Logs { get; }

    /// <summary>The requests its pods have served.</summary>
    public TrafficLedger Traffic { get; } = new();

    /// <summary>Applies manifests, ships images, scales.</summary>
    public Operator Operator { get; }

    /// <summary>The API server. Throws <see cref="InvalidOperationException"/> when it was not asked for.</summary>
    public KubernetesApiServer Server => server ?? throw new InvalidOperationException("This practice cluster has no API server.");

    /// <summary>The path of the kubeconfig.</summary>
    public string Kubeconfig { get; private set; } = "";

    public Uri Url => Server.Url;

    /// <summary>What runs in it besides Kubernetes.</summary>
    public IReadOnlyList<IClusterAddOn> AddOns => addOns;

    /// <summary>The estate's add-on of this type. Throws <see cref="InvalidOperationException"/> when it has none.</summary>
    public T AddOn<T>() where T : IClusterAddOn => addOns.OfType<T>().FirstOrDefault()
        ?? throw new InvalidOperationException($"The estate '{Options.Estate.Name}' runs no {typeof(T).Name}.");

    /// <summary>The address of every Service that listens; keys are <c>namespace/name</c>.</summary>
    public IReadOnlyDictionary<string, Uri> Services => router?.Urls ?? new Dictionary<string, Uri>();

    /// <summary>What went wrong inside the cluster itself; empty unless it has a bug.</summary>
    public IReadOnlyCollection<ControllerFault> Faults => context.Faults;

    public static async Task<PracticeCluster> StartAsync(PracticeClusterOptions options, CancellationToken cancellation)
    {
        PracticeCluster cluster = new(options);
        try
        {
            await cluster.BeginAsync(cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until nothing is left to do for the moment.</summary>
    public Task SettleAsync(CancellationToken cancellation) => loop.SettleAsync(cancellation);

    /// <summary>Waits until it is so; looks again after every change. Throws <see cref="TimeoutException"/>.</summary>
    public async Task WaitUntilAsync(Func<bool> so, TimeSpan timeout, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        await using var changes = Store.Watch(null, Store.Version, limit.Token).GetAsyncEnumerator(limit.Token);
        while (!so())
        {
            if (await changes.MoveNextAsync()) continue;
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException($"It was not so within {timeout.TotalSeconds:0.#} s.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in addOns) await one.DisposeAsync();
        if (server is not null) await server.DisposeAsync();
        await loop.DisposeAsync();
        if (router is not null) await router.DisposeAsync();
        context.Dispose();
        ownAuthority?.Dispose();
        if (ownDirectory is not null) Directory.Delete(ownDirectory, recursive: true);
    }

    private async Task BeginAsync(CancellationToken cancellation)
    {
        var estate = Options.Estate;
        await OpenAsync(cancellation);
        estate.Furnish(Images);
        foreach (var ns in (string[])["default", "kube-system"]) Operator.Apply($"{{ kind: Namespace, metadata: {{ name: {ns} }} }}");
        for (var i = 1; i <= estate.Nodes; i++) Store.Create(Resources.Nodes, PracticeNodes.Node(i, estate.Name));
        estate.Seed(Store);
        loop.Start(catalog.Types);
        await estate.LiveAsync(new EstatePast(loop, Clock, Operator, Store, catalog, Kubeconfig), cancellation);
        Clock.JoinPresent();
        await loop.SettleAsync(cancellation);
        if (router is not null) await router.ListeningAsync(cancellation);
    }

    /// <summary>The API server comes first, with today's certificates: the past is written by its rules too.</summary>
    private async Task OpenAsync(CancellationToken cancellation)
    {
        if (Options.Api)
        {
            server = await KubernetesApiServer.StartAsync(Store, new KubernetesApiOptions
            {
                Port = Options.Port,
                ClusterName = Options.Estate.Name,
                DefaultNamespace = Options.Estate.Namespace,
                PodLogs = Logs,
                Catalog = catalog,
                Faults = Options.Faults,
                Admission = admission,
            }, cancellation);
            var directory = Options.Directory ?? (ownDirectory = Directory.CreateTempSubdirectory("rollback-practice-").FullName);
            Kubeconfig = Path.Combine(directory, "kubeconfig");
            server.WriteKubeconfig(Kubeconfig);
        }

        if (addOns.Count == 0) return;
        var authority = server?.Authority ?? (ownAuthority = new CertificateAuthority("practice-ca", TimeProvider.System));
        foreach (var one in addOns) await one.ListenAsync(authority, cancellation);
    }
}
