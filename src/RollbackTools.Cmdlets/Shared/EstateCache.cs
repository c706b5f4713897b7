using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>
/// The estates a session has open. The second command reuses the first one's connections, which is most of what makes it
/// quick; a kubeconfig that changed on disk is opened anew. One per runspace, never per process.
/// </summary>
internal sealed class EstateCache
{
    private static readonly ConditionalWeakTable<object, EstateCache> Sessions = [];

    private readonly ConcurrentDictionary<Key, OpenEstate> open = new();
    private readonly object gate = new();

    public static EstateCache Of(object session) => Sessions.GetValue(session, _ => new EstateCache());

    /// <summary>Closes what a session has open; estates still in use close when their last user is done.</summary>
    public static void Close(object session)
    {
        if (!Sessions.TryGetValue(session, out var cache)) return;
        foreach (var key in cache.open.Keys) cache.Forget(key);
    }

    /// <summary>An estate to use and then dispose the lease of. Throws what <see cref="IEstateProvider.Open"/> throws.</summary>
    public EstateLease Take(IEstateProvider provider, EstateOptions options)
    {
        var key = Key.Of(provider, options);
        lock (gate)
        {
            // The same options with an older file behind them: nobody will ask for it again.
            foreach (var old in open.Keys.Where(other => other != key && other with { Stamp = key.Stamp } == key).ToList()) Forget(old);
            var estate = open.GetOrAdd(key, _ => OpenEstate.With(provider, options));
            estate.Enter();
            return new EstateLease(estate, () => Forget(key));
        }
    }

    /// <summary>
    /// The estate of that name if this session has it open, so that a piped result finds its way back. One whose kubeconfig
    /// changed or went away since is not that estate any more, and acting as somebody else was said for one command only.
    /// Throws <see cref="RollbackException"/> EstateAmbiguous when the name stands for more than one server: the wrong one may
    /// have a workload of that name, too.
    /// </summary>
    public EstateLease? TakeNamed(string name)
    {
        lock (gate)
        {
            foreach (var stale in open.Keys.Where(key => !key.IsFresh()).ToList()) Forget(stale);
            var named = open.Where(pair => pair.Value.Estate.Name == name && pair.Key.As.Length == 0).ToList();
            if (named.Count == 0) return null;
            // One environment, opened over its cluster and over Argo CD's API alone, is one estate; in the cluster more can be done.
            if (named.Exists(pair => !pair.Key.WithoutCluster)) named.RemoveAll(pair => pair.Key.WithoutCluster && pair.Key.Name == name);
            var servers = named.Select(pair => ServerOf(pair.Value.Estate)).Distinct().Order(StringComparer.Ordinal).ToList();
            if (servers.Count > 1)
            {
                throw new RollbackException("EstateAmbiguous", $"This session knows {servers.Count} estates by the name {name}: {string.Join(", ", servers)}.")
                {
                    Target = name,
                    NextStep = "Say which one is meant with -Context and -Kubeconfig, or -Environment.",
                };
            }

            var (chosen, estate) = named[0];
            estate.Enter();
            return new EstateLease(estate, () => Forget(chosen));
        }
    }

    private static string ServerOf(IEstate estate) => estate.Connection.WithoutCluster ? estate.ArgoCd.Server : estate.Cluster.Info.Server;

    private void Forget(Key key)
    {
        lock (gate)
        {
            if (open.TryRemove(key, out var estate)) estate.Leave();
        }
    }

    private sealed record Key(
        IEstateProvider Provider, string? Kubeconfig, string? Context, string? Namespace, string? Name, TimeSpan Timeout, string As, string Stamp,
        ArgoCdOptions? ArgoCd, bool WithoutCluster)
    {
        public static Key Of(IEstateProvider provider, EstateOptions options) => new(
            provider,
            options.Kubeconfig,
            options.Context,
            options.Namespace,
            options.EstateName,
            options.RequestTimeout,
            options.ImpersonateUser is null && options.ImpersonateGroups.Count == 0
                ? "" : string.Join('\n', options.ImpersonateGroups.Prepend(options.ImpersonateUser ?? "")),
            options.WithoutCluster ? "" : StampOf(options.Kubeconfig),
            options.ArgoCd,
            options.WithoutCluster);

        /// <summary>The files it was read from are there still, as they were; whether the session means them now is another question.</summary>
        public bool IsFresh() => Stamp.Split(Path.PathSeparator).All(stamp => stamp.Length == 0 || StampOne(stamp[..stamp.LastIndexOf('@')]) == stamp);

        /// <summary>The kubeconfig files that count, with when each was last written.</summary>
        private static string StampOf(string? kubeconfig)
        {
            var paths = kubeconfig ?? Environment.GetEnvironmentVariable("KUBECONFIG");
            if (string.IsNullOrEmpty(paths))
                paths = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");
            return string.Join(
                Path.PathSeparator,
                paths.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(StampOne));
        }

        private static string StampOne(string path) => $"{path}@{File.GetLastWriteTimeUtc(path).Ticks}";
    }
}

/// <summary>One open estate, closed when the cache has let go of it and nobody uses it.</summary>
internal sealed class OpenEstate
{
    private int users = 1; // The cache itself.

    private OpenEstate(IEstate estate, EstateOptions options, IReadOnlyList<string> warnings) => (Estate, Options, Warnings) = (estate, options, warnings);

    public IEstate Estate { get; }

    /// <summary>As they were given, nothing filled in.</summary>
    public EstateOptions Options { get; }

    /// <summary>Said again at every use: an unverified certificate is no safer the second time.</summary>
    public IReadOnlyList<string> Warnings { get; }

    public static OpenEstate With(IEstateProvider provider, EstateOptions options)
    {
        List<string> warnings = [];
        return new OpenEstate(provider.Open(options, warnings.Add), options, warnings);
    }

    public void Enter() => Interlocked.Increment(ref users);

    public void Leave()
    {
        if (Interlocked.Decrement(ref users) == 0) _ = Estate.DisposeAsync().AsTask();
    }
}

/// <summary>The right to use an open estate until disposed.</summary>
internal sealed class EstateLease(OpenEstate open, Action forget) : IDisposable
{
    private int disposed;

    public IEstate Estate => open.Estate;

    public EstateOptions Options => open.Options;

    public IReadOnlyList<string> Warnings => open.Warnings;

    /// <summary>The next command opens it anew: its credentials or its connection are no good.</summary>
    public void Forget() => forget();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0) open.Leave();
    }
}
