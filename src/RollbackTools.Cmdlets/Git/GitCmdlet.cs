using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Git;

/// <summary>The base of cmdlets that work in a Git repository. No cluster is needed, and none is asked.</summary>
public abstract class GitCmdlet : RollbackCmdlet
{
    /// <summary>A URL, or a working copy, whose remote is meant; else the environment's, else the working copy you stand in.</summary>
    [Parameter]
    [Alias("Repo", "Url")]
    [ValidateNotNullOrEmpty]
    public string? Repository { get; set; }

    /// <summary>The branch; else the environment's, else the remote's default branch.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Branch { get; set; }

    /// <summary>An environment of rollback.yaml. Explicit parameters win over what it says.</summary>
    [Parameter]
    [Alias("Env")]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Environment { get; set; }

    /// <summary>The environment file; else $env:ROLLBACKTOOLS_CONFIG, else rollback.yaml upward from here.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? EnvironmentFile { get; set; }

    private protected GitPlace Place { get; private set; } = null!;

    protected override async Task BeginAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        var (parameters, repository) = await pipeline.AskAsync(engine => (
            new EstateParameters
            {
                Environment = Environment,
                EnvironmentFile = EnvironmentFile is { } file ? engine.ResolvePath(file) : null,
                Directory = engine.CurrentDirectory,
            },
            Repository is { } given && RepositoryName.IsPath(given) ? engine.ResolvePath(given) : Repository));
        // Not in there: what goes wrong with the engine's own thread is PowerShell's error, and a mistake in a file is ours.
        Place = GitPlace.Of(Services.Provider, parameters, repository, Branch);
    }

    private protected override NextCommands NextFor(string? estate) => NextCommands.Of(this);

    private protected IEstate Open(CommandPipeline pipeline) =>
        Services.Provider.Open(new EstateOptions { WithoutCluster = true, EstateName = Place.Estate }, pipeline.Warning);

    /// <summary>Runs one request and writes its results.</summary>
    private protected async Task RunAsync(CommandPipeline pipeline, OperationRequest request, CancellationToken cancellation)
    {
        await using var estate = Open(pipeline);
        await Results.WriteAsync(pipeline, new OperationRunner(estate, Services.Runs, pipeline, Services.Time).RunAsync(request, cancellation));
    }
}
