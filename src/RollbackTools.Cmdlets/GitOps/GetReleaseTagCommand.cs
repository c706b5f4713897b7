using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.GitOps;

namespace RollbackTools.Cmdlets.GitOps;

/// <summary>The releases of a repository by their tags, highest version first, and which one an overlay shows.</summary>
[Cmdlet(VerbsCommon.Get, "ReleaseTag")]
[OutputType(typeof(ReleaseTag))]
public sealed class GetReleaseTagCommand : GitCmdlet
{
    /// <summary>Which tags are releases; * stands for anything.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Pattern { get; set; } = "release/v*";

    /// <summary>The directory by which to tell the current release from the previous one; else the environment's.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(OverlayCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Overlay { get; set; }

    /// <summary>The highest so many: 10 unless said otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int Last { get; set; } = 10;

    protected override async Task ProcessAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        await using var estate = Open(pipeline);
        foreach (var tag in await new ReleaseTags(estate).ReadAsync(Place.Repository, Place.Branch, Pattern, Overlay ?? Place.Overlay, Last, cancellation))
            await pipeline.WriteAsync(tag);
    }
}
