using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.ImageUpdates;

/// <summary>A request to keep Image Updater from promoting tags for applications, or to let it again.</summary>
public sealed record ImageUpdateRequest : OperationRequest
{
    [JsonIgnore]
    public override string Operation => Resume ? "ResumeImageUpdate" : "SuspendImageUpdate";

    [JsonIgnore]
    public override string Noun => "image update change";

    public IReadOnlyList<ApplicationName> Applications { get; init; } = [];

    /// <summary>Only these tags; empty means all of them.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>
    /// Only for these images, by repository; empty means all. Image Updater takes the newest tag that is left, also an older one than runs:
    /// a tag ignored for all images takes back those too that nobody meant.
    /// </summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Put back exactly what was there before.</summary>
    public bool Resume { get; init; }

    public override TargetCommands? CommandsOf(RunTarget target) => ApplicationCommands.Of(target);

    internal override IOperation Open(IEstate estate, IOperationReporter reporter, TimeProvider time) => new ImageUpdateChange(this, estate, time);
}
