using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.Pausing;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Argo.Windows;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Restoring;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Images;

/// <summary>A workload of a request with the plan to change it in the cluster.</summary>
internal sealed record OwnedMove(WorkloadSnapshot Workload, TargetPlan InCluster, RestoreTemplate Restore)
{
    /// <summary>What comes before the template goes back: a canary's traffic, which does not wait for Git.</summary>
    public IEnumerable<Step> Before => InCluster.Steps.TakeWhile(step => step is not RestoreTemplate);

    /// <summary>What comes after it.</summary>
    public IEnumerable<Step> After => InCluster.Steps.SkipWhile(step => step is not RestoreTemplate).Skip(1);

    public WorkloadMove Move { get; } = new()
    {
        Kind = Workload.Kind, Namespace = Workload.Namespace, Name = Workload.Name, From = Restore.From.Images, To = Restore.To.Images,
    };
}

/// <summary>
/// The whole job for workloads that one Argo CD application deploys: what would fight back is paused, the workloads go back, that is
/// proven, the bad version leaves Git, and once Git and the cluster agree, exactly what was paused comes back.
/// </summary>
internal sealed class OwnedRollback(ImageRollbackRequest request, IEstate estate, TimeProvider time, RolloutWatch watch)
{
    private readonly PausePlanner pauses = new(estate, time);
    private readonly GitRemedyPlanner remedies = new(estate, request);
    private readonly BadTagSuspension updates = new(request, estate, time);
    private readonly OwnedProof proof = new(request, estate, watch);

    public async Task<TargetPlan> PlanAsync(ArgoApplication application, IReadOnlyList<OwnedMove> asked, CancellationToken cancellation)
    {
        var moves = asked;
        try
        {
            ApplicationRules.MustReconcile(application);
            if (application.IsOperating && !request.Preempt && (application.Operation ?? application.OperationState!.Operation) is { Automated: false })
                ApplicationRules.MustBeIdle(application, "Invoke-ImageRollback");
            moves = [.. asked.Select(AsGitWillSay)];
            return await PlanAsync(application, moves, Draft(application, moves), cancellation);
        }
        catch (Exception refusal) when (refusal is RollbackException or EstateException { Kind: EstateErrorKind.Forbidden or EstateErrorKind.NotFound or EstateErrorKind.Rejected })
        {
            return new TargetPlan { Draft = Draft(application, moves), Refusal = refusal };
        }
    }

    /// <summary>What an earlier rollback left undone in Git, for workloads that are back; null when nothing is.</summary>
    public Task<TargetPlan?> PlanLeftoverAsync(ArgoApplication application, IReadOnlyList<(WorkloadSnapshot Workload, TargetPlan Plan)> back, CancellationToken cancellation) =>
        new OwnedLeftover(request, estate, time, proof).PlanAsync(application, back, cancellation);

    /// <summary>What is left of one that was cut off; a sync that the record says was done is not done again over what came after it.</summary>
    public async Task<TargetPlan> ResumeAsync(UnfinishedTarget target, IReadOnlyList<WorkloadSnapshot> now, CancellationToken cancellation)
    {
        var planned = target.Planned;
        var name = NameIn(planned.Steps)!;
        var application = await ApplicationRules.FindAsync(estate.ArgoCd, name, ArgoRefresh.None, cancellation);
        List<Step> steps = [.. planned.Steps.Where(step => step is not SyncApplication || !target.Done.Contains(step.Description))];
        var stopped = (await SyncScope.ReadAsync(estate, application, null, cancellation)).Stopped;
        var after = SyncAfterwards.Of(application, planned.Steps.Any(IsPause), planned.Then.Any(IsPause), stopped);
        watch.Expect(now);
        return new TargetPlan
        {
            Draft = target.Draft,
            Steps = steps,
            Then = planned.Then,
            Verify = proof.Of(application, [.. now.Select(workload => Goal(workload, planned))], PartOf(planned.Steps, planned.Then), after),
            Conclude = OwnedWords.Conclude(application, after),
            Waiting = OwnedWords.Waiting(application),
        };
    }

