using RollbackTools.Operations.Helm;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Helm;

/// <summary>What the pipeline brought in: one request per estate and revision.</summary>
internal sealed class HelmTargets
{
    private readonly List<(string? Estate, HelmReleaseName Release, int? Revision)> targets = [];

    public void Add(HelmReleaseIdentity identity, string? ns) => targets.Add((identity.Estate, new HelmReleaseName(ns, identity.Name), identity.Revision));

    /// <summary>A piped revision means itself unless the command line names one. Throws AmbiguousRevision when two revisions of one release were piped.</summary>
    public IReadOnlyList<(string? Estate, int? Revision, IReadOnlyList<HelmReleaseName> Releases)> Group(int? asked)
    {
        if (asked is null && targets.GroupBy(one => (one.Estate, one.Release)).FirstOrDefault(group => group.Select(one => one.Revision).Distinct().Count() > 1) is { } torn)
        {
            throw new RollbackException("AmbiguousRevision", $"release/{torn.Key.Release} was piped with {torn.Count()} different revisions; it can only go back to one.")
            {
                Target = torn.Key.Release.Name,
                NextStep = $"Pipe one revision, or go to known-good: Invoke-HelmRollback {torn.Key.Release.Name}{(torn.Key.Release.Namespace is { } ns ? $" -Namespace {ns}" : "")}",
            };
        }

        return [.. targets.GroupBy(one => (one.Estate, Revision: asked ?? one.Revision))
            .Select(group => (group.Key.Estate, group.Key.Revision, (IReadOnlyList<HelmReleaseName>)[.. group.Select(one => one.Release).Distinct()]))];
    }
}
