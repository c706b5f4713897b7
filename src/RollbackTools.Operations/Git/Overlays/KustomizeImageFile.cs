using System.Text;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Overlays;

/// <summary>Sets an image in one file on this machine.</summary>
internal sealed class KustomizeImageFile(KustomizeImageRequest request, IEstate estate) : IOperation
{
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public async Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation)
    {
        var path = request.File!;
        GitChange draft = new() { Estate = estate.Name, Kind = KustomizeImage.Kind, Name = Path.GetFileName(path), Namespace = Path.GetDirectoryName(path) ?? "", Repository = path };
        var before = await PinImageInFile.ReadAsync(path, cancellation);
        try
        {
            var edit = estate.Kustomize.SetImage(path, before, request.Pin);
            draft = draft with
            {
                From = edit.Before?.ToString() ?? "",
                To = edit.After.ToString(),
                Diff = TextDiff.Unified(Path.GetFileName(path), Encoding.UTF8.GetString(before), Encoding.UTF8.GetString(edit.Content.Span)),
            };
            if (!edit.Changed)
            {
                var message = $"{path} sets {edit.After} already";
                return [new TargetPlan { Draft = draft with { Steps = [$"nothing to change: {message}"] }, Settled = Verdict.Good(message), Locks = [] }];
            }

            PinImageInFile step = new() { Path = path, Pin = request.Pin, From = edit.Before, To = edit.After };
            return [Planned(step, draft with { Steps = [step.Description, .. draft.Diff.Split('\n')] })];
        }
        catch (RollbackException refusal)
        {
            return [new TargetPlan { Draft = draft, Refusal = refusal, Locks = [] }];
        }
    }

    public Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<TargetPlan>>([.. targets.Select(target => Planned((PinImageInFile)target.Planned.Steps[0], target.Draft))]);

    private static TargetPlan Planned(PinImageInFile step, RollbackResult draft) => new()
    {
        Draft = draft,
        Steps = [step],
        Action = "Set image in file",
        Locks = [],
        Success = RollbackOutcome.Changed,
        Verify = (_, _) => Task.FromResult(Verdict.Good($"{step.Path} sets {step.To}")),
    };
}
