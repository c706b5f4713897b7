using RollbackTools.Operations.Estate;

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
                : [.. file.Names.Select(name => new Suggestion(name, file.Environments.TryGetValue(name, out var known) ? About(known) : file.Broken[name].Message))]);
    }

    private static string About(EnvironmentSettings known) => $"context {known.Context ?? "(current)"}, namespace {known.Namespace ?? "(the context's)"}";
}
