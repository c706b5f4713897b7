using RollbackTools.Cmdlets.Argo;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;

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

    /// <summary>Argo CD's API server as the command line names it.</summary>
    public Uri? ArgoServer { get; init; }

    public ArgoToken? ArgoToken { get; init; }

    public string? ArgoCaFile { get; init; }

    /// <summary>Whether all that is asked of an estate is Argo CD: then its API server alone will do.</summary>
    public bool OnlyArgoCd { get; init; }

    /// <summary>Whether the operator said where to go; if so, nothing else decides it.</summary>
    public bool NamesAnEstate => (Environment ?? Kubeconfig ?? Context ?? ArgoServer?.Host) is not null;

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
        OnlyArgoCd = cmdlet is ArgoCmdlet,
        ArgoServer = (cmdlet as ArgoCmdlet)?.Server,
        ArgoToken = (cmdlet as ArgoCmdlet)?.Token,
        ArgoCaFile = (cmdlet as ArgoCmdlet)?.ArgoCaFile is { } authorities ? engine.ResolvePath(authorities) : null,
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
        WithoutCluster = OnlyArgoCd && (ArgoServer ?? environment?.ArgoCd.Server) is not null
            && (Kubeconfig ?? environment?.Kubeconfig ?? Context ?? environment?.Context ?? As) is null && AsGroup.Count == 0,
        ArgoCd = ToArgoCd(environment?.ArgoCd),
        RequestTimeout = RequestTimeout,
        ImpersonateUser = As,
        ImpersonateGroups = AsGroup,
    };

    // Another server than the environment's has other certificates and another token.
    private ArgoCdOptions? ToArgoCd(ArgoCdSettings? settings)
    {
        if ((ArgoServer ?? settings?.Server) is not { } server) return null;
        var theirs = ArgoServer is null || ArgoServer == settings?.Server ? settings : null;
        return new ArgoCdOptions { Server = server, Project = settings?.Project, CaFile = ArgoCaFile ?? theirs?.CaFile, TokenEnv = theirs?.TokenEnv, Token = ArgoToken };
    }

    private static string Join(string[] files, ICommandEngine engine) => string.Join(
        Path.PathSeparator,
        files.SelectMany(file => file.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)).Select(engine.ResolvePath));
}
