using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Practice;

/// <summary>Starts a practice estate: a Kubernetes API on loopback with workloads to break and roll back.</summary>
[Cmdlet(VerbsLifecycle.Start, "RollbackPractice", SupportsShouldProcess = true)]
[OutputType(typeof(PracticeEstate))]
public sealed class StartRollbackPracticeCommand : RollbackCmdlet
{
    /// <summary>Which estate. All but tomoda have an Argo CD and real Git repositories, and need git.</summary>
    [Parameter(Position = 0)]
    [Alias("Name")]
    [ValidateSet("tomoda", "tomoda-gitops", "gospelib", "bookstore", "zkprova")]
    public string Estate { get; set; } = "tomoda";

    /// <summary>
    /// Set $env:KUBECONFIG and $env:ROLLBACKTOOLS_CONFIG, so that kubectl, the other commands and -Environment prod mean it, until it is stopped.
    /// </summary>
    [Parameter]
    public SwitchParameter UseInSession { get; set; }

    /// <summary>How long it may take to be ready: 1m unless said otherwise.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    protected override async Task EndAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        if (await pipeline.ShouldProcessAsync($"estate {Estate}", "Start practice") != Decision.GoAhead) return;

        var estate = await PracticeProcess.StartAsync(Estate, PracticeProcess.FolderOf(Services.Runs), Timeout, Services.Time, cancellation);
        if (IsOn(UseInSession)) PracticeSession.Of(Engine.Session).Use(estate);
        await pipeline.WriteAsync(estate);
    }
}
