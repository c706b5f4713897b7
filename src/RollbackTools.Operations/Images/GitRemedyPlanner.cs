using System.Text;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Images;

/// <summary>The commit that takes the bad images out of Git (or the change of the application's spec, where that sets them), with what it will look like.</summary>
internal sealed record PlannedRemedy(Step Step)
{
    public string Diff { get; init; } = "";

    /// <summary>What it means beyond the overlay and beyond today.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Git says it already.</summary>
    public bool IsThere { get; init; }

    /// <summary>What has Argo CD deploy it, or (behind a closed sync window) what must be true without a sync.</summary>
    public Step Follow(ArgoApplication application, IReadOnlyList<WorkloadMove> moves, ImageRollbackRequest request, SyncScope scope, string? closedBy) => Step switch
    {
        PushCommit push => FollowGit.Of(application, push, moves, scope) with { ClosedBy = closedBy, Reason = request.Reason, Timeout = request.Timeout },
        _ when closedBy is not null => new RequireAgreement { Namespace = application.Metadata.Namespace, Application = application.Metadata.Name },
        // The commit stays the one that is deployed: only the spec changed.
        _ => new SyncApplication
        {
            Namespace = application.Metadata.Namespace,
            Application = application.Metadata.Name,
            Uid = application.Metadata.Uid,
            OperationId = SyncApplication.NewId(),
            Revision = Deployed.Of(application)?.Version.Revisions is [var revision] ? revision : null,
            Leave = scope.Left,
            SyncOptions = application.SyncOptions,
            Reason = request.Reason,
            Timeout = request.Timeout,
        },
    };
}

/// <summary>Plans how the images that workloads leave also leave Git. Reads the repository, so that a plan that can be made can be carried out.</summary>
internal sealed class GitRemedyPlanner(IEstate estate, ImageRollbackRequest request)
{
    private const int LookBack = 30;

    /// <summary>Throws when it cannot be done there, saying why.</summary>
    public async Task<PlannedRemedy> PlanAsync(ArgoApplication application, IReadOnlyList<WorkloadMove> moves, CancellationToken cancellation)
    {
        var pins = Pins(moves);
        if (SpecPins.Find(application, moves) is { } own) return await InSpecAsync(application, own, moves, cancellation);
        var source = GitSource.Of(application, request.Git);
        var repository = await estate.Git.OpenAsync(source.Repository, cancellation);
        var overlay = GitNames.Path(source.Overlay);
        if (request.Git.PullRequestBranch is { } named) GitNames.Branch(named);
        var branch = await repository.ReadBranchAsync(source.Branch, cancellation);
        return request.GitChange == GitRemedy.Pin
            ? await PinAsync(application, repository, branch, overlay, pins, cancellation)
            : await RevertAsync(repository, branch, overlay, pins, cancellation);
    }

    /// <summary>
    /// Whether a deployment differs from the present one in exactly these images, as Git tells: what workloads ran when is put together from times,
    /// and versions that came and went within moments are told apart by Git alone. Null where it cannot tell.
    /// </summary>
    public async Task<bool?> IsExactAsync(ArgoApplication application, ApplicationDeployment entry, IReadOnlyList<WorkloadMove> moves, CancellationToken cancellation)
    {
        if (entry.Version.Revisions is not [var revision] || Deployed.Of(application)?.Version.Revisions is not [var deployed]) return null;
        try
        {
            var source = GitSource.Of(application, request.Git);
            var overlay = GitNames.Path(source.Overlay);
            var repository = await estate.Git.OpenAsync(source.Repository, cancellation);
            var branch = await repository.ReadBranchAsync(source.Branch, cancellation);
            var (then, now) = ((await repository.FindCommitAsync(branch, revision, cancellation)).Id, (await repository.FindCommitAsync(branch, deployed, cancellation)).Id);
            OverlayFiles files = new(repository, estate.Kustomize, now, overlay);
            await files.PinAllAsync(Pins(moves), application.Metadata.Name, cancellation);
            var changed = ReturnOverlay.Differences(
                await RenderedTree.ReadAsync(repository, estate.Kustomize, now, overlay, cancellation),
                await RenderedTree.ReadAsync(repository, estate.Kustomize, then, overlay, cancellation)).Select(file => file.Path).ToHashSet();
            if (!changed.SetEquals(files.Written.Keys)) return false;
            foreach (var (path, pinned) in files.Written)
                if (await repository.ReadFileAsync(then, path, cancellation) is not { } file || !file.Content.Span.SequenceEqual(pinned.Span)) return false;
            return true;
        }
        catch (Exception unasked) when (unasked is RollbackException or EstateException or FormatException)
        {
            return null;
        }
    }

    /// <summary>What Git would still bring, though it was rolled away from: each workload with that image (From) and the one it runs (To).</summary>
    public async Task<IReadOnlyList<WorkloadMove>> LeftInGitAsync(
        ArgoApplication application, IReadOnlyList<WorkloadSnapshot> workloads, DateTimeOffset now, CancellationToken cancellation)
    {
        ImagesInGit git = new(estate, request.Git);
        List<WorkloadMove> left = [];
        foreach (var workload in workloads)
        {
            var bad = KnownGood.Judge(workload, "", now).Where(revision => revision is { Current: false, Health: RevisionHealth.Bad })
                .SelectMany(revision => revision.Images).Select(image => image.Image).ToHashSet();
            var held = await git.OfAsync(application, workload.Template, cancellation);
            IReadOnlyList<ContainerImage> inGit = [.. workload.Template.Images.Zip(held, (image, set) => bad.Contains(set.Image) ? set : image)];
            if (!inGit.SequenceEqual(workload.Template.Images))
                left.Add(new WorkloadMove { Kind = workload.Kind, Namespace = workload.Namespace, Name = workload.Name, From = inGit, To = workload.Template.Images });
        }

        return left;
    }

