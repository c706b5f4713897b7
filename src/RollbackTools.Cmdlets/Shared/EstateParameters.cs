using RollbackTools.Operations.Estate;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>The connection parameters as given, with paths made absolute.</summary>
internal sealed record EstateParameters
{
    public string? Environment { get; init; }

    public string? EnvironmentFile { get; init; }

    public string? Kubeconfig { get; init; }

    public string? Context { get; init; }

    public string? Namespace { get; init; }

    public TimeSpan RequestTimeout { get; init; }

    public string? As { get; init; }

    public IReadOnlyList<string> AsGroup { get; init; } = [];

    public string Directory { get; init; } = "";

    /// <summary>Whether the operator said where to go; if so, nothing else decides it.</summary>
    public bool NamesAnEstate => (Environment ?? Kubeconfig ?? Context) is not null;

    public static EstateParameters Read(EstateCmdlet cmdlet, ICommandEngine engine) => new()
    {
        Environment = cmdlet.Environment,
        EnvironmentFile = cmdlet.EnvironmentFile is { } file ? engine.ResolvePath(file) : null,
        Kubeconfig = cmdlet.Kubeconfig is { Length: > 0 } files ? Join(files, engine) : null,
        Context = cmdlet.Context,
        Namespace = cmdlet.Namespace,
        RequestTimeout = cmdlet.RequestTimeout,
        As = cmdlet.As,
        AsGroup = cmdlet.AsGroup ?? [],
        Directory = engine.CurrentDirectory,
    };

    /// <summary>
    /// The namespace of the command line is not part of it: that goes with each request, so that one connection serves them all.
    /// </summary>
    public EstateOptions ToOptions(EnvironmentSettings? environment) => new()
    {
        Kubeconfig = Kubeconfig ?? environment?.Kubeconfig,
        Context = Context ?? environment?.Context,
        Namespace = environment?.Namespace,
        EstateName = environment is not null && Context is null && Kubeconfig is null ? environment.Name : null,
        RequestTimeout = RequestTimeout,
        ImpersonateUser = As,
        ImpersonateGroups = AsGroup,
    };

    private static string Join(string[] files, ICommandEngine engine) => string.Join(
        Path.PathSeparator,
        files.SelectMany(file => file.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)).Select(engine.ResolvePath));
}