    /// <summary>The application that a plan of this kind is about; null for another kind.</summary>
    public static ApplicationName? NameIn(IReadOnlyList<Step> steps) => steps.OfType<QuietApplication>().Select(step => new ApplicationName(step.Namespace, step.Application)).FirstOrDefault();

    /// <summary>The workloads that a plan moves.</summary>
    public static IReadOnlyList<WorkloadReference> WorkloadsIn(PlannedTarget planned) =>
    [
        .. planned.Steps.OfType<RestoreTemplate>().Select(step => new WorkloadReference { Kind = step.Kind, Namespace = step.Namespace, Name = step.Name })
            .Concat(MovesIn(planned).Select(move => new WorkloadReference { Kind = move.Kind, Namespace = move.Namespace, Name = move.Name })).Distinct(),
    ];

    private static IEnumerable<WorkloadMove> MovesIn(PlannedTarget planned) => planned.Steps.Concat(planned.Then)
        .SelectMany(step => step switch { FollowGit follow => follow.Moves, PinInSpec pin => pin.Moves, _ => [] });

    private async Task<TargetPlan> PlanAsync(ArgoApplication application, IReadOnlyList<OwnedMove> asked, RollbackResult draft, CancellationToken cancellation)
    {
        IReadOnlyList<WorkloadMove> moves = [.. asked.Select(one => one.Move)];
        List<string> warnings = [];
        var (remedy, why) = await RemedyAsync(application, moves, cancellation);
        if (remedy is null && request.Via == RollbackVia.Git) throw why!;
        var all = await new ApplicationWorkloads(estate).ReadAsync(application, cancellation);
        var entry = request.Via == RollbackVia.ArgoCD ? await EntryAsync(application, all, moves, cancellation) : null;
        var gitFirst = request.Via == RollbackVia.Git || (request.Via == RollbackVia.ArgoCD && entry is null && remedy is not null);
        if (request.Via == RollbackVia.ArgoCD && entry is null) warnings.Add($"No earlier deployment of {application} differs from now in these images alone, so {(gitFirst ? "Git is changed first" : "the workloads are changed directly")}.");

        if (!gitFirst && entry is null)
        {
            foreach (var one in asked.Where(one => one.Restore.Target is not null))
                warnings.AddRange(await new ConfigurationNeeds(estate.Cluster).CheckAsync(one.Workload, one.Restore.Target!, cancellation));
        }

        var permission = entry is null && remedy is null ? null : await PermissionAsync(application, warnings, cancellation);
        if (permission is { Allowed: false } && (entry is not null || gitFirst)) throw ApplicationPlans.Blocked(application, permission, $"without a sync: Invoke-ImageRollback {asked[0].Workload} -Namespace {asked[0].Workload.Namespace}");
        var scope = await SyncScope.ReadAsync(estate, application, [.. asked.Select(one => ArgoObject.Of(one.Workload.Kind, one.Workload.Namespace, one.Workload.Name))], cancellation);
        if (gitFirst || entry is not null) MustRun(application, asked, scope);
        var pause = await pauses.PlanAsync(application, request.Reason, cancellation, request.Operation);
        var (suspensions, kept) = await updates.SuspendAsync(application, moves, warnings, cancellation);
        QuietApplication quiet = new() { Namespace = application.Metadata.Namespace, Application = application.Metadata.Name, Preempt = request.Preempt, Timeout = request.Timeout };
        // With automated sync on again, Image Updater would bring the bad version back, and what is stopped would start.
        IReadOnlyList<Step> resume = kept && scope.Stopped.Count == 0 ? [.. pause.Steps.Reverse().Select(step => step.Invert()!)] : [];
        var after = SyncAfterwards.Of(application, pause.Steps.Count > 0, resume.Count > 0, kept ? scope.Stopped : []);
        var follow = remedy is null ? null : remedy.Follow(application, moves, request, scope, permission is { Allowed: false } ? permission.Reason : null);
        List<Step> steps = [.. pause.Steps, .. suspensions, quiet];
        List<Step> then = [];
        steps.AddRange(asked.SelectMany(one => one.Before));
        if (gitFirst)
        {
            steps.AddRange([remedy!.Step, follow!, .. asked.SelectMany(one => one.After)]);
            then.AddRange(resume);
        }
        else
        {
            steps.AddRange(entry is not null ? [SyncTo(application, entry, scope)] : asked.Select(one => (Step)one.Restore));
            steps.AddRange(asked.SelectMany(one => one.After));
            if (Marks(application, asked) is { } marks) steps.Add(marks);
            if (follow is not null) then.AddRange([remedy!.Step, follow, .. resume]);
        }

        if (request.NoWait) warnings.Add($"With -NoWait nothing is proven, so {(gitFirst ? "" : "Git is left as it is, and ")}automated sync of {application} stays off. Once Git is right: {SyncAfterwards.Exact(application)}");
        var syncs = entry is not null || follow is FollowGit { ClosedBy: null } or SyncApplication;
        watch.Expect([.. asked.Select(one => one.Workload)]);
        return new TargetPlan
        {
            Draft = draft with
            {
                Steps = [.. permission is null ? [] : new[] { permission.Words }, .. syncs ? scope.Words : [], .. Words(asked, steps, remedy), "then wait until the workloads are healthy", .. Words(asked, then, remedy), .. Left(application, remedy, why, resume)],
                Warnings = [.. draft.Warnings, .. warnings, .. pause.Warnings, .. remedy?.Warnings ?? [], .. syncs ? scope.Warnings(application) : [], .. Sharing(all, asked, remedy)],
                NextStep = suspensions.Count > 0 ? $"When a fixed version is out: Resume-ImageUpdate {application.Metadata.Name} -Namespace {application.Metadata.Namespace}" : null,
            },
            Steps = steps,
            Then = then,
            Danger = asked.Select(one => one.InCluster.Danger).FirstOrDefault(danger => danger is not null),
            Action = $"Roll back image, with all that Argo CD application {application.Metadata.Name} needs",
            Locks = [.. asked.Select(one => new LockedTarget(one.Workload.Namespace, one.Workload.ToString())), .. ApplicationRules.LocksFor(estate, [application.Name, .. pause.Touched])],
            Verify = proof.Of(application, [.. asked.Select(one => new ProvenWorkload(one.Workload, one.Restore.To.Images, one.Restore))], PartOf(steps, then), after, why),
            Conclude = OwnedWords.Conclude(application, after),
            Waiting = OwnedWords.Waiting(application),
        };
    }

