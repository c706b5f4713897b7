using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;

namespace RollbackTools.Operations.Helm.Repair;

/// <summary>Whether what is live is what a revision asks for: by its manifest's own words, whatever a server or another writer added.</summary>
internal sealed class RevisionMatch(LiveObjects place, IReadOnlyDictionary<(string, string, string, string), CustomResource> live)
{
    /// <summary>The objects that are missing or not as the manifest says.</summary>
    public IReadOnlyList<ObjectId> Differing(HelmRevisionContent revision) => [.. revision.Objects.Where(one => !Holds(one)).Select(one => one.Id)];

    public IReadOnlyList<ObjectId> Missing(HelmRevisionContent revision) => [.. revision.Objects.Where(one => !live.ContainsKey(place.Key(one.Id))).Select(one => one.Id)];

    /// <summary>
    /// Of what tells the two apart, how much is as the newer one has it, how much as the older one, and how much as neither. Without an
    /// older one, all of the newer one's objects tell.
    /// </summary>
    public (int New, int Old, int Neither) Between(HelmRevisionContent newer, HelmRevisionContent? older)
    {
        var (fresh, stale, neither) = (0, 0, 0);
        var was = older?.Objects.DistinctBy(one => place.Key(one.Id)).ToDictionary(one => place.Key(one.Id)) ?? [];
        var now = newer.Objects.DistinctBy(one => place.Key(one.Id)).ToDictionary(one => place.Key(one.Id));
        foreach (var key in now.Keys.Union(was.Keys))
        {
            var (before, after) = (was.GetValueOrDefault(key), now.GetValueOrDefault(key));
            if (before is not null && after is not null && JsonSame.AsIn(before.Json, after.Json)) continue;
            var (isNew, isOld) = (after is null ? !live.ContainsKey(key) : Holds(after), before is null ? !live.ContainsKey(key) : Holds(before));
            if (isNew && isOld) continue;
            if (isNew) fresh++;
            else if (isOld) stale++;
            else neither++;
        }

        return (fresh, stale, neither);
    }

    private bool Holds(ManifestObject one) =>
        live.TryGetValue(place.Key(one.Id), out var found) && ObjectDiff.Drift(one.Id, JsonObject.Create(one.Json)!, JsonObject.Create(found.Json)!).Count == 0;
}
