namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>The contexts of the kubeconfig.</summary>
public sealed class ContextCompleter : LiveCompleter
{
    private protected override Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Suggestion>>(
            [.. request.Services.Provider.ContextNames(request.Path("Kubeconfig")).Select(name => new Suggestion(name, $"context {name}"))]);
}