    // A sync is what would take it there, and it starts what it takes.
    private static void MustRun(ArgoApplication application, IReadOnlyList<OwnedMove> asked, SyncScope scope)
    {
        foreach (var one in asked)
        {
            if (scope.Stopped.FirstOrDefault(left => left.Object == ArgoObject.Of(one.Workload.Kind, one.Workload.Namespace, one.Workload.Name)) is not { } stopped) continue;
            throw new RollbackException("WorkloadSuspended", $"{one.Workload} of {application} is stopped ({stopped.Why}), and the sync that takes it back would start it. Nothing was changed.")
            {
                Target = $"{one.Workload} in {one.Workload.Namespace}",
                NextStep = "Leave -Via out: then its template goes back, and it stays stopped.",
            };
        }
    }

    // Null where they may not be looked at: whoever may change the workload is not kept from it by that.
    private async Task<SyncPermission?> PermissionAsync(ArgoApplication application, List<string> warnings, CancellationToken cancellation)
    {
        try
        {
            var permission = await ApplicationPlans.JudgeAsync(estate.ArgoCd, application, time, cancellation);
            warnings.AddRange(permission.Warnings);
            return permission;
        }
        catch (EstateException refusal) when (refusal.Kind == EstateErrorKind.Forbidden)
        {
            warnings.Add($"The sync windows of {application} could not be looked at: {refusal.Message}");
            return null;
        }
    }

