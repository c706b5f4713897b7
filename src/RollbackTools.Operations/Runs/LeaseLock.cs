using System.Globalization;
using System.Text;
using System.Text.Json;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Runs;

/// <summary>
/// Keeps two people from rolling back the same thing at once. A run claims its targets with one Lease a namespace, then looks
/// for another live Lease that names one of them, and gives way if there is one: each claims before it looks, so at most one
/// goes on, whether they lock one workload or a fleet. The Lease is client-go's (holder, duration, MicroTime, transitions).
/// </summary>
public sealed class LeaseLock : IAsyncDisposable
{
    public const string TargetsAnnotation = "rollbacktools.io/targets";
    private const string ManagedBy = "app.kubernetes.io/managed-by=rollbacktools";

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    private readonly ICluster cluster;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource stop = new();
    private Lease lease;
    private IReadOnlyList<Lease> leftBehind = [];
    private Task renewing = Task.CompletedTask;

    private LeaseLock(ICluster cluster, TimeProvider time, Lease lease) => (this.cluster, this.time, this.lease) = (cluster, time, lease);

    /// <summary>Cancelled when the Lease could not be renewed or was taken over: stop acting.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>
    /// Throws <see cref="RollbackException"/> LockHeld naming the holder and since when. A Lease whose own times say it has run
    /// out is watched for one duration first, because its clock may be wrong and ours too; only one that nobody renews is taken.
    /// A Lease of the same holder is its own, whatever became of the answer to its creation; those from before
    /// <paramref name="began"/> are given back with this one.
    /// </summary>
    public static async Task<LeaseLock> AcquireAsync(
        ICluster cluster, TimeProvider time, string ns, IReadOnlyList<string> targets, string holder, DateTimeOffset began, CancellationToken cancellation)
    {
        Lease claimed;
        try
        {
            claimed = await ClaimAsync(cluster, time, ns, targets, holder, cancellation);
        }
        catch (OperationCanceledException)
        {
            // The request may have arrived although nobody waited for its answer.
            await ReleaseAsync(cluster, time, ns, NameOf(targets), holder);
            throw;
        }

        LeaseLock mine = new(cluster, time, claimed);
        try
        {
            await GiveWayAsync(mine, ns, targets, holder, began, cancellation);
        }
        catch
        {
            await mine.DisposeAsync();
            throw;
        }

        mine.renewing = mine.RenewAsync();
        return mine;
    }

