using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Releases;

/// <summary>
/// Which release an overlay shows, and which a rollback goes to: the newest older one that looks different, was not rolled away from, and of which
/// nothing says that it did not work. What lists releases and what rolls back both go by it.
/// </summary>
internal sealed class ReleaseOrder(ArgoApplication? application, IReadOnlyList<ArgoHistoryEntry> judged)
{
    /// <summary>How many releases are looked at, the newest first.</summary>
    public const int LookBack = 20;

    private readonly IReadOnlyList<string> bad = MarkRelease.Bad(application);

    /// <summary>Places among the releases, newest first, -1 for none. <paramref name="isPast"/>: the present one is not among them.</summary>
    public PlacedReleases Place(RenderedTree now, IReadOnlyList<ChosenRelease> newestFirst, bool isPast = false)
    {
        // Until the present one is met, what is passed is newer; when no release shows what is there now, the newest is the way back.
        var present = isPast ? -1 : newestFirst.ToList().FindIndex(one => one.Tree.Content == now.Content);
        List<string> skipped = [];
        for (var i = present + 1; i < newestFirst.Count; i++)
        {
            var release = newestFirst[i];
            if (release.Tree.Content == now.Content || release.Tree.Files.Count == 0) continue;
            if (bad.Contains(release.Tree.Content)) skipped.Add($"{release.Name} was rolled away from before, so it is passed over.");
            else if (Doubtful(release) is { } why) skipped.Add($"{release.Name} is not known to have worked ({why}), so it is passed over.");
            else return new PlacedReleases(present, i, skipped);
        }

        return new PlacedReleases(present, -1, skipped);
    }

    // The application's history tells of those it still holds: one that was replaced within the hour was not left for nothing.
    private string? Doubtful(ChosenRelease release)
    {
        var deployed = judged.Where(entry => entry.Revision == release.Commit).ToList();
        return deployed.Count > 0 && deployed.TrueForAll(entry => entry.Health < RevisionHealth.Likely) ? deployed[0].Evidence.FirstOrDefault() ?? "nothing tells how it did" : null;
    }
}

/// <summary>Where the present release and the one to go back to stand, and which were passed over, in words.</summary>
internal sealed record PlacedReleases(int Present, int Previous, IReadOnlyList<string> Skipped);