    private async Task<ApplicationDeployment?> EntryAsync(
        ArgoApplication application, IReadOnlyList<WorkloadSnapshot> all, IReadOnlyList<WorkloadMove> moves, CancellationToken cancellation)
    {
        var seen = HistoryMatch.Find(application, all, moves).ToList();
        foreach (var entry in HistoryMatch.Candidates(application))
            if (await remedies.IsExactAsync(application, entry, moves, cancellation) ?? seen.Contains(entry)) return entry;
        return null;
    }

    private async Task<(PlannedRemedy? Remedy, Exception? Why)> RemedyAsync(ArgoApplication application, IReadOnlyList<WorkloadMove> moves, CancellationToken cancellation)
    {
        try
        {
            return (await remedies.PlanAsync(application, moves, cancellation), null);
        }
        catch (Exception refusal) when (refusal is RollbackException or EstateException or FormatException)
        {
            return (null, refusal is FormatException wrong ? new RollbackException("InvalidName", wrong.Message, wrong) : refusal);
        }
    }

    // What Git will say is what is proven: a pin keeps everything of the present release but the image.
    private OwnedMove AsGitWillSay(OwnedMove asked)
    {
        if (request.GitChange != GitRemedy.Pin || asked.Restore.Target is not { } target) return asked;
        var images = target.Images.ToDictionary(image => image.Container, image => image.Image);
        var template = asked.Workload.Template.WithImages(images);
        if (template.Hash == target.Hash) return asked;
        if (template.Hash == asked.Workload.Template.Hash)
        {
            throw new RollbackException("NotAnImageChange", $"{asked.Workload} goes back by more than an image, and its images are the same: pinning one in Git would change nothing.")
            {
                Target = $"{asked.Workload} in {asked.Workload.Namespace}",
                NextStep = $"Take the commit that changed it out of Git with Undo-GitCommit; in the cluster alone: Invoke-ImageRollback {asked.Workload} -Namespace {asked.Workload.Namespace} -Via Cluster",
            };
        }

        var to = TemplateIdentity.Of(template, asked.Workload.Revisions.FirstOrDefault(revision => revision.Template.Hash == template.Hash));
        var more = TemplateDifference.Describe(template, target).Take(3);
        return asked with
        {
            Restore = asked.Restore with { To = to, Target = template },
            InCluster = asked.InCluster with
            {
                Draft = asked.InCluster.Draft with
                {
                    // All else that would have gone back.
                    Steps = [.. asked.InCluster.Draft.Steps.Where(step => !step.StartsWith("also ", StringComparison.Ordinal))],
                    Warnings = [.. asked.InCluster.Draft.Warnings, $"{asked.Workload} changed by more than its image since ({string.Join("; ", more)}): that stays. -GitChange Revert takes all of it back."],
                },
            },
        };
    }

    private SyncApplication SyncTo(ArgoApplication application, ApplicationDeployment entry, SyncScope scope)
    {
        var deployed = Deployed.Of(application);
        return new SyncApplication
        {
            Namespace = application.Metadata.Namespace,
            Application = application.Metadata.Name,
            Uid = application.Metadata.Uid,
            OperationId = SyncApplication.NewId(),
            Version = entry.Version,
            HistoryId = entry.Id,
            From = deployed?.Version,
            FromHistoryId = deployed?.Entry?.Id,
            Following = SyncApplication.LastLike(application, entry.Version),
            Leave = scope.Left,
            SyncOptions = application.SyncOptions,
            Reason = request.Reason,
            Timeout = request.Timeout,
        };
    }

    private static MarkVersions? Marks(ArgoApplication application, IReadOnlyList<OwnedMove> asked) =>
        Deployed.Of(application) is not { } deployed || !asked.Any(one => one.Restore.MarksBad) ? null : new MarkVersions
        {
            Namespace = application.Metadata.Namespace,
            Application = application.Metadata.Name,
            Uid = application.Metadata.Uid,
            Bad = deployed.Version.Key,
            BadId = deployed.Entry?.Id ?? (application.History.Count == 0 ? 0 : application.History[^1].Id),
        };