    /// <summary>Stops renewing and gives the Lease back (deletes it while it is still ours). Best effort, and bounded.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await renewing;
        foreach (var one in leftBehind.Append(lease)) await ReleaseAsync(cluster, time, one.Metadata.Namespace, one.Metadata.Name, lease.Spec.HolderIdentity!, one);
        stop.Dispose();
        lost.Dispose();
    }

    /// <summary>
    /// Deletes a Lease while it is the holder's. <paramref name="known"/> may be older than what is there: a renewal that was cut off
    /// may have arrived. Best effort, and bounded: what is left runs out by itself.
    /// </summary>
    private static async Task ReleaseAsync(ICluster cluster, TimeProvider time, string ns, string name, string holder, Lease? known = null)
    {
        using CancellationTokenSource bounded = new(TimeSpan.FromSeconds(5), time);
        try
        {
            for (var tries = 3; tries > 0; tries--)
            {
                try
                {
                    known ??= await cluster.GetAsync(Resources.Leases, ns, name, bounded.Token);
                    if (known.Spec.HolderIdentity != holder) return;
                    DeleteOptions ours = new() { IfUid = known.Metadata.Uid, IfResourceVersion = known.Metadata.ResourceVersion };
                    await cluster.DeleteAsync(Resources.Leases, ns, name, ours, bounded.Token);
                    return;
                }
                catch (EstateException moved) when (moved.Kind == EstateErrorKind.Conflict || IsPassing(moved))
                {
                    known = null;
                }
            }
        }
        catch (Exception failure) when (failure is EstateException or OperationCanceledException)
        {
            // Gone already, or out of reach.
        }
    }

    private static async Task<Lease> ClaimAsync(
        ICluster cluster, TimeProvider time, string ns, IReadOnlyList<string> targets, string holder, CancellationToken cancellation)
    {
        var name = NameOf(targets);
        var now = time.GetUtcNow();
        Lease wanted = new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = ns,
                Labels = new Dictionary<string, string> { ["app.kubernetes.io/managed-by"] = "rollbacktools" },
                Annotations = new Dictionary<string, string> { [TargetsAnnotation] = string.Join(',', targets) },
            },
            Spec = new LeaseSpec
            {
                HolderIdentity = holder,
                LeaseDurationSeconds = (int)Duration.TotalSeconds,
                AcquireTime = now,
                RenewTime = now,
                LeaseTransitions = 0,
            },
        };
        for (var again = true; ; again = false)
        {
            try
            {
                return await cluster.CreateAsync(Resources.Leases, ns, wanted, WriteOptions.Default, cancellation);
            }
            catch (EstateException taken) when (taken.Kind is EstateErrorKind.AlreadyExists or EstateErrorKind.Conflict)
            {
                if (await FindAsync(cluster, ns, name, cancellation) is not { } existing)
                {
                    if (!again) throw;
                    continue; // Given back in between.
                }

                if (existing.Spec.HolderIdentity != holder) await WaitUntilExpiredAsync(cluster, time, existing, targets, cancellation);
                return await TakeOverAsync(cluster, existing, holder, now, targets, cancellation);
            }
            catch (EstateException silent) when (again && silent.Kind is (EstateErrorKind.Unreachable or EstateErrorKind.Server))
            {
                // Perhaps only the answer was lost. Then the next try meets a Lease whose holder is this run.
            }
        }
    }

    private static async Task<Lease?> FindAsync(ICluster cluster, string ns, string name, CancellationToken cancellation)
    {
        try
        {
            return await cluster.GetAsync(Resources.Leases, ns, name, cancellation);
        }
        catch (EstateException gone) when (gone.Kind == EstateErrorKind.NotFound)
        {
            return null;
        }
    }

    private static bool IsPassing(EstateException failure) =>
        failure.Kind is EstateErrorKind.Unreachable or EstateErrorKind.Overloaded or EstateErrorKind.Server;

    private static async Task<Lease> TakeOverAsync(
        ICluster cluster, Lease existing, string holder, DateTimeOffset now, IReadOnlyList<string> targets, CancellationToken cancellation)
    {
        try
        {
            var transitions = (existing.Spec.LeaseTransitions ?? 0) + (existing.Spec.HolderIdentity == holder ? 0 : 1);
            return await PatchAsync(cluster, existing, holder, now, now, transitions, cancellation);
        }
        catch (EstateException overtaken) when (overtaken.Kind is EstateErrorKind.Conflict or EstateErrorKind.NotFound)
        {
            throw Held(existing, targets);
        }
    }

    // Nobody else's clock is trusted: the record has to stand still for its own duration while we watch.
    private static async Task WaitUntilExpiredAsync(
        ICluster cluster, TimeProvider time, Lease existing, IReadOnlyList<string> targets, CancellationToken cancellation)
    {
        if (!LooksExpired(existing, time.GetUtcNow())) throw Held(existing, targets);
        await Task.Delay(TimeSpan.FromSeconds(existing.Spec.LeaseDurationSeconds ?? 15), time, cancellation);
        try
        {
            var later = await cluster.GetAsync(Resources.Leases, existing.Metadata.Namespace, existing.Metadata.Name, cancellation);
            if (later.Metadata.ResourceVersion != existing.Metadata.ResourceVersion) throw Held(later, targets);
        }
        catch (EstateException gone) when (gone.Kind == EstateErrorKind.NotFound)
        {
            throw Held(existing, targets);
        }
    }

    private static async Task GiveWayAsync(
        LeaseLock mine, string ns, IReadOnlyList<string> targets, string holder, DateTimeOffset began, CancellationToken cancellation)
    {
        var leases = await mine.cluster.ListAsync(Resources.Leases, ns, new ListFilter { LabelSelector = ManagedBy }, cancellation);
        var now = mine.time.GetUtcNow();
        var rival = leases.Items.FirstOrDefault(other =>
            other.Metadata.Uid != mine.lease.Metadata.Uid
            && other.Spec.HolderIdentity is { Length: > 0 } theirs && theirs != holder
            && !LooksExpired(other, now)
            && TargetsOf(other).Intersect(targets).Any());
        if (rival is not null) throw Held(rival, targets);
        mine.leftBehind = [.. leases.Items.Where(other =>
            other.Metadata.Uid != mine.lease.Metadata.Uid && other.Spec.HolderIdentity == holder && other.Spec.RenewTime < began)];
    }

    private async Task RenewAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(Duration / 3, time, stop.Token);
                await RenewOnceAsync();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Released.
        }
        catch (EstateException)
        {
            await lost.CancelAsync();
        }
    }

    private async Task RenewOnceAsync()
    {
        var deadline = (lease.Spec.RenewTime ?? time.GetUtcNow()) + Duration;
        while (true)
        {
            try
            {
                lease = await PatchAsync(cluster, lease, lease.Spec.HolderIdentity!, lease.Spec.AcquireTime, time.GetUtcNow(),
                    lease.Spec.LeaseTransitions ?? 0, stop.Token);
                return;
            }
            catch (EstateException moved) when (moved.Kind == EstateErrorKind.Conflict && time.GetUtcNow() < deadline)
            {
                // A renewal whose answer was lost moved it; another holder would have, too.
                var now = await cluster.GetAsync(Resources.Leases, lease.Metadata.Namespace, lease.Metadata.Name, stop.Token);
                if (now.Metadata.Uid != lease.Metadata.Uid || now.Spec.HolderIdentity != lease.Spec.HolderIdentity) throw;
                lease = now;
            }
            catch (EstateException passing) when (IsPassing(passing) && time.GetUtcNow() < deadline)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time, stop.Token);
            }
        }
    }

    // A merge patch leaves fields we do not know alone; the resourceVersion makes it conditional, as client-go's PUT is.
    private static Task<Lease> PatchAsync(
        ICluster cluster, Lease lease, string holder, DateTimeOffset? acquired, DateTimeOffset renewed, int transitions, CancellationToken cancellation)
    {
        using MemoryStream body = new();
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteString("resourceVersion", lease.Metadata.ResourceVersion);
            json.WriteEndObject();
            json.WriteStartObject("spec");
            json.WriteString("holderIdentity", holder);
            json.WriteNumber("leaseDurationSeconds", (int)Duration.TotalSeconds);
            if (acquired is { } since) json.WriteString("acquireTime", MicroTime.Format(since));
            json.WriteString("renewTime", MicroTime.Format(renewed));
            json.WriteNumber("leaseTransitions", transitions);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return cluster.PatchAsync(Resources.Leases, lease.Metadata.Namespace, lease.Metadata.Name, new Patch(PatchType.Merge, body.ToArray()),
            new WriteOptions { Conditional = true }, cancellation);
    }

    private static RollbackException Held(Lease lease, IReadOnlyList<string> targets)
    {
        var overlap = TargetsOf(lease).Intersect(targets).ToList();
        var what = overlap.Count is > 0 and <= 3 ? string.Join(", ", overlap) : $"{targets.Count} workloads";
        var since = lease.Spec.AcquireTime is { } at ? at.UtcDateTime.ToString("u", CultureInfo.InvariantCulture) : "an unknown time";
        return new RollbackException("LockHeld",
            $"{what} in {lease.Metadata.Namespace} is being rolled back by {lease.Spec.HolderIdentity} since {since}.")
        {
            Target = what,
            Contested = overlap.Count == 0 ? targets : overlap,
            NextStep = lease.Spec.HolderIdentity is { } holder && holder.StartsWith($"{RunEngine.Actor}/", StringComparison.Ordinal)
                ? $"That is your own run; if it was cut off: Resume-RollbackRun {holder[(RunEngine.Actor.Length + 1)..]}"
                : $"Talk to them, or look: kubectl get lease {lease.Metadata.Name} -n {lease.Metadata.Namespace} -o yaml",
        };
    }

    private static bool LooksExpired(Lease lease, DateTimeOffset now) =>
        lease.Spec.HolderIdentity is null or ""
        || lease.Spec.RenewTime is not { } renewed
        || renewed.AddSeconds(lease.Spec.LeaseDurationSeconds ?? 15) < now;

    private static string[] TargetsOf(Lease lease) => lease.Metadata.Annotations.GetValueOrDefault(TargetsAnnotation)?.Split(',') ?? [];

    // One target: a name anybody can look up. Several: a name that the same set of targets always gets.
    private static string NameOf(IReadOnlyList<string> targets)
    {
        var text = string.Join(',', targets.Order(StringComparer.Ordinal));
        var plain = $"rollbacktools-{text.Replace('/', '-')}";
        if (targets.Count == 1 && plain.Length <= 253) return plain;
        var hash = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return $"rollbacktools-fleet-{Convert.ToHexString(hash)[..16].ToLowerInvariant()}";
    }
}
