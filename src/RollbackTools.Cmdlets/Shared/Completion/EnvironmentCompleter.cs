namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>The environments of rollback.yaml.</summary>
public sealed class EnvironmentCompleter : LiveCompleter
{
    private protected override Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation)
    {
        var file = request.Services.Provider.FindEnvironmentFile(request.Path("EnvironmentFile"), request.CurrentDirectory());
        return Task.FromResult<IReadOnlyList<Suggestion>>(
            file is null
                ? []
                : [.. file.Environments.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair =>
                    new Suggestion(pair.Key, $"context {pair.Value.Context ?? "(current)"}, namespace {pair.Value.Namespace ?? "(the context's)"}"))]);
    }
}
