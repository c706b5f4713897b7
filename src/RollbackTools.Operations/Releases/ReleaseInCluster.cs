using System.Globalization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Releases;

/// <summary>
/// Without Argo CD: every workload goes to the images that the overlay set at the release, in waves. Git and what else the release changed
/// stay as they are.
/// </summary>
internal sealed class ReleaseInCluster(ReleaseRollbackRequest request, IEstate estate, IOperationReporter reporter, TimeProvider time) : IOperation
{
    private const string SyncWave = "argocd.argoproj.io/sync-wave";

    private ImageRollback? images;

    public async ValueTask DisposeAsync()
    {
        if (images is not null) await images.DisposeAsync();
    }

    public async Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation)
    {
        var place = await ReleasePlace.FindAsync(estate, request, null, [], cancellation);
        var wanted = place.Target.Tree.Images;
        var all = await new WorkloadReader(estate.Cluster).ReadAllAsync(request.Namespace, null, cancellation);
        var moves = all.SelectMany(workload => Wishes(workload, wanted).Take(1)).ToList();
        if (moves.Count == 0)
        {
            var message = $"no workload in {request.Namespace ?? estate.Cluster.Info.DefaultNamespace} runs another image than {place.Overlay} set at {place.Target.Name}";
            RollbackResult draft = new() { Estate = estate.Name, Namespace = request.Namespace ?? estate.Cluster.Info.DefaultNamespace, Kind = "Release", Name = place.Target.Name, To = place.Target.Name };
            return [new TargetPlan { Draft = draft with { Steps = [$"nothing to change: {message}"] }, Settled = Verdict.Good(message), Locks = [] }];
        }

        images = Open(moves);
        var plans = await images.PlanAsync(cancellation);
        return [.. plans.Select(plan => plan with
        {
            Wave = WaveOf(plan, all),
            Draft = plan.Draft with { Warnings = [.. plan.Draft.Warnings, .. place.Target.Skipped, $"Git still holds the other release: {place.Overlay} on {place.Branch.Name}."] },
        })];
    }

    public Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation)
    {
        images = Open([]);
        return images.ResumeAsync(targets, cancellation);
    }

    private ImageRollback Open(IReadOnlyList<WorkloadWish> wishes) => new(new ImageRollbackRequest
    {
        Workloads = [.. wishes.Select(wish => wish.Workload)],
        Wishes = wishes,
        Reason = request.Reason,
        Timeout = request.Timeout,
        Via = RollbackVia.Cluster,
    }, estate, reporter, time);

    private static IEnumerable<WorkloadWish> Wishes(WorkloadSnapshot workload, IReadOnlyList<ImageEntry> wanted)
    {
        foreach (var entry in wanted.Where(entry => (entry.NewTag ?? entry.Digest) is not null))
        {
            if (!workload.Template.Images.Any(image => IsOf(image.Image, entry.Repository) && image.Image != entry.ToString())) continue;
            yield return new WorkloadWish(new WorkloadReference { Kind = workload.Kind, Namespace = workload.Namespace, Name = workload.Name })
            {
                Goal = new RollbackGoal { Image = entry.ToString() },
            };
        }
    }

    private static bool IsOf(string image, string repository) =>
        image == repository || image.StartsWith(repository + ":", StringComparison.Ordinal) || image.StartsWith(repository + "@", StringComparison.Ordinal);

    // Named ones in their order, then the rest; without an order, the waves that are written on the workloads.
    private int WaveOf(TargetPlan plan, IReadOnlyList<WorkloadSnapshot> all)
    {
        if (request.Order.Count > 0)
        {
            var at = request.Order.ToList().FindIndex(name => name == plan.Draft.Name || name == plan.Target.ToString());
            return at < 0 ? request.Order.Count : at;
        }

        var workload = all.First(one => one.Kind.ToString() == plan.Draft.Kind && one.Name == plan.Draft.Name && one.Namespace == plan.Draft.Namespace);
        return int.TryParse(workload.Object.Metadata.Annotations.GetValueOrDefault(SyncWave), CultureInfo.InvariantCulture, out var wave) ? wave : 0;
    }
}
