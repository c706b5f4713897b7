using System.Globalization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>Runs one hook: makes its object, waits until a Job or Pod has ended, writes both down, and deletes what its policies say.</summary>
/// <param name="holder">The record whose hooks these are.</param>
/// <param name="since">Runs that began earlier were of another occasion.</param>
internal sealed class HookRunner(StepContext context, HelmWork work, HelmRecordName holder, DateTimeOffset since)
{
    private const int Attempts = 6;
    private const string BeforeCreation = "before-hook-creation";
    private const string OnSuccess = "hook-succeeded";
    private const string OnFailure = "hook-failed";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly ICluster cluster = context.Estate.Cluster;

    public async Task RunAsync(HelmHook hook, IReadOnlyList<HelmHook> all, CancellationToken cancellation)
    {
        var last = hook.LastRun;
        var ours = last.StartedAt >= since;
        // One that runs before and after is not told apart by its last run.
        if (ours && last.Phase == "Succeeded" && !(hook.Events.Contains(RunHelmHooks.Before) && hook.Events.Contains(RunHelmHooks.After))) return;
        var (manifest, address) = await FindAsync(hook, cancellation);
        var live = await new ObjectReader(cluster).FindAsync(address, cancellation);
        if (!ours || last.Phase != "Running" || live is null || IsOlder(hook, live, last.StartedAt!.Value))
            live = await StartAsync(hook, manifest, address, live, cancellation);
        try
        {
            await new HookWatch(context, work.Move).EndAsync(address, live, cancellation);
        }
        catch (RollbackException)
        {
            await WriteAsync(hook, "Failed", started: false, cancellation);
            await DeleteAsync(hook, OnFailure, cancellation);
            foreach (var before in all.TakeWhile(other => !ReferenceEquals(other, hook))) await DeleteAsync(before, OnSuccess, cancellation);
            throw;
        }

        await WriteAsync(hook, "Succeeded", started: false, cancellation);
    }

    /// <summary>Once all have succeeded, the last first.</summary>
    public async Task CleanUpAsync(IReadOnlyList<HelmHook> hooks, CancellationToken cancellation)
    {
        foreach (var hook in hooks.Reverse()) await DeleteAsync(hook, OnSuccess, cancellation);
    }

    private async Task<CustomResource> StartAsync(HelmHook hook, ManifestObject manifest, ObjectAddress address, CustomResource? live, CancellationToken cancellation)
    {
        if (live is not null && PoliciesOf(hook).Contains(BeforeCreation)) await GoneAsync(hook, address, live, cancellation);
        await WriteAsync(hook, "Running", started: true, cancellation);
        try
        {
            return await cluster.CreateAsync(address.Resource, address.Namespace, new CustomResource(manifest.Json), new WriteOptions { FieldManager = HelmOwnership.Manager }, cancellation);
        }
        catch (EstateException refusal)
        {
            await WriteAsync(hook, "Failed", started: false, cancellation);
            throw new RollbackException(ObjectRefusal.ErrorIdOf(refusal), $"Hook {address} of {holder} could not be made: {refusal.Message}", refusal)
            {
                Target = work.Move.Release,
                NextStep = refusal.Recommendation,
            };
        }
    }

    // Where the one before was taken away first, what is there is ours: the server's clock need not agree with ours, and a migration must not run twice.
    private static bool IsOlder(HelmHook hook, CustomResource live, DateTimeOffset started) =>
        !PoliciesOf(hook).Contains(BeforeCreation) && live.Metadata.CreationTimestamp < started.AddSeconds(-1);

    // Helm's default: what the last occasion left is taken away first.
    private static IReadOnlyList<string> PoliciesOf(HelmHook hook) => hook.DeletePolicies is { Count: > 0 } said ? said : [BeforeCreation];

    private async Task DeleteAsync(HelmHook hook, string policy, CancellationToken cancellation)
    {
        // Its objects would go with a definition.
        if (hook.Kind == "CustomResourceDefinition" || !PoliciesOf(hook).Contains(policy)) return;
        var (_, address) = await FindAsync(hook, cancellation);
        if (await new ObjectReader(cluster).FindAsync(address, cancellation) is { } live) await DeleteAsync(address, live, cancellation);
    }

    private async Task GoneAsync(HelmHook hook, ObjectAddress address, CustomResource live, CancellationToken cancellation)
    {
        if (hook.Kind == "CustomResourceDefinition") return;
        await DeleteAsync(address, live, cancellation);
        var end = context.Time.GetUtcNow() + work.Move.Timeout;
        while (await new ObjectReader(cluster).FindAsync(address, cancellation) is { } still && still.Metadata.Uid == live.Metadata.Uid)
        {
            if (context.Time.GetUtcNow() >= end)
                throw new RollbackException("HelmHookTimeout", $"{address}, left by an earlier run of the hook, was not gone within {Words.Duration(work.Move.Timeout)}.") { Target = work.Move.Release };
            await Task.Delay(Look, context.Time, cancellation);
        }
    }

    private async Task DeleteAsync(ObjectAddress address, CustomResource live, CancellationToken cancellation)
    {
        try
        {
            DeleteOptions options = new() { IfUid = live.Metadata.Uid, Propagation = DeletePropagation.Background };
            await cluster.DeleteAsync(address.Resource, address.Namespace, address.Name, options, cancellation);
        }
        catch (EstateException gone) when (gone.Kind == EstateErrorKind.NotFound)
        {
            // As wanted.
        }
    }

    private async Task<(ManifestObject Manifest, ObjectAddress Address)> FindAsync(HelmHook hook, CancellationToken cancellation)
    {
        var manifest = work.ObjectOf(hook, await work.RecordAsync(holder.Revision, cancellation));
        var served = await cluster.FindKindAsync(manifest.Id.ApiVersion, manifest.Id.Kind, cancellation) ?? throw new RollbackException("HelmKindsMissing",
            $"Hook {manifest} of {holder} is of a kind that the cluster does not serve: {manifest.Id.ApiVersion} {manifest.Id.Kind}.")
        {
            Target = work.Move.Release,
            NextStep = $"Repair-HelmRelease {work.Move.Release} -Namespace {work.Move.Namespace}",
        };
        var ns = manifest.Id.Namespace.Length > 0 ? manifest.Id.Namespace : work.Move.Namespace;
        return (manifest, new ObjectAddress(served.Resource, served.Resource.Namespaced ? ns : null, manifest.Id.Name));
    }

    private async Task WriteAsync(HelmHook hook, string phase, bool started, CancellationToken cancellation)
    {
        var helm = context.Estate.Helm;
        for (var attempt = 1; ; attempt++)
        {
            var record = await helm.ReadAsync(holder, cancellation);
            var now = context.Time.GetUtcNow();
            var hooks = record.Hooks.Select(other => other.Path != hook.Path || other.Name != hook.Name || other.Kind != hook.Kind ? other
                : other.With(started ? new HelmHookRun(now, null, phase) : new HelmHookRun(other.LastRun.StartedAt, now, phase))).ToList();
            try
            {
                await helm.UpdateAsync(record.With(new HelmRecordEdit { Hooks = hooks }), cancellation);
                return;
            }
            catch (EstateException late) when (late.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Read it again: what else was written to it stays.
            }
        }
    }
}
