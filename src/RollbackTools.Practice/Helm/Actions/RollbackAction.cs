using RollbackTools.Practice.Helm.Records;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Helm.Actions;

/// <summary>
/// <c>helm rollback</c> (<c>pkg/action/rollback.go</c>), with what is wrong with it: without a revision it goes one back, whatever that was;
/// a manifest that cannot be built or a hook that fails leaves the record pending; an apply that fails leaves nothing deployed.
/// </summary>
internal static class RollbackAction
{
    public static async Task<int> RunAsync(HelmSession session, HelmOptions options, string name, int? to, CancellationToken cancellation)
    {
        ReleaseStore records = new(session.Cluster, session.Namespace, options.Driver, session.Time);
        var history = await records.HistoryAsync(name, cancellation);
        var current = history.Count > 0 ? history[^1] : throw new HelmException("release: not found");
        var wanted = to ?? current.Revision - 1;
        var chosen = history.FirstOrDefault(release => release.Revision == wanted) ?? throw new HelmException($"release has no {wanted} version");

        HelmAction action = new(session, options, options.ServerSide ?? chosen.ApplyMethod == "ssa", handOver: true);
        var release = Draft(action, session, current, chosen);
        await records.CreateAsync(release, options.HistoryMax, cancellation);
        action.DieAt(HelmMoment.Recorded);
        var original = await action.BuildAsync("current release manifest", current.Manifest, cancellation);
        var target = await action.BuildAsync("new release manifest", release.Manifest, cancellation);
        await action.RunHooksAsync(release, "pre-rollback", "", cancellation);
        action.DieAt(HelmMoment.HooksRan);
        ReleaseObjects.Mark(target, name, session.Namespace);
        await FailingAsync($"Rollback \"{name}\" failed", "superseded", () => action.UpdateAsync(original, target, cancellation));
        await FailingAsync($"Release \"{name}\" failed", current.Status, () => action.WaitAsync(target, cancellation));
        await action.RunHooksAsync(release, "post-rollback", "", cancellation);
        foreach (var deployed in (await records.HistoryAsync(name, cancellation)).Where(one => one.Status == "deployed"))
        {
            deployed.Set("superseded");
            await records.UpdateAsync(deployed, cancellation);
        }

        release.Set("deployed");
        await records.UpdateAsync(release, cancellation);
        return release.Revision;

        async Task FailingAsync(string words, string currentBecomes, Func<Task> step)
        {
            try
            {
                await step();
            }
            catch (HelmException failure) when (failure is not HelmKilledException)
            {
                current.Set(currentBecomes);
                release.Set("failed", $"{words}: {failure.Message}");
                await records.UpdateAsync(current, cancellation);
                await records.UpdateAsync(release, cancellation);
                throw;
            }
        }
    }

    private static HelmRelease Draft(HelmAction action, HelmSession session, HelmRelease current, HelmRelease chosen)
    {
        var body = chosen.Body.DeepClone().AsObject();
        body["info"] = ReleaseFields.Info(
            current.Info.Text("first_deployed") ?? "", session.Time.GetUtcNow(), $"Rollback to {chosen.Revision}", "pending-rollback",
            chosen.Info.Text("notes") ?? "", action.Version);
        body["version"] = current.Revision + 1;
        if (action.ApplyMethod is { } method) body["apply_method"] = method;
        else body.Remove("apply_method");
        return new HelmRelease(body, chosen.Labels.Where(label => !ReleaseStore.IsSystemLabel(label.Key)).ToDictionary());
    }
}
