using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Overlays;

/// <summary>Sets an image in an overlay of a repository. The push is conditional on all that it changes, so nothing else is locked.</summary>
internal sealed class KustomizeImage(KustomizeImageRequest request, IEstate estate) : IOperation
{
    public const string Kind = "Kustomization";

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public async Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation)
    {
        var repository = await estate.Git.OpenAsync(RepositoryName.WithoutSecret(request.Repository), cancellation);
        var overlay = GitNames.Path(request.Overlay);
        if (request.PullRequestBranch is { } named) GitNames.Branch(named);
        var branch = await repository.ReadBranchAsync(request.Branch, cancellation);
        GitChange draft = new()
        {
            Estate = estate.Name,
            Namespace = RepositoryName.Short(repository.Url),
            Kind = Kind,
            Name = overlay.Length == 0 ? "." : overlay,
            Repository = repository.Url,
            Branch = branch.Name,
        };
        try
        {
            return [await PlanAsync(repository, branch, overlay, draft, cancellation)];
        }
        catch (RollbackException refusal)
        {
            return [new TargetPlan { Draft = draft, Refusal = refusal, Locks = [] }];
        }
    }

    public Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<TargetPlan>>([.. targets.Select(target => Planned(
            (PinImage)target.Planned.Steps[0], PushVerdict.Resumed(target.Draft, request.Repository, ((PinImage)target.Planned.Steps[0]).Branch), null))]);

    private async Task<TargetPlan> PlanAsync(IGitRepository repository, GitBranch branch, string overlay, GitChange draft, CancellationToken cancellation)
    {
        OverlayFiles files = new(repository, estate.Kustomize, branch.Tip, overlay);
        var edits = await files.PinAsync(request.Pin, request.Application, cancellation);
        var (from, to) = (edits[0].Edit.Before?.ToString(), edits[0].Edit.After.ToString());
        draft = draft with
        {
            From = from ?? "",
            To = to,
            Warnings = [.. files.Consequences, .. files.Shadowed, .. Overridden(edits, request.Application)],
            Diff = string.Join('\n', edits.Select(edit => edit.Diff).Where(diff => diff.Length > 0)),
        };
        if (edits.All(edit => !edit.Edit.Changed))
        {
            var message = $"{edits[0].Path} on {branch.Name} sets {to} already, at {GitCommit.Short(branch.Tip)}";
            return new TargetPlan { Draft = draft with { Steps = [$"nothing to change: {message}"] }, Settled = Verdict.Good(message), Locks = [] };
        }

        PinImage step = new()
        {
            Repository = request.Repository,
            Remote = draft.Namespace,
            Branch = branch.Name,
            PullRequestBranch = request.PullRequestBranch,
            ProposalBranch = ProposalBranch(edits[0].Edit.After),
            Overlay = overlay,
            Pin = request.Pin,
            Application = request.Application,
            From = from,
            To = to,
            Reason = request.Reason,
        };
        step = step with { Planned = step.Draft(branch.Tip, edits) };
        return Planned(step, draft with { Steps = [step.Description, .. draft.Diff.Split('\n')] }, repository.WorkingCopy);
    }

    private static TargetPlan Planned(PinImage step, RollbackResult draft, string? workingCopy) => new()
    {
        Draft = draft,
        Steps = [step],
        Action = "Set image in Git",
        Locks = [],
        Success = RollbackOutcome.Changed,
        Verify = (_, _) => Task.FromResult(PushVerdict.Of(step, workingCopy)),
    };

    private static IEnumerable<string> Overridden(IReadOnlyList<FileEdit> edits, string? application) =>
        edits[0].Path.Contains(".argocd-source", StringComparison.Ordinal)
            ? [$"{edits[0].Path} overrides the kustomization when Argo CD renders it, so it is what is set here. Who wrote it (Argo CD Image Updater, usually) may write it again." +
                (application is null && OverlayFiles.OwnerOf(edits[0].Path) is { } owner ? $" It is application {owner}'s: -Application says whose is meant." : "")]
            : [];

    private static string ProposalBranch(ImageEntry image)
    {
        var name = image.Name[(image.Name.LastIndexOf('/') + 1)..];
        var version = image.NewTag ?? image.Digest?.Split(':')[^1][..Math.Min(12, image.Digest.Split(':')[^1].Length)] ?? "image";
        return $"rollback/{Slug($"{name}-{version}")}";
    }

    private static string Slug(string text) => new string([.. text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')])
        .Replace("..", "-", StringComparison.Ordinal).Trim('.', '-') is { Length: > 0 } slug && !slug.EndsWith(".lock", StringComparison.Ordinal) ? slug : "image";
}
