using System.Management.Automation;
using RollbackTools.Cmdlets.Shared.Completion;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>The base of cmdlets that talk to an estate: how to reach it, and having reached it.</summary>
public abstract class EstateCmdlet : RollbackCmdlet
{
    private readonly Dictionary<string, Connection> connections = [];
    private EstateParameters? given;

    /// <summary>An environment of rollback.yaml. Explicit parameters win over what it says.</summary>
    [Parameter]
    [Alias("Env")]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Environment { get; set; }

    /// <summary>The namespace; else the environment's, else the context's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("n")]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>A context of the kubeconfig; else its current one.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ContextCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Context { get; set; }

    /// <summary>One kubeconfig, or several that are merged; else $env:KUBECONFIG, else ~/.kube/config.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Kubeconfig { get; set; }

    /// <summary>The environment file; else $env:ROLLBACKTOOLS_CONFIG, else rollback.yaml upward from here.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? EnvironmentFile { get; set; }

    /// <summary>How long one request may go without an answer: 30s unless said otherwise.</summary>
    [Parameter]
    [Duration]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Act as this user, like kubectl --as.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? As { get; set; }

    /// <summary>Act as a member of these groups, like kubectl --as-group.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? AsGroup { get; set; }

    /// <summary>What the command line itself said, before the pipeline bound anything.</summary>
    private protected EstateParameters Given => given ?? throw new InvalidOperationException("The command has not begun.");

    protected override async Task BeginAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        given = await pipeline.AskAsync(engine => EstateParameters.Read(this, engine));
    }

    /// <summary>
    /// Opens the estate, or takes the one this session has open. Nothing is sent yet. With no connection named on the command
    /// line, <paramref name="origin"/> (the estate a piped object came from) is found again if this session has it open.
    /// </summary>
    private protected Connection Connect(CommandPipeline pipeline, string? origin = null)
    {
        if (connections.TryGetValue(origin ?? "", out var known)) return known;

        var cache = EstateCache.Of(Engine.Session);
        var environment = EnvironmentChoice.Resolve(Services.Provider, Given);
        var found = Given.NamesAnEstate || origin is null ? null : cache.TakeNamed(origin);
        var lease = found ?? cache.Take(Services.Provider, Given.ToOptions(environment));
        var next = found is null ? NextCommands.Of(this, Given.Namespace, lease.Options) : NextCommands.Of(found.Options, GetType(), Given.Namespace);
        var connection = new Connection(lease, environment, next);
        connections.Add(origin ?? "", connection);
        foreach (var warning in lease.Warnings) pipeline.Warning(warning);
        connection.MustBe(origin);
        return connection;
    }

    private protected override NextCommands NextFor(string? estate)
    {
        if (estate is not null && connections.Values.FirstOrDefault(one => one.Estate.Name == estate) is { } its) return its.Next;
        return connections.Count == 1 ? connections.Values.First().Next : NextCommands.Of(this, given?.Namespace);
    }

    private protected override void OnFailure(Exception failure)
    {
        foreach (var connection in connections.Values) connection.ForgetIfBroken(failure);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var connection in connections.Values) connection.Lease.Dispose();
        }

        base.Dispose(disposing);
    }
}
