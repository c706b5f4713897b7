using RollbackTools.Operations.Estate;

namespace RollbackTools.Operations.Objects;

/// <summary>Has the server try all changes without effect, so that what it refuses is known before anything is done, and what changes nothing is left out.</summary>
internal sealed class ObjectTrial(ObjectWriter writer)
{
    public async Task<IReadOnlyList<PlannedObject>> RunAsync(IReadOnlyList<PlannedObject> changes, CancellationToken cancellation)
    {
        var tried = changes.ToArray();
        ParallelOptions bounded = new() { MaxDegreeOfParallelism = ObjectReader.Parallelism, CancellationToken = cancellation };
        await Parallel.ForEachAsync(Enumerable.Range(0, tried.Length), bounded, async (index, token) => tried[index] = await TryAsync(tried[index], token));
        return tried;
    }

    private async Task<PlannedObject> TryAsync(PlannedObject change, CancellationToken cancellation)
    {
        if (change.Action is ObjectAction.None or ObjectAction.Leave) return change;
        try
        {
            if (change.Action == ObjectAction.Delete)
            {
                await writer.DeleteAsync(change, dryRun: true, cancellation);
                return change;
            }

            var (live, result) = await writer.TryAsync(change, cancellation);
            if (live is null) return change with { Action = ObjectAction.Create, Live = null };
            return result is null
                ? change with { Action = ObjectAction.None, Live = live }
                : change with { Action = ObjectAction.Change, Live = live, MovesOwners = writer.MovesOwners(live), Fields = ObjectDiff.Between(change.Id, ObjectWriter.Node(live), ObjectWriter.Node(result)) };
        }
        catch (EstateException refusal) when (CannotBeTried(change, refusal))
        {
            return change with { Notes = [.. change.Notes, "cannot be tried beforehand"] };
        }
        catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.Rejected or EstateErrorKind.Forbidden or EstateErrorKind.Conflict or EstateErrorKind.NotFound)
        {
            return change with { Refusal = refusal };
        }
    }

    // Into a namespace, or of a kind, that the same change makes first; or past a webhook that has side effects.
    private static bool CannotBeTried(PlannedObject change, EstateException refusal) =>
        (change is { Live: null, Action: ObjectAction.Create } && refusal.Kind == EstateErrorKind.NotFound)
        || refusal.Message.Contains("does not support dry run", StringComparison.Ordinal);
}
