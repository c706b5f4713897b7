using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Estate.Manifests;
using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>Reads releases out of the records. A few records are in memory at a time, however long the history is.</summary>
internal sealed class HelmReleaseReader(IEstate estate)
{
    private const int AtOnce = 4;
    private const int MostWorkloads = 50;

    private readonly ManifestParser parser = new(estate.Manifests);

    /// <summary>The release with all its revisions. Throws HelmReleaseNotFound, which says who else may have what is looked for.</summary>
    public async Task<HelmReleaseContent> ReadAsync(string? ns, string name, CancellationToken cancellation)
    {
        var headers = await FindAsync(ns, name, cancellation);
        List<HelmRevisionContent> revisions = [];
        foreach (var few in headers.Chunk(AtOnce))
            foreach (var read in await Task.WhenAll(few.Select(header => TryReadAsync(header, cancellation)))) revisions.Add(Content(read));
        HelmReleaseContent release = new(headers[0].Name.Namespace, name, revisions);
        return release with { StillRunning = await new RunningRevision(estate.Cluster).FindAsync(release, cancellation) };
    }

    /// <summary>The newest revision of each release, without what came before it.</summary>
    public async IAsyncEnumerable<(HelmReleaseContent Release, IReadOnlyList<HelmRecordHeader> All)> ReadNewestAsync(
        IReadOnlyList<HelmRecordHeader> headers, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var releases = headers.GroupBy(header => (header.Name.Namespace, header.Name.Release, header.Name.Driver)).Select(group => group.ToList()).ToList();
        foreach (var few in releases.Chunk(AtOnce))
        {
            var read = await Task.WhenAll(few.Select(all => TryReadAsync(all[0], cancellation)));
            for (var i = 0; i < few.Length; i++)
                yield return (new HelmReleaseContent(few[i][0].Name.Namespace, few[i][0].Name.Release, [Content(read[i])]), few[i]);
        }
    }

    /// <summary>The records of one release, newest first; at least one.</summary>
    public async Task<IReadOnlyList<HelmRecordHeader>> FindAsync(string? ns, string name, CancellationToken cancellation)
    {
        var where = ns ?? estate.Cluster.Info.DefaultNamespace;
        var inventory = await estate.Helm.ListAsync(where, name, cancellation);
        if (inventory.Records.Count == 0) throw await new HelmAbsence(estate).ExplainAsync(where, name, inventory, cancellation);
        var drivers = inventory.Records.GroupBy(record => record.Name.Driver).ToList();
        if (drivers.Count == 1) return inventory.Records;
        // Somebody changed HELM_DRIVER on the way. The newest record says where the release lives on.
        var newest = drivers.MaxBy(group => group.Max(record => (record.CreatedAt ?? default, record.Name.Revision)))!;
        return [.. newest];
    }

    /// <summary>The workloads of these revisions that are live. They are evidence, so not being allowed to look is no failure.</summary>
    public async Task<IReadOnlyList<WorkloadSnapshot>> ReadWorkloadsAsync(HelmReleaseContent release, CancellationToken cancellation)
    {
        var references = release.Revisions.SelectMany(revision => revision.Objects)
            .Where(one => HelmTemplates.IsWorkload(one.Id))
            .Select(one => new WorkloadReference
            {
                Kind = Enum.Parse<WorkloadKind>(one.Id.Kind),
                Namespace = one.Id.Namespace.Length > 0 ? one.Id.Namespace : release.Namespace,
                Name = one.Id.Name,
            })
            .Where(reference => KubernetesName.IsLabel(reference.Namespace!) && KubernetesName.IsSubdomain(reference.Name))
            .Distinct().Take(MostWorkloads).ToList();
        if (references.Count == 0) return [];
        try
        {
            var answers = await new WorkloadReader(estate.Cluster).ReadAsync(references, cancellation);
            return [.. answers.Select(answer => answer.Snapshot).OfType<WorkloadSnapshot>()];
        }
        catch (Exception refusal) when (refusal is RollbackException or EstateException { Kind: EstateErrorKind.Forbidden or EstateErrorKind.NotFound })
        {
            return [];
        }
    }

    private HelmRevisionContent Content((HelmRecordHeader Header, HelmRecord? Record, RollbackException? Trouble) read) => read.Record is { } record
        ? HelmRevisionContent.Of(record, parser)
        : new HelmRevisionContent(read.Header) { Trouble = read.Trouble };

    private async Task<(HelmRecordHeader Header, HelmRecord? Record, RollbackException? Trouble)> TryReadAsync(HelmRecordHeader header, CancellationToken cancellation)
    {
        try
        {
            return (header, await estate.Helm.ReadAsync(header.Name, cancellation), null);
        }
        catch (RollbackException trouble)
        {
            return (header, null, trouble);
        }
        catch (EstateException gone) when (gone.Kind == EstateErrorKind.NotFound)
        {
            // Pruned between the list and now, as Helm does when a revision is added.
            return (header, null, new RollbackException("RevisionGone", $"The record of {header.Name} was deleted meanwhile.", gone) { Target = header.Name.Object });
        }
    }
}
