using System.Globalization;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// A newest revision that is pending: somebody is at it, or was cut off at it. Helm rolls back over either; we only over the second, unless told to.
/// (Who uses this module holds a Lease as well, which keeps a second one out.)
/// </summary>
internal static class PendingRelease
{
    /// <summary>Longer than Helm works on anything by default, twice.</summary>
    public static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(10);

    /// <summary>What to say of it; nothing when it is not pending. Throws HelmReleaseBusy when somebody may be at it.</summary>
    public static IReadOnlyList<string> Judge(HelmReleaseContent release, HelmRollbackRequest request, DateTimeOffset now)
    {
        var newest = release.Last;
        var older = release.Revisions.Skip(1).Where(revision => HelmStatus.IsPending(revision.Status))
            .Select(revision => string.Create(CultureInfo.InvariantCulture, $"Revision {revision.Number} of {release} in {release.Namespace} never finished and is {revision.Status} still; this marks it failed.")).ToList();
        if (!HelmStatus.IsPending(newest.Status)) return older;
        var age = newest.TouchedAt is { } at ? now - at : (TimeSpan?)null;
        var what = string.Create(CultureInfo.InvariantCulture, $"Revision {newest.Number} of {release} in {release.Namespace} is {newest.Status}{(age is { } old ? $" for {Words.Duration(old)}" : "")}");
        if (!request.Preempt && age < Abandoned)
        {
            throw new RollbackException("HelmReleaseBusy", $"{what}: somebody may be working on it. Nothing was changed.")
            {
                Target = release.Name,
                NextStep = $"Wait for them; if nobody is: Invoke-HelmRollback {release.Name} -Namespace {release.Namespace} -Preempt",
            };
        }

        return [$"{what}; this goes on over it and marks it failed.", .. older];
    }
}
