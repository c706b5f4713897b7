using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Argo;

/// <summary>What the pipeline brought in: one request per estate and goal.</summary>
internal sealed class ApplicationTargets
{
    private readonly List<ApplicationIdentity> targets = [];

    public void Add(ApplicationIdentity identity) => targets.Add(identity);

    /// <summary>
    /// The targets by estate and history entry; <paramref name="byDefault"/> is meant when none was named. Throws NothingNamed, or
    /// AmbiguousRevision when two entries of one application were piped.
    /// </summary>
    public IReadOnlyList<(string? Estate, long? HistoryId, IReadOnlyList<ApplicationIdentity> Applications)> Group(string command, string? byDefault)
    {
        List<ApplicationIdentity> all = [.. targets];
        if (all.Count == 0 && byDefault is not null) all.Add(byDefault);
        if (all.Count == 0)
        {
            throw new RollbackException("NothingNamed", "Nothing says which application is meant.")
            {
                NextStep = "Name one, or an -Environment that says argocd: { application: … }; to see the applications: Get-ArgoApplication",
            };
        }

        if (all.GroupBy(one => (one.Estate, one.Namespace, one.Name)).FirstOrDefault(group => group.Select(one => one.HistoryId).Distinct().Count() > 1) is { } torn)
        {
            throw new RollbackException("AmbiguousRevision", $"{torn.First()} was piped with {torn.Count()} different history entries; it can only go back to one.")
            {
                Target = torn.Key.Name,
                NextStep = $"Pipe one entry, or go to known-good: {command} {torn.Key.Name}{(torn.Key.Namespace is { } ns ? $" -Namespace {ns}" : "")}",
            };
        }

        return [.. all.GroupBy(one => (one.Estate, one.HistoryId)).Select(group => (group.Key.Estate, group.Key.HistoryId, (IReadOnlyList<ApplicationIdentity>)[.. group]))];
    }
}
