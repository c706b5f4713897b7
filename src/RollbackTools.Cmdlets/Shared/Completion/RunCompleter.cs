using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>The runs on record, those that need somebody first.</summary>
public sealed class RunCompleter : LiveCompleter
{
    private protected override Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Suggestion>>(
            [.. request.Services.Runs.List().OrderByDescending(run => run.State is RunState.Interrupted).Take(50).Select(run =>
                new Suggestion(run.RunId, $"{run.State}: {string.Join(", ", run.Targets.Take(3))}"))]);
}