    private static ProvenWorkload Goal(WorkloadSnapshot workload, PlannedTarget planned)
    {
        var restore = planned.Steps.OfType<RestoreTemplate>().FirstOrDefault(step => step.Kind == workload.Kind && step.Namespace == workload.Namespace && step.Name == workload.Name);
        var move = MovesIn(planned)
            .FirstOrDefault(move => move.Kind == workload.Kind && move.Namespace == workload.Namespace && move.Name == workload.Name);
        return new ProvenWorkload(workload, restore?.To.Images ?? move?.To, restore);
    }

    private static GitPart PartOf(IReadOnlyList<Step> steps, IReadOnlyList<Step> then) =>
        steps.Any(IsFollow) ? then.Count > 0 ? GitPart.First : GitPart.FirstAndLast
        : then.Any(IsFollow) ? GitPart.Follows : GitPart.Left;

    private static bool IsFollow(Step step) => step is FollowGit or RequireAgreement or SyncApplication { Version: null };

    private static bool IsPause(Step step) => step is SetSyncPolicy or PauseOwner;

    private RollbackResult Draft(ArgoApplication application, IReadOnlyList<OwnedMove> asked)
    {
        var own = asked[0].InCluster.Draft;
        IReadOnlyList<string> warnings = [.. asked.SelectMany(one => one.InCluster.Draft.Warnings.Except(Ownership.Warnings(one.Workload))).Distinct()];
        return asked.Count == 1 ? own with { Warnings = warnings } : ApplicationPlans.Draft(estate, application.Name) with
        {
            From = string.Join(", ", asked.Select(one => $"{one.Workload.Name}={ContainerImage.DescribeShort(one.Restore.From.Images)}")),
            To = string.Join(", ", asked.Select(one => $"{one.Workload.Name}={ContainerImage.DescribeShort(one.Restore.To.Images)}")),
            Warnings = warnings,
        };
    }

    private static IEnumerable<string> Words(IReadOnlyList<OwnedMove> asked, IReadOnlyList<Step> steps, PlannedRemedy? remedy)
    {
        foreach (var step in steps)
        {
            yield return step.Description;
            if (step is RestoreTemplate restore)
                foreach (var more in More(asked.First(one => one.Restore == restore))) yield return more;
            if (step == remedy?.Step) yield return remedy.IsThere ? "(Git says it already)" : remedy.Diff;
        }
    }

    // Beside the request itself, which is in the words of its step: fields that go back, too, and who gets them.
    private static IEnumerable<string> More(OwnedMove move)
    {
        var words = move.InCluster.Steps.Select(step => step.Description).ToList();
        return move.InCluster.Draft.Steps.Where(line => !words.Exists(word => line.EndsWith(word, StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Left(ArgoApplication application, PlannedRemedy? remedy, Exception? why, IReadOnlyList<Step> resume)
    {
        if (remedy is null) yield return $"left to you: Git ({why?.Message}){(resume.Count > 0 ? $", and then Set-ArgoSyncPolicy {application.Metadata.Name} -Policy Exact" : "")}";
    }

    // An overlay sets an image for every workload that has it.
    private static IEnumerable<string> Sharing(IReadOnlyList<WorkloadSnapshot> all, IReadOnlyList<OwnedMove> asked, PlannedRemedy? remedy)
    {
        if (remedy?.Step is not (PinImages or PinInSpec)) yield break;
        var left = asked.SelectMany(one => one.Move.Changes()).Select(change => change.From).ToHashSet();
        foreach (var other in all.Where(one => asked.All(own => own.Workload.Object.Metadata.Uid != one.Object.Metadata.Uid)))
            if (other.Template.Images.FirstOrDefault(image => left.Contains(image.Image)) is { } shared)
                yield return $"{other} runs {shared.Image}, too, and goes back with it once Git says so: an overlay sets an image for all that have it.";
    }
}
