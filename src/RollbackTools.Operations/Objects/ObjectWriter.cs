using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Objects;

/// <summary>How manifests are applied: in whose name, by which method.</summary>
internal sealed record ApplyMethod(string Manager, bool ServerSide)
{
    /// <summary>Server-side apply only: take over fields that others own.</summary>
    public bool ForceConflicts { get; init; }

    /// <summary>Who else an object belongs to, so that it is not touched; null when nobody does.</summary>
    public Func<CustomResource, string?> OtherOwner { get; init; } = _ => null;
}

/// <summary>
/// Makes one object what its manifest says. Every write holds only for the version it was made for; one that comes too late is worked out
/// anew from what is there then.
/// </summary>
internal sealed class ObjectWriter(ICluster cluster, ApplyMethod method)
{
    private const int Attempts = 8;

    private readonly ObjectReader reader = new(cluster);

    /// <summary>What the server would make of it, without effect: the object as it is and as it would be; the second is null when it would not change.</summary>
    public async Task<(CustomResource? Live, CustomResource? Result)> TryAsync(PlannedObject change, CancellationToken cancellation)
    {
        var (live, result) = await WriteAsync(change, dryRun: true, cancellation);
        return (live, result is not null && live is not null && !MovesOwners(live) && ObjectDiff.Between(change.Id, Node(live), Node(result)).Count == 0 ? null : result);
    }

    /// <summary>Whether fields become the applier's: such an object is written though none of them changes, or who applies it next is refused.</summary>
    public bool MovesOwners(CustomResource live) => method.ServerSide && ManagedFieldsMove.ToApply(Node(live), method.Manager) is not null;

    /// <summary>The object as it is afterwards, and whether anything was written.</summary>
    public async Task<(CustomResource Object, bool Changed)> ApplyAsync(PlannedObject change, CancellationToken cancellation)
    {
        var (live, result) = await WriteAsync(change, dryRun: false, cancellation);
        return (result ?? live!, result is not null);
    }

    /// <summary>False when it was gone already. The object that was read, and no other of its name.</summary>
    public async Task<bool> DeleteAsync(PlannedObject change, bool dryRun, CancellationToken cancellation)
    {
        var live = change.Live;
        for (var attempt = 1; live is not null; attempt++)
        {
            try
            {
                DeleteOptions options = new() { IfUid = change.Live!.Metadata.Uid, IfResourceVersion = live.Metadata.ResourceVersion, Propagation = DeletePropagation.Background, DryRun = dryRun };
                await cluster.DeleteAsync(change.Address.Resource, change.Address.Namespace, change.Address.Name, options, cancellation);
                return true;
            }
            catch (EstateException gone) when (gone.Kind == EstateErrorKind.NotFound)
            {
                return false;
            }
            catch (EstateException late) when (late.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                live = await FindOursAsync(change.Address, cancellation);
                if (live is not null && live.Metadata.Uid != change.Live!.Metadata.Uid) throw;
            }
        }

        return false;
    }

    private Task<CustomResource> CreateAsync(ObjectAddress address, JsonObject body, bool dryRun, CancellationToken cancellation) => method.ServerSide
        ? PatchAsync(address, Applied(body, null), dryRun, cancellation)
        : cluster.CreateAsync(address.Resource, address.Namespace, Object(body), new WriteOptions { FieldManager = method.Manager, DryRun = dryRun }, cancellation);

    private async Task<(CustomResource? Live, CustomResource? Result)> WriteAsync(PlannedObject change, bool dryRun, CancellationToken cancellation)
    {
        // A server-side apply makes and changes alike, so that nothing but a look tells whether somebody made it meanwhile.
        var live = change.Live is null && method.ServerSide && !dryRun ? await FindOursAsync(change.Address, cancellation) : change.Live;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return (live, live is null ? await CreateAsync(change.Address, change.After!, dryRun, cancellation) : await UpdateAsync(change, live, dryRun, cancellation));
            }
            catch (EstateException refusal) when (attempt < Attempts && IsLate(refusal, live))
            {
                live = await FindOursAsync(change.Address, cancellation);
            }
            catch (EstateException refusal) when (!dryRun && IsOwned(refusal))
            {
                // The server names the field's owner before it says that the version is old: the whole object may be another's by now.
                await FindOursAsync(change.Address, cancellation);
                throw;
            }
        }
    }

    // It may have become somebody else's since it was planned.
    private async Task<CustomResource?> FindOursAsync(ObjectAddress address, CancellationToken cancellation)
    {
        var live = await reader.FindAsync(address, cancellation);
        return live is null || method.OtherOwner(live) is not { } owner ? live : throw new RollbackException("ChangedMeanwhile", $"{address} belongs to {owner} by now, and was not touched.")
        {
            Target = $"{address}",
            NextStep = $"kubectl get {address.Resource.Plural} {address.Name}{(address.Namespace is { } ns ? $" -n {ns}" : "")} -o yaml",
        };
    }

    private async Task<CustomResource?> UpdateAsync(PlannedObject change, CustomResource live, bool dryRun, CancellationToken cancellation)
    {
        var node = Node(live);
        if (!method.ServerSide)
        {
            var patch = ObjectPatch.Between(node, ThreeWayMerge.Merge(change.Before, change.After!, node, change.Rule));
            return patch is null ? null : await PatchAsync(change.Address, patch, dryRun, cancellation);
        }

        var move = ManagedFieldsMove.ToApply(node, method.Manager);
        if (!dryRun && move is not null) live = await PatchAsync(change.Address, move, dryRun, cancellation);
        // Without effect nothing can be moved first: his own updates would be a conflict, and what he leaves out would stay.
        var result = await PatchAsync(change.Address, Applied(change.After!, live.Metadata.ResourceVersion), dryRun, cancellation, force: dryRun && move is not null);
        return dryRun && move is not null ? Object(ThreeWayMerge.Merge(change.Before, change.After!, Node(result), change.Rule)) : result;
    }

    private Task<CustomResource> PatchAsync(ObjectAddress address, Patch patch, bool dryRun, CancellationToken cancellation, bool force = false)
    {
        WriteOptions options = new() { FieldManager = method.Manager, DryRun = dryRun, ForceApply = force || method.ForceConflicts, Conditional = true };
        return cluster.PatchAsync(address.Resource, address.Namespace, address.Name, patch, options, cancellation);
    }

    private static Patch Applied(JsonObject body, string? version)
    {
        var applied = (JsonObject)body.DeepClone();
        if (version is not null && applied["metadata"] is JsonObject metadata) metadata["resourceVersion"] = version;
        return new Patch(PatchType.Apply, Encoding.UTF8.GetBytes(applied.ToJsonString()));
    }

    // Under server-side apply a field that somebody else owns is a conflict as well, and stays one however often it is asked.
    private static bool IsLate(EstateException refusal, CustomResource? live) =>
        (refusal.Kind == EstateErrorKind.Conflict && !IsOwned(refusal)) || (refusal.Kind == EstateErrorKind.AlreadyExists && live is null)
        || (refusal.Kind == EstateErrorKind.NotFound && live is not null);

    internal static bool IsOwned(EstateException refusal) =>
        refusal.Kind == EstateErrorKind.Conflict && refusal.Message.Contains("conflict with ", StringComparison.Ordinal);

    private static CustomResource Object(JsonObject body) => new(Element(body));

    private static JsonElement Element(JsonObject body)
    {
        using var document = JsonDocument.Parse(body.ToJsonString());
        return document.RootElement.Clone();
    }

    internal static JsonObject Node(CustomResource resource) => JsonObject.Create(resource.Json)!;
}
