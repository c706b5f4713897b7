using System.Text.Json.Nodes;
using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Practice.Helm.Records;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Helm.Actions;

/// <summary><c>helm upgrade</c> (<c>pkg/action/upgrade.go</c>).</summary>
internal static class UpgradeAction
{
    public static async Task<int> RunAsync(
        HelmSession session, HelmOptions options, string name, HelmChart chart, JsonObject? config, CancellationToken cancellation)
    {
        ReleaseStore records = new(session.Cluster, session.Namespace, options.Driver, session.Time);
        var history = await records.HistoryAsync(name, cancellation);
        var (last, current) = Before(name, history);
        HelmAction action = new(session, options, options.ServerSide ?? last.ApplyMethod == "ssa", handOver: current.ApplyMethod != "ssa");
        var release = Draft(action, session, last, current, chart, config ?? current.Body.Object("config")?.DeepClone().AsObject() ?? []);

        var original = await action.BuildAsync("current release manifest", current.Manifest, cancellation);
        var target = await action.BuildAsync("new release manifest", release.Manifest, cancellation);
        ReleaseObjects.Mark(target, name, session.Namespace);
        var fresh = target.Where(item => !original.Any(item.Same));
        var adopted = await action.Objects.AdoptableAsync(fresh, name, session.Namespace, "update", cancellation);
        await action.Releases.CreateAsync(release, options.HistoryMax, cancellation);
        action.DieAt(HelmMoment.Recorded);
        try
        {
            await action.RunHooksAsync(release, "pre-upgrade", "pre-upgrade hooks failed: ", cancellation);
            action.DieAt(HelmMoment.HooksRan);
            await action.UpdateAsync([.. original, .. adopted], target, cancellation);
            await action.WaitAsync(target, cancellation);
            await action.RunHooksAsync(release, "post-upgrade", "post-upgrade hooks failed: ", cancellation);
        }
        catch (HelmException failure) when (failure is not HelmKilledException)
        {
            release.Set("failed", $"Upgrade \"{name}\" failed: {failure.Message}");
            await action.Releases.UpdateAsync(release, cancellation);
            throw;
        }

        current.Set("superseded");
        await action.Releases.UpdateAsync(current, cancellation);
        release.Set("deployed", options.Description ?? "Upgrade complete");
        await action.Releases.UpdateAsync(release, cancellation);
        return release.Revision;
    }

    /// <summary>The newest record, and the one whose objects are there: the newest deployed one, or the newest at all.</summary>
    private static (HelmRelease Last, HelmRelease Current) Before(string name, IReadOnlyList<HelmRelease> history)
    {
        HelmException none = new($"\"{name}\" has no deployed releases");
        var last = history.Count > 0 ? history[^1] : throw none;
        if (last.Pending) throw new HelmException("another operation (install/upgrade/rollback) is in progress");
        if (history.LastOrDefault(release => release.Status == "deployed") is { } deployed) return (last, deployed);
        return last.Status is "failed" or "superseded" ? (last, last) : throw none;
    }

    private static HelmRelease Draft(
        HelmAction action, HelmSession session, HelmRelease last, HelmRelease current, HelmChart chart, JsonObject config)
    {
        var revision = last.Revision + 1;
        var rendered = RenderedChart.Of(chart, config, last.Name, session.Namespace, revision, action.Version);
        var info = ReleaseFields.Info(
            current.Info.Text("first_deployed") ?? "", session.Time.GetUtcNow(), "Preparing upgrade", "pending-upgrade", rendered.Notes, action.Version);

        // The labels of the last record are carried on, those of the storage among them.
        Dictionary<string, string> labels = new(last.Labels);
        foreach (var (key, value) in action.Options.Labels) labels[key] = value;
        var body = ReleaseFields.Release(last.Name, session.Namespace, revision, chart, config, rendered, info, action.ApplyMethod, action.Version);
        return new HelmRelease(body, labels);
    }
}
