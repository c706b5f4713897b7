using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Practice.Helm.Records;

namespace RollbackTools.Practice.Helm.Actions;

/// <summary>What one command works with, and the steps all commands have.</summary>
internal sealed class HelmAction
{
    private static readonly TimeSpan ForKinds = TimeSpan.FromSeconds(60);

    private readonly ObjectBuilder builder;
    private readonly ReleaseObjectWriter writer;
    private readonly HookRunner hooks;
    private readonly IHelmPatience patience;

    public HelmAction(HelmSession session, HelmOptions options, bool serverSide, bool handOver)
    {
        Options = options;
        patience = session.Patience;
        Releases = new ReleaseStore(session.Cluster, session.Namespace, options.Driver, session.Time);
        builder = new ObjectBuilder(session.Cluster, session.Namespace, Version);
        writer = new ReleaseObjectWriter(session.Cluster, serverSide, options.ForceConflicts, handOver);
        hooks = new HookRunner(Releases, builder, writer, options, patience, session.Time);
        Objects = new ReleaseObjects(writer, Version);
        ApplyMethod = Version == HelmVersion.Helm3 ? null : serverSide ? "ssa" : "csa";
    }

    public HelmOptions Options { get; }

    public HelmVersion Version => Options.Version;

    public ReleaseStore Releases { get; }

    public ReleaseObjects Objects { get; }

    /// <summary>As the record says it; Helm 3 says nothing.</summary>
    public string? ApplyMethod { get; }

    public void DieAt(HelmMoment moment)
    {
        if (Options.KilledAt == moment) throw new HelmKilledException(moment);
    }

    public async Task<IReadOnlyList<ReleaseObject>> BuildAsync(string what, string manifest, CancellationToken cancellation)
    {
        try
        {
            return await builder.BuildAsync(manifest, cancellation);
        }
        catch (HelmException unknown)
        {
            throw new HelmException($"unable to build kubernetes objects from {what}: {unknown.Message}");
        }
    }

    public async Task RunHooksAsync(HelmRelease release, string hookEvent, string prefix, CancellationToken cancellation)
    {
        try
        {
            await hooks.RunAsync(release, hookEvent, cancellation);
        }
        catch (HelmException failure)
        {
            throw new HelmException(prefix + failure.Message);
        }
    }

    public async Task UpdateAsync(IReadOnlyList<ReleaseObject> original, IReadOnlyList<ReleaseObject> target, CancellationToken cancellation)
    {
        var half = Options.KilledAt == HelmMoment.HalfApplied;
        await Objects.UpdateAsync(original, target, half ? target.Count / 2 : target.Count, cancellation);
        if (half) throw new HelmKilledException(HelmMoment.HalfApplied);
    }

    /// <summary>All objects are written; waits for them if it was asked to.</summary>
    public async Task WaitAsync(IReadOnlyList<ReleaseObject> target, CancellationToken cancellation)
    {
        DieAt(HelmMoment.Applied);
        if (!Options.Wait) return;
        foreach (var item in target)
        {
            if (await BecomesReadyAsync(item, Options.Timeout, cancellation)) continue;
            throw new HelmException(Version == HelmVersion.Helm3
                ? "context deadline exceeded"
                : $"resource {item.Kind}/{item.Namespace}/{item.Name} not ready. status: InProgress\ncontext deadline exceeded");
        }
    }

    /// <summary>Kinds that exist are left as they are; new ones are waited for, for the templates may use them.</summary>
    public async Task CreateCrdsAsync(ChartFile crd, CancellationToken cancellation)
    {
        foreach (var item in await builder.BuildAsync(crd.Text, cancellation))
        {
            if (await writer.FindAsync(item, cancellation) is not null) continue;
            await writer.CreateAsync(item, cancellation);
            await BecomesReadyAsync(item, ForKinds, cancellation);
        }

        builder.Forget();
    }

    private Task<bool> BecomesReadyAsync(ReleaseObject item, TimeSpan atMost, CancellationToken cancellation) => patience.UntilAsync(
        async token => await writer.FindAsync(item, token) is { } live && Readiness.Ready(live), atMost, cancellation);
}
