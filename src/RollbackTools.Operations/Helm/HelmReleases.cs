using System.Runtime.CompilerServices;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>Reports releases. Only reads.</summary>
public sealed class HelmReleases(IEstate estate, TimeProvider time, IOperationReporter reporter)
{
    private readonly HelmReleaseReader reader = new(estate);

    /// <summary>One release, with its known-good revision. Throws HelmReleaseNotFound.</summary>
    public async Task<HelmRelease> ReadAsync(string? ns, string name, CancellationToken cancellation)
    {
        var release = await reader.ReadAsync(ns, name, cancellation);
        var judged = HelmKnownGood.Report(release, await reader.ReadWorkloadsAsync(release, cancellation), estate.Name, time.GetUtcNow());
        return Report(release, [.. release.Revisions.Select(revision => revision.Header)]) with
        {
            KnownGoodRevision = judged.FirstOrDefault(revision => revision.IsDefaultTarget)?.Revision,
        };
    }

    /// <summary>Every release of a namespace, or of all, by name. Warns where there is none but Argo CD renders charts.</summary>
    public async IAsyncEnumerable<HelmRelease> ReadAllAsync(string? ns, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var inventory = await estate.Helm.ListAsync(ns, null, cancellation);
        foreach (var unseen in inventory.Unseen)
            reporter.Warning($"Releases that are kept in {unseen.Driver}s are not listed: {unseen.Refusal.Message}");
        await foreach (var (release, all) in reader.ReadNewestAsync(inventory.Records, cancellation)) yield return Report(release, all);
        if (inventory.Records.Count > 0) yield break;
        if (ns is not null) await MissingNamespace.MustNotBeAsync(estate.Cluster, ns, cancellation);
        var charts = await new HelmAbsence(estate).FindApplicationsAsync(ns, cancellation);
        if (charts.Count > 0)
        {
            reporter.Warning($"There is no Helm release {(ns is null ? "anywhere" : $"in {ns}")}, but Argo CD renders {charts.Count} {(charts.Count == 1 ? "chart" : "charts")} there "
                + $"({string.Join(", ", charts.Select(chart => chart.Application.Metadata.Name).Distinct().Take(5))}), and under Argo CD Helm keeps no releases. Invoke-ArgoRollback rolls them back. To see them: Get-ArgoApplication");
        }
    }

    private HelmRelease Report(HelmReleaseContent release, IReadOnlyList<HelmRecordHeader> all)
    {
        var last = release.Last;
        return new HelmRelease
        {
            Estate = estate.Name,
            Namespace = release.Namespace,
            Name = release.Name,
            Revision = last.Number,
            Status = last.Status,
            Chart = last.Chart?.ToString() ?? "",
            AppVersion = last.Chart?.AppVersion ?? "",
            Images = last.Images,
            UpdatedAt = last.Info?.LastDeployed ?? last.Header.ModifiedAt ?? last.Header.CreatedAt,
            Description = HelmWords.Line(last.Info?.Description ?? ""),
            DeployedRevision = all.FirstOrDefault(header => header.Status == HelmStatus.Deployed)?.Name.Revision,
            Stuck = release.IsPending,
            Problems = HelmProblems.Of(release, all, time.GetUtcNow()),
            Revisions = all.Count,
            Driver = release.Driver.ToString(),
            ApplyMethod = last.Info is null ? "" : last.ApplyMethod == "ssa" ? "server-side" : "client-side",
        };
    }
}
