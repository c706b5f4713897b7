using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Runs;

/// <summary>The runs on record here, newest first, as their journals tell them.</summary>
[Cmdlet(VerbsCommon.Get, "RollbackRun")]
[OutputType(typeof(RunRecord))]
public sealed class GetRollbackRunCommand : RollbackCmdlet
{
    /// <summary>A run's id, or the beginning of it.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [RunId]
    [ArgumentCompleter(typeof(RunCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? RunId { get; set; }

    /// <summary>Only those in these states: -State Interrupted for what needs somebody.</summary>
    [Parameter]
    public RunState[]? State { get; set; }

    /// <summary>The newest so many.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Last { get; set; } = int.MaxValue;

    protected override async Task ProcessAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        if (RunId is null)
        {
            List<RollbackException> unreadable = [];
            foreach (var run in Wanted(Services.Runs.List(unreadable.Add)).Take(Last)) await pipeline.WriteAsync(Completed(run));
            foreach (var damaged in unreadable) await pipeline.WriteErrorAsync(ErrorMapping.From(damaged, damaged.Target));
        }

        foreach (var id in RunId ?? [])
        {
            await ForInputAsync(pipeline, id, async () =>
            {
                foreach (var run in Wanted([Services.Runs.Read(id)])) await pipeline.WriteAsync(Completed(run));
            });
        }
    }

    // Whoever reads a record stands somewhere else than whoever ran it: what is left to type acts where the run did.
    private object Completed(RunRecord run) => Services.Runs.ConnectionOf(run.RunId) is { } connection ? NextCommands.Of(connection).In((object)run) : run;

    private IEnumerable<RunRecord> Wanted(IEnumerable<RunRecord> runs) => runs.Where(run => State is null || State.Contains(run.State));
}
