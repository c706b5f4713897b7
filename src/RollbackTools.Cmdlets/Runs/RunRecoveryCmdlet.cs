using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Runs;

/// <summary>The base of cmdlets that take up a run from its journal. How to reach its estate is on record there.</summary>
public abstract class RunRecoveryCmdlet : RollbackCmdlet
{
    /// <summary>A run's id, or the beginning of it.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [RunId]
    [ArgumentCompleter(typeof(RunCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] RunId { get; set; } = [];

    protected override async Task ProcessAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        foreach (var id in RunId)
        {
            // The shell may stand elsewhere by now; the journal knows where the run was.
            pipeline.Next = _ => Services.Runs.ConnectionOf(id) is { } connection ? NextCommands.Of(connection) : NextCommands.None;
            RunRecovery recovery = new(Services.Provider, Services.Runs, pipeline, Services.Time);
            await ForInputAsync(pipeline, id, () => Results.WriteAsync(pipeline, Recover(recovery, id, cancellation)));
        }
    }

    private protected abstract IAsyncEnumerable<RollbackResult> Recover(RunRecovery recovery, string runId, CancellationToken cancellation);
}
