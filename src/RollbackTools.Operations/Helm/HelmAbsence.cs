using System.Text.Json;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Helm;

/// <summary>Why there is no record of a release: Argo CD renders the chart and keeps none, another driver has it, or it was never here.</summary>
internal sealed class HelmAbsence(IEstate estate)
{
    private const string NameAnnotation = "meta.helm.sh/release-name";

    public async Task<RollbackException> ExplainAsync(string ns, string name, HelmInventory inventory, CancellationToken cancellation)
    {
        var none = $"There is no Helm release {name} in {ns}";
        if (await FindApplicationAsync(ns, name, cancellation) is { } application)
        {
            return Missing($"{none}: Argo CD application '{application.Metadata.Name}' renders that chart, and under Argo CD Helm keeps no releases.", name,
                $"Get-ArgoHistory {application.Metadata.Namespace}/{application.Metadata.Name}; Invoke-ArgoRollback {application.Metadata.Namespace}/{application.Metadata.Name}");
        }

        if (await FindOwnedAsync(ns, name, cancellation) is { } owned)
        {
            return Missing(
                $"{none}, and yet {owned} says it belongs to it. Its records were deleted, or are kept where this cannot look (HELM_DRIVER=sql or memory).", name,
                $"$env:HELM_DRIVER = 'sql'; helm history {name} -n {ns}; without records: Invoke-ImageRollback {owned} -Namespace {ns}");
        }

        return inventory.Unseen.Count > 0
            ? Missing($"{none} as far as can be seen: {inventory.Unseen[0].Refusal.Message}", name, inventory.Unseen[0].Refusal.Recommendation ?? $"kubectl auth can-i list secrets -n {ns}")
            : Missing($"{none}.", name, $"Get-HelmRelease -Namespace {ns}; Get-HelmRelease -AllNamespaces");
    }

    /// <summary>The applications that render charts into a namespace, with the release name each gives its chart.</summary>
    public async Task<IReadOnlyList<(ArgoApplication Application, string Release)>> FindApplicationsAsync(string? ns, CancellationToken cancellation)
    {
        try
        {
            var all = await estate.ArgoCd.ListAsync(null, cancellation);
            return [.. all.Where(one => ns is null || one.Destination.Namespace == ns).SelectMany(one => one.Sources.Where(source => IsChart(one, source)).Select(source => (one, ReleaseName(one, source))))];
        }
        catch (EstateException silence) when (silence.Kind is EstateErrorKind.NotFound or EstateErrorKind.Forbidden or EstateErrorKind.Configuration)
        {
            return [];
        }
    }

    private async Task<ArgoApplication?> FindApplicationAsync(string ns, string name, CancellationToken cancellation)
    {
        var charts = await FindApplicationsAsync(ns, cancellation);
        return charts.FirstOrDefault(chart => chart.Release == name).Application ?? charts.FirstOrDefault(chart => chart.Application.Metadata.Name == name).Application;
    }

    private async Task<string?> FindOwnedAsync(string ns, string name, CancellationToken cancellation)
    {
        ListFilter helms = new() { LabelSelector = "app.kubernetes.io/managed-by=Helm" };
        foreach (var resource in (Resource<Workload>[])[Resources.Deployments, Resources.StatefulSets, Resources.DaemonSets])
        {
            try
            {
                var list = await estate.Cluster.ListAsync(resource, ns, helms, cancellation);
                if (list.Items.FirstOrDefault(item => item.Metadata.Annotations.GetValueOrDefault(NameAnnotation) == name) is { } found)
                    return $"{resource.Kind.ToLowerInvariant()}/{found.Metadata.Name}";
            }
            catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.NotFound or EstateErrorKind.Forbidden)
            {
                // Then the objects cannot tell.
            }
        }

        return null;
    }

    // A chart of a repository, or Helm's own settings, say it themselves; of a path in Git, Argo CD says how it reads it.
    private static bool IsChart(ArgoApplication application, JsonElement source) =>
        source.Text("chart") is not null || source.At("helm") is not null || application.Json.Text("status", "sourceType") == "Helm";

    private static string ReleaseName(ArgoApplication application, JsonElement source) => source.Text("helm", "releaseName") ?? application.Metadata.Name;

    private static RollbackException Missing(string message, string name, string next) =>
        new("HelmReleaseNotFound", message) { Target = $"release/{name}", NextStep = next };
}
