using System.Collections.Concurrent;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Estate.Manifests;
using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// What the steps of one way back have in common, read when the first of them asks: the two records, their objects, and what was planned. A
/// process that takes a run up again reads it anew.
/// </summary>
internal sealed class HelmWork(IEstate estate, HelmMove move)
{
    private readonly ConcurrentDictionary<int, HelmRecord> records = new();
    private readonly ManifestParser parser = new(estate.Manifests);
    private IReadOnlyList<PlannedObject>? planned;

    public HelmMove Move => move;

    /// <summary>Objects as they were written, once they were.</summary>
    public ConcurrentDictionary<ObjectAddress, Estate.Kubernetes.CustomResource> Written { get; } = new();

    public Task<HelmRecord> FromAsync(CancellationToken cancellation) => RecordAsync(move.From, cancellation);

    public Task<HelmRecord> TargetAsync(CancellationToken cancellation) => RecordAsync(move.To, cancellation);

    public async Task<ObjectWriter> WriterAsync(CancellationToken cancellation)
    {
        var target = await TargetAsync(cancellation);
        return new ObjectWriter(estate.Cluster, new ApplyMethod(HelmOwnership.Manager, target.ServerSide)
        {
            ForceConflicts = move.ForceConflicts,
            OtherOwner = live => HelmOwnership.OtherOwner(live.Metadata, move.Release, move.Namespace) is { } owner ? $"Helm release {owner}" : null,
        });
    }

    /// <summary>What is to become of each object, tried without effect; the same answer each time.</summary>
    public async Task<IReadOnlyList<PlannedObject>> ChangesAsync(CancellationToken cancellation)
    {
        if (planned is not null) return planned;
        var (from, to) = (await FromAsync(cancellation), await TargetAsync(cancellation));
        var before = ObjectsOf(from);
        if (move.Deployed is { } deployed && deployed != move.To)
        {
            var known = before.Select(item => item.Id.Key).ToHashSet();
            before = [.. before, .. ObjectsOf(await RecordAsync(deployed, cancellation)).Where(item => !known.Contains(item.Id.Key))];
        }

        var compared = await new ReleaseObjects(estate.Cluster, move).CompareAsync(before, ObjectsOf(to), cancellation);
        return planned = await new ObjectTrial(await WriterAsync(cancellation)).RunAsync(compared, cancellation);
    }

    /// <summary>Throws <see cref="RollbackException"/> (HelmManifestUnreadable) naming the template.</summary>
    public IReadOnlyList<ManifestObject> ObjectsOf(HelmRecord record) => Read(() => parser.Read(record.Manifest), record);

    public ManifestObject ObjectOf(HelmHook hook, HelmRecord record) => Read(() => parser.Read(hook.Manifest), record) is [var only]
        ? only
        : throw new RollbackException("HelmManifestUnreadable", $"Hook {hook.Path} of {record.Name} is not one object.") { Target = move.Release };

    public async Task<HelmRecord> RecordAsync(int revision, CancellationToken cancellation) =>
        records.TryGetValue(revision, out var known) ? known : records[revision] = await estate.Helm.ReadAsync(move.Name(revision), cancellation);

    private T Read<T>(Func<T> read, HelmRecord record)
    {
        try
        {
            lock (parser) return read();
        }
        catch (FormatException unreadable)
        {
            throw new RollbackException("HelmManifestUnreadable", $"The manifest of {record.Name} cannot be read: {unreadable.Message}.", unreadable)
            {
                Target = move.Release,
                NextStep = $"helm get manifest {move.Release} --revision {record.Revision} -n {move.Namespace}",
            };
        }
    }
}
