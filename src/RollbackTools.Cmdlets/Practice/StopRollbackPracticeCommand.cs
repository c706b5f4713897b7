using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Practice;

/// <summary>Ends practice estates: those piped in, or all that this user has running.</summary>
[Cmdlet(VerbsLifecycle.Stop, "RollbackPractice", SupportsShouldProcess = true)]
public sealed class StopRollbackPracticeCommand : RollbackCmdlet
{
    /// <summary>What Start-RollbackPractice gave.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public PracticeEstate[]? Estate { get; set; }

    /// <summary>How long it may take over ending before it is made to: 10s unless said otherwise.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    protected override async Task ProcessAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        foreach (var estate in Estate ?? PracticeProcess.Running(PracticeProcess.FolderOf(Services.Runs)))
        {
            if (await pipeline.ShouldProcessAsync($"estate {estate.Name} (process {estate.ProcessId})", "Stop practice") != Decision.GoAhead) continue;

            var ended = await PracticeProcess.StopAsync(estate, Timeout, Services.Time, cancellation);
            PracticeSession.Of(Engine.Session).Leave(estate);
            if (!ended) pipeline.Verbose($"Estate {estate.Name} was not running any more.");
        }
    }
}
