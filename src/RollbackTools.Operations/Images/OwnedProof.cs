using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Restoring;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Images;

/// <summary>What becomes of Git in a whole job; it decides what is said once the workloads are proven.</summary>
internal enum GitPart
{
    /// <summary>It is changed before the workloads.</summary>
    First,

    /// <summary>The same, and nothing follows once they are proven.</summary>
    FirstAndLast,

    /// <summary>It is changed once the workloads are proven.</summary>
    Follows,

    /// <summary>It is left to whoever asked.</summary>
    Left,
}

/// <summary>A workload that is to run certain images (null: whatever it runs then), and the step that takes it there, if one does so directly.</summary>
internal sealed record ProvenWorkload(WorkloadSnapshot Workload, IReadOnlyList<ContainerImage>? Images, RestoreTemplate? Restore);

/// <summary>Proves the workloads of a whole job.</summary>
internal sealed class OwnedProof(ImageRollbackRequest request, IEstate estate, RolloutWatch watch)
{
    /// <summary>Null when nothing is to be waited for.</summary>
    public Func<TargetRun, CancellationToken, Task<Verdict>>? Of(ArgoApplication application, IReadOnlyList<ProvenWorkload> workloads, GitPart git, SyncAfterwards after, Exception? why = null) =>
        request.NoWait ? null : async (run, token) =>
        {
            var verdicts = await Task.WhenAll(workloads.Select(one => ProveAsync(one, run, token)));
            var verdict = verdicts.FirstOrDefault(one => !one.Healthy) ?? (verdicts.Length == 1 ? verdicts[0]
                : Verdict.Good($"{verdicts.Length} workloads healthy", [.. verdicts.SelectMany(one => one.Warnings)]) with
                {
                    Unproven = verdicts.All(one => one.Unproven),
                    NextStep = verdicts.Select(one => one.NextStep).FirstOrDefault(next => next is not null),
                    Complete = verdicts.Select(one => one.Complete).FirstOrDefault(complete => complete is not null),
                });
            if (!verdict.Healthy)
                return verdict with { Message = $"{verdict.Message} Automated sync of {application} is off, and Git {(git is GitPart.First or GitPart.FirstAndLast ? "has the change" : "is as it was")}." };
            return git switch
            {
                GitPart.Left => OwnedWords.StaysPaused(application, verdict, $"Git was left as it is: {why?.Message ?? "it was not asked to be changed"}", (why as RollbackException)?.NextStep),
                GitPart.FirstAndLast => after.Say(verdict),
                _ => verdict,
            };
        };

    private async Task<Verdict> ProveAsync(ProvenWorkload proven, TargetRun run, CancellationToken cancellation)
    {
        var (workload, images, restore) = proven;
        // Argo CD may have changed it instead of us: then what it runs now is what has to become healthy, if it is what was asked for.
        var live = restore?.Result ?? (await new WorkloadReader(estate.Cluster).ReadHolderAsync(workload.Kind, workload.Namespace, workload.Name, cancellation)).Holder;
        PodTemplate template = new(live.Spec.Template);
        if (images is not null && ContainerImage.Changes(template.Images, images) is { Length: > 0 } missing)
            return Verdict.Lost("ChangedMeanwhile", $"{workload} does not run what it was taken to ({missing} is missing).");
        var goal = restore is { Result: not null } ? restore.To : TemplateIdentity.Of(template, null);
        return await watch.VerifyAsync(workload, goal, live, run, request.Timeout, cancellation);
    }
}
