using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Workloads.Proof;

/// <summary>
/// Deletes one stuck pod so that its controller makes a new one from the restored template. With OrderedReady a StatefulSet
/// never replaces a pod that is not ready (kubernetes#67250), and with OnDelete nothing is replaced without this.
/// The uid makes it exactly that pod.
/// </summary>
public sealed record ReplacePod : Step
{
    public string Namespace { get; init; } = "";

    public string Pod { get; init; } = "";

    public string Uid { get; init; } = "";

    /// <summary>Why it is stuck: its revision and state.</summary>
    public string Why { get; init; } = "";

    [JsonIgnore]
    public override string Description => $"DELETE v1 pods/{Pod} -n {Namespace} (uid {Uid}): {Why}";

    /// <summary>A pod is not brought back; its controller already did.</summary>
    public override Step? Invert() => null;

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        await intend();
        try
        {
            await context.Estate.Cluster.DeleteAsync(Resources.Pods, Namespace, Pod, new DeleteOptions { IfUid = Uid }, cancellation);
            return new StepOutcome(true, "deleted");
        }
        catch (EstateException gone) when (gone.Kind is EstateErrorKind.NotFound or EstateErrorKind.Conflict)
        {
            return StepOutcome.AlreadyTrue("that pod is gone");
        }
    }
}
