using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Helm.Repair;

/// <summary>
/// Deletes an object that carries the release's marks and that the deployed revision does not have. It can hold a secret, so it is not on
/// record anywhere, and cannot be taken back.
/// </summary>
public sealed record DeleteLeftover : Step
{
    public string Namespace { get; init; } = "";

    public string ApiVersion { get; init; } = "";

    public string Kind { get; init; } = "";

    public string Name { get; init; } = "";

    public string Uid { get; init; } = "";

    [JsonIgnore]
    public override string Description => $"DELETE {ApiVersion} {Kind}/{Name} -n {Namespace} (cannot be taken back)";

    public override Step? Invert() => null;

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var cluster = context.Estate.Cluster;
        if ((await cluster.FindKindAsync(ApiVersion, Kind, cancellation))?.Resource is not { } resource) return StepOutcome.AlreadyTrue($"{Kind} is not served");
        try
        {
            var there = await cluster.GetAsync(resource, Namespace, Name, cancellation);
            if (there.Metadata.Uid != Uid) return StepOutcome.AlreadyTrue($"{Kind}/{Name} is another one by now, and stays");
            await intend();
            await cluster.DeleteAsync(resource, Namespace, Name, new DeleteOptions { IfUid = Uid, IfResourceVersion = there.Metadata.ResourceVersion }, cancellation);
            return new StepOutcome(true, $"{Kind}/{Name} is deleted");
        }
        catch (EstateException gone) when (gone.Kind == EstateErrorKind.NotFound)
        {
            return StepOutcome.AlreadyTrue($"{Kind}/{Name} is not there");
        }
    }
}
