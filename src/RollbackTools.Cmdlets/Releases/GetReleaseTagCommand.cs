using System.Management.Automation;
using RollbackTools.Cmdlets.Git;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Releases;

namespace RollbackTools.Cmdlets.Releases;

/// <summary>The releases of a repository by their tags, highest version first, and which one an overlay shows.</summary>
[Cmdlet(VerbsCommon.Get, "ReleaseTag")]
[OutputType(typeof(ReleaseTag))]
public sealed class GetReleaseTagCommand : GitCmdlet
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

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
        var experience = await ExperienceAsync(pipeline, cancellation);
        foreach (var tag in await new ReleaseTags(estate).ReadAsync(Place.Repository, Place.Branch, Pattern, Overlay ?? Place.Overlay, Last, experience, cancellation))
            await pipeline.WriteAsync(tag);
    }

    // What a rollback passes over stands on the application, in the cluster.
    private async Task<ReleaseExperience> ExperienceAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        if (Place is not { Application: { } application, Environment: { } environment } || Overlay is not null) return ReleaseExperience.None;
        try
        {
            var options = new EstateParameters { OnlyArgoCd = true, RequestTimeout = Patience }.ToOptions(environment);
            await using var cluster = Services.Provider.Open(options, pipeline.Warning);
            return await ReleaseExperience.ReadAsync(cluster, ApplicationName.Parse(application, environment.ArgoCd.Namespace), Services.Time, cancellation);
        }
        catch (EstateException away)
        {
            pipeline.Warning($"Application {application} could not be asked which releases were rolled away from, so Previous goes by what they look like alone: {away.Message}");
            return ReleaseExperience.None;
        }
    }
}