    // Who writes the spec anew would put the bad image back.
    private async Task<PlannedRemedy> InSpecAsync(ArgoApplication application, SourceChange change, IReadOnlyList<WorkloadMove> moves, CancellationToken cancellation)
    {
        if ((await new ApplicationOwners(estate.ArgoCd).FindAsync(application, cancellation)) is [var owner, ..])
        {
            throw new RollbackException("PinnedBySpec", $"{application} sets the image in its own spec (spec.source.{change.Tool}.{change.Field}), and {owner} writes that.")
            {
                Target = application.ToString(),
                NextStep = $"Set it where {owner} has it from",
            };
        }

        return new PlannedRemedy(new PinInSpec
        {
            Namespace = application.Metadata.Namespace,
            Application = application.Metadata.Name,
            Uid = application.Metadata.Uid,
            Change = change,
            Moves = moves,
        });
    }

    private async Task<PlannedRemedy> PinAsync(
        ArgoApplication application, IGitRepository repository, GitBranch branch, string overlay, IReadOnlyList<ImagePin> pins, CancellationToken cancellation)
    {
        OverlayFiles files = new(repository, estate.Kustomize, branch.Tip, overlay);
        var all = await files.PinAllAsync(pins, application.Metadata.Name, cancellation);
        PinImages step = new()
        {
            Repository = repository.WorkingCopy ?? repository.Url,
            Remote = RepositoryName.Short(repository.Url),
            Branch = branch.Name,
            PullRequestBranch = request.Git.PullRequestBranch,
            ProposalBranch = $"rollback/{application.Metadata.Name}-{GitCommit.Short(branch.Tip)}",
            Overlay = overlay,
            Pins = pins,
            Application = application.Metadata.Name,
            From = [.. all.Select(edits => edits[0].Edit.Before?.ToString())],
            Reason = request.Reason,
        };
        return new PlannedRemedy(step)
        {
            Warnings = [.. files.Consequences.Distinct()],
            IsThere = all.All(edits => edits.All(edit => !edit.Edit.Changed)),
            Diff = string.Join('\n', all.SelectMany(edits => edits).DistinctBy(edit => edit.Path).Where(edit => files.Written.ContainsKey(edit.Path))
                .Select(edit => TextDiff.Unified(edit.Path, Encoding.UTF8.GetString(edit.Before.Span), Encoding.UTF8.GetString(files.Written[edit.Path].Span)))),
        };
    }

    private async Task<PlannedRemedy> RevertAsync(
        IGitRepository repository, GitBranch branch, string overlay, IReadOnlyList<ImagePin> pins, CancellationToken cancellation)
    {
        List<GitCommit> bad = [];
        foreach (var pin in pins)
        {
            var past = await new PinHistory(repository, estate.Kustomize).ReadAsync(branch, overlay, pin.Name, LookBack, cancellation);
            var good = past.ToList().FindIndex(entry => entry.Tag == pin.Tag);
            if (good < 0)
            {
                throw new RollbackException("CommitNotFound", $"The last {LookBack} commits of {overlay} on {branch.Name} do not tell which of them replaced {pin}.")
                {
                    NextStep = $"Leave -GitChange out to pin the image; or find the commit yourself (git log -- {overlay}) and take it back with Undo-GitCommit.",
                };
            }

            bad.AddRange(past.Take(good + 1).Select(entry => entry.Until));
        }

        var commits = bad.DistinctBy(commit => commit.Id).OrderByDescending(commit => commit.Committer.At).ToList();
        RevertCommits step = new()
        {
            Repository = repository.WorkingCopy ?? repository.Url,
            Remote = RepositoryName.Short(repository.Url),
            Branch = branch.Name,
            PullRequestBranch = request.Git.PullRequestBranch,
            ProposalBranch = $"rollback/revert-{commits[0].ShortId}",
            Commits = [.. commits.Select(commit => commit.Id)],
            Reason = request.Reason,
        };
        var reverted = await repository.RevertAsync(new RevertRequest(branch.Tip, commits, null), cancellation);
        if (reverted.Conflicts.Count > 0) throw step.Conflict(repository.Url, reverted.Conflicts);
        return new PlannedRemedy(step)
        {
            IsThere = !reverted.Changed,
            Diff = string.Join('\n', commits.Select(commit => $"revert {commit.ShortId} \"{commit.Subject}\" by {commit.Author.Name}")),
        };
    }

    private static IReadOnlyList<ImagePin> Pins(IReadOnlyList<WorkloadMove> moves)
    {
        List<ImagePin> pins = [.. moves.SelectMany(move => move.Pins()).Distinct()];
        if (pins.GroupBy(pin => (pin.Name, pin.Running)).FirstOrDefault(group => group.Count() > 1) is { } torn)
        {
            throw new RollbackException("AmbiguousImage", $"{torn.Key.Name} is to go to {string.Join(" and ", torn)}, and an overlay sets an image once for all workloads.")
            {
                NextStep = "Name the version: -ToTag.",
            };
        }

        return pins;
    }
}
