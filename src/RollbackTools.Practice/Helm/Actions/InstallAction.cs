using System.Text.Json.Nodes;
using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Practice.Helm.Records;

namespace RollbackTools.Practice.Helm.Actions;

/// <summary><c>helm install</c> (<c>pkg/action/install.go</c>).</summary>
internal static class InstallAction
{
    public static async Task<int> RunAsync(
        HelmSession session, HelmOptions options, string name, HelmChart chart, JsonObject config, CancellationToken cancellation)
    {
        HelmAction action = new(session, options, options.ServerSide ?? options.Version == HelmVersion.Helm4, handOver: true);
        if ((await action.Releases.HistoryAsync(name, cancellation)).Count > 0) throw new HelmException("cannot reuse a name that is still in use");
        foreach (var crd in chart.Crds) await action.CreateCrdsAsync(crd, cancellation);

        var release = Draft(action, session, name, chart, config);
        var target = await action.BuildAsync("release manifest", release.Manifest, cancellation);
        ReleaseObjects.Mark(target, name, session.Namespace);
        var adopted = await action.Objects.AdoptableAsync(target, name, session.Namespace, "install", cancellation);
        await action.Releases.CreateAsync(release, options.HistoryMax, cancellation);
        action.DieAt(HelmMoment.Recorded);
        try
        {
            await action.RunHooksAsync(release, "pre-install", "failed pre-install: ", cancellation);
            action.DieAt(HelmMoment.HooksRan);
            if (adopted.Count == 0 && options.KilledAt != HelmMoment.HalfApplied) await action.Objects.CreateAsync(target, cancellation);
            else await action.UpdateAsync(adopted, target, cancellation);
            await action.WaitAsync(target, cancellation);
            await action.RunHooksAsync(release, "post-install", "failed post-install: ", cancellation);
        }
        catch (HelmException failure) when (failure is not HelmKilledException)
        {
            release.Set("failed", $"Release \"{name}\" failed: {failure.Message}");
            await action.Releases.UpdateAsync(release, cancellation);
            throw;
        }

        release.Set("deployed", options.Description ?? "Install complete");
        await action.Releases.UpdateAsync(release, cancellation);
        return release.Revision;
    }

    private static HelmRelease Draft(HelmAction action, HelmSession session, string name, HelmChart chart, JsonObject config)
    {
        var rendered = RenderedChart.Of(chart, config, name, session.Namespace, 1, action.Version);
        var now = session.Time.GetUtcNow();
        var info = ReleaseFields.Info(GoTime.Text(now), now, "Initial install underway", "pending-install", rendered.Notes, action.Version);
        var body = ReleaseFields.Release(name, session.Namespace, 1, chart, config, rendered, info, action.ApplyMethod, action.Version);
        return new HelmRelease(body, new Dictionary<string, string>(action.Options.Labels));
    }
}
