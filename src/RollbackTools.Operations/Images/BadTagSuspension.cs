using RollbackTools.Operations.Argo.ImageUpdates;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Images;

/// <summary>Plans how Image Updater is kept from promoting the tags that workloads leave.</summary>
internal sealed class BadTagSuspension(ImageRollbackRequest request, IEstate estate, TimeProvider time)
{
    /// <summary>The steps, and whether it is kept from them then, or need not be: with automated sync on again it would bring the bad version back.</summary>
    public async Task<(IReadOnlyList<Step> Steps, bool Kept)> SuspendAsync(ArgoApplication application, IReadOnlyList<WorkloadMove> moves, List<string> warnings, CancellationToken cancellation)
    {
        IReadOnlyList<string> tags = [.. moves.SelectMany(move => move.BadTags()).Distinct().Order(StringComparer.Ordinal)];
        ImageUpdateRequest suspend = new() { Applications = [application.Name], Tags = tags, Images = [.. moves.SelectMany(move => move.BadRepositories()).Distinct()], Reason = request.Reason };
        await using ImageUpdateChange change = new(suspend, estate, time);
        var plan = (await change.PlanAsync(cancellation))[0];
        switch (plan.Refusal)
        {
            case RollbackException { ErrorId: "NoImageUpdater" } or EstateException { Kind: EstateErrorKind.NotFound }:
                return ([], true);
            case { } refusal:
                warnings.Add($"Image Updater could not be kept from promoting {string.Join(", ", tags)} again: {refusal.Message}");
                return ([], false);
            default:
                warnings.AddRange(plan.Draft.Warnings);
                return (plan.Steps, true);
        }
    }
}
