using System.Text.Json.Nodes;
using RollbackTools.Practice.Helm.Records;

namespace RollbackTools.Practice.Helm.Actions;

/// <summary>Runs a release's hooks: by weight and then name, each to its end before the next, recorded as they go.</summary>
internal sealed class HookRunner(ReleaseStore releases, ObjectBuilder builder, ReleaseObjectWriter writer, HelmOptions options, IHelmPatience patience, TimeProvider time)
{
    /// <summary>Throws <see cref="HelmException"/> with what became of the first that failed.</summary>
    public async Task RunAsync(HelmRelease release, string hookEvent, CancellationToken cancellation)
    {
        if (options.NoHooks) return;
        var hooks = release.Hooks.Where(hook => hook.RunsAt(hookEvent))
            .OrderBy(hook => hook.Weight).ThenBy(hook => hook.Name, StringComparer.Ordinal).ToList();
        for (var at = 0; at < hooks.Count; at++)
        {
            var hook = hooks[at];
            hook.SetDefaultPolicy();
            await DeleteAsync(hook, "before-hook-creation", cancellation);
            var objects = await builder.BuildAsync(hook.Manifest, cancellation);
            hook.Ran("Running", time.GetUtcNow(), null, options.Version);
            await releases.UpdateAsync(release, cancellation);
            try
            {
                foreach (var item in objects) await writer.CreateAsync(item, cancellation);
            }
            catch (HelmException refused)
            {
                hook.Ran("Failed", null, time.GetUtcNow(), options.Version);
                throw new HelmException($"warning: Hook {hookEvent} {hook.Path} failed: {refused.Message}");
            }

            var failure = await WaitAsync(objects, cancellation);
            hook.Ran(failure is null ? "Succeeded" : "Failed", null, time.GetUtcNow(), options.Version);
            if (failure is null) continue;
            await DeleteAsync(hook, "hook-failed", cancellation);
            foreach (var earlier in hooks.Take(at)) await DeleteAsync(earlier, "hook-succeeded", cancellation);
            throw new HelmException(failure);
        }

        foreach (var hook in Enumerable.Reverse(hooks)) await DeleteAsync(hook, "hook-succeeded", cancellation);
    }

    /// <summary>Null when all ended well.</summary>
    private async Task<string?> WaitAsync(IReadOnlyList<ReleaseObject> objects, CancellationToken cancellation)
    {
        foreach (var item in objects)
        {
            JsonObject? live = null;
            var ended = await patience.UntilAsync(async token =>
            {
                live = await writer.FindAsync(item, token);
                return live is not null && Readiness.Ended(live) is not null;
            }, options.Timeout, cancellation);
            if (ended && Readiness.Ended(live!) == true) continue;
            return options.Version == HelmVersion.Helm3
                ? $"1 error occurred:\n\t* {(ended ? $"job {item.Name} failed: {Readiness.Reason(live!)}" : "timed out waiting for the condition")}\n\n"
                : ended
                    ? $"resource {item.Kind}/{item.Namespace}/{item.Name} not ready. status: Failed, message: Job Failed"
                    : $"resource {item.Kind}/{item.Namespace}/{item.Name} not ready. status: InProgress, message: Job in progress\ncontext deadline exceeded";
        }

        return null;
    }

    private async Task DeleteAsync(ReleaseHook hook, string policy, CancellationToken cancellation)
    {
        if (hook.Kind == "CustomResourceDefinition" || !hook.DeletedWhen(policy)) return;
        foreach (var item in await builder.BuildAsync(hook.Manifest, cancellation))
        {
            await writer.DeleteAsync(item, cancellation);
            await patience.UntilAsync(async token => await writer.FindAsync(item, token) is null, options.Timeout, cancellation);
        }
    }
}
