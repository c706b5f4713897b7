using System.Text.Json;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.ImageUpdates;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo;

/// <summary>Reports applications: state, policy, owners, and what will fight a rollback. Only reads.</summary>
public sealed class ApplicationReader(IEstate estate, TimeProvider time)
{
    private readonly ApplicationOwners owners = new(estate.ArgoCd);
    private readonly ImageUpdaters updaters = new(estate);

    /// <summary>Throws ApplicationNotFound.</summary>
    public async Task<ApplicationReport> ReadAsync(ApplicationName name, ArgoRefresh refresh, CancellationToken cancellation) =>
        await ReportAsync(await ApplicationRules.FindAsync(estate.ArgoCd, name, refresh, cancellation), cancellation);

    /// <summary>Every application of a namespace, by name.</summary>
    public async IAsyncEnumerable<ApplicationReport> ReadAllAsync(string? ns, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var all = await estate.ArgoCd.ListAsync(ns, cancellation);
        foreach (var application in all.OrderBy(one => one.Metadata.Namespace, StringComparer.Ordinal).ThenBy(one => one.Metadata.Name, StringComparer.Ordinal))
            yield return await ReportAsync(application, cancellation);
    }

    private async Task<ApplicationReport> ReportAsync(ArgoApplication application, CancellationToken cancellation)
    {
        var deployed = Deployed.Of(application);
        var known = await owners.FindAsync(application, cancellation);
        var paused = PausedPolicy.Of(application);
        var differing = application.Resources.Where(item => item.Status == "OutOfSync").Select(item => item.Identity).ToList();
        IReadOnlyList<LeftAlone> stopped = differing.Count == 0 ? [] : (await SyncScope.ReadAsync(estate, application, null, cancellation)).Stopped;
        return new ApplicationReport
        {
            Estate = estate.Name,
            Namespace = application.Metadata.Namespace,
            Name = application.Metadata.Name,
            Project = application.Project,
            Sync = application.SyncStatus,
            Health = application.Health,
            Revision = deployed is null ? "" : string.Join(" + ", deployed.Version.Revisions),
            GitRevision = string.Join(" + ", application.ComparedRevisions),
            Policy = SyncPolicy.Describe(application.Automated),
            Automated = SyncPolicy.IsOn(application.Automated),
            Paused = paused is null ? "" : $"by {paused.By} at {paused.At:u}{(paused.Reason is null ? "" : $": {paused.Reason}")} (was {SyncPolicy.Describe(paused.Automated)})",
            Owners = [.. known.Select(owner => owner.ToString())],
            Interference = [.. await InterferenceAsync(application, known, cancellation)],
            Stopped = [.. stopped.Where(one => differing.Contains(one.Object)).Select(one => one.ToString())],
            Differences = [.. differing.Except(stopped.Select(one => one.Object)).Select(one => one.ToString())],
            Images = application.Images,
            Operation = application.IsOperating ? ApplicationRules.DescribeOperation(application) : "",
            Sources = [.. application.Sources.Select(Describe)],
            Destination = application.Destination.ToString(),
            DeployedAt = deployed?.Entry?.DeployedAt ?? deployed?.Since,
            Conditions = application.Conditions,
        };
    }

    private async Task<List<string>> InterferenceAsync(ArgoApplication application, IReadOnlyList<ApplicationOwner> known, CancellationToken cancellation)
    {
        List<string> fights = [];
        if (SyncPolicy.IsOn(application.Automated))
        {
            fights.Add(application.Automated!.Value.Flag("selfHeal") == true
                ? "automated sync with self-heal puts Git's version back within seconds (Invoke-ArgoRollback pauses it)"
                : "automated sync deploys Git's version again with the next commit (Invoke-ArgoRollback pauses it)");
        }

        foreach (var owner in known)
        {
            fights.Add(owner.IsSet
                ? $"ApplicationSet '{owner.Name}' generates it and puts its spec back (Invoke-ArgoRollback tells it to leave the sync policy alone)"
                : $"application '{owner.Name}' deploys it and puts its spec back when it syncs (Invoke-ArgoRollback pauses that first)");
        }

        if (await WindowAsync(application, cancellation) is { } window) fights.Add(window);
        fights.AddRange(await updaters.WarningsAsync(application, cancellation));
        if (application.IsOperating) fights.Add($"it is busy with {ApplicationRules.DescribeOperation(application)} (-Preempt ends that)");
        return fights;
    }

    private async Task<string?> WindowAsync(ArgoApplication application, CancellationToken cancellation)
    {
        try
        {
            var permission = await ApplicationPlans.JudgeAsync(estate.ArgoCd, application, time, cancellation);
            return permission.Unchecked is { } missing ? $"its sync windows could not be looked at: {missing}"
                : permission.Allowed ? null : $"sync windows of project {application.Project}: {permission.Reason}";
        }
        catch (EstateException refusal) when (refusal.Kind == EstateErrorKind.Forbidden)
        {
            return $"its sync windows could not be looked at: {refusal.Message}";
        }
    }

    private static string Describe(JsonElement source) => string.Join(' ', new[]
    {
        source.Text("repoURL") is { } url ? RepositoryName.Shown(url) : null, source.Text("path") ?? source.Text("chart"), $"@ {source.Text("targetRevision") ?? "HEAD"}",
    }.OfType<string>());
}
