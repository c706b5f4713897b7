using System.Collections;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>What was typed so far.</summary>
internal sealed record CompletionRequest(CommandServices Services, object Session, string Word, IDictionary Bound, Func<string> CurrentDirectory)
{
    public string? Namespace => Text("Namespace") ?? Text("n");

    /// <summary>The parameter's value as one text; null when it is not on the line.</summary>
    public string? Text(string parameter) => Bound.Contains(parameter) ? Bound[parameter]?.ToString() : null;

    /// <summary>The connection the command would use. Throws like it would.</summary>
    public (EstateLease Lease, string? Namespace) Connect(bool onlyArgoCd = false)
    {
        EstateParameters given = new()
        {
            Environment = Text("Environment") ?? Text("Env"),
            EnvironmentFile = Path("EnvironmentFile"),
            Kubeconfig = Path("Kubeconfig"),
            Context = Text("Context"),
            Directory = CurrentDirectory(),
            RequestTimeout = TimeSpan.FromSeconds(30),
            As = Text("As"),
            OnlyArgoCd = onlyArgoCd,
            ArgoServer = Text("ArgoServer") is { Length: > 0 } server ? Operations.Estate.ArgoCd.ArgoServer.Parse(server) : null,
            ArgoCaFile = Path("ArgoCaFile"),
        };
        var options = given.ToOptions(EnvironmentChoice.Resolve(Services.Provider, given));
        return (EstateCache.Of(Session).Take(Services.Provider, options), Namespace);
    }

    public string? Path(string parameter) =>
        Text(parameter) is { Length: > 0 } path ? System.IO.Path.GetFullPath(path, CurrentDirectory()) : null;
}
