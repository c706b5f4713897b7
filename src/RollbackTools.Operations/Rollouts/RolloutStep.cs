using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Rollouts;

/// <summary>What a step has to write: of the status, of the spec, or of both. Where both are null there is nothing to do, and why.</summary>
internal sealed record RolloutWrite(string Detail)
{
    public JsonObject? Status { get; init; }

    public JsonObject? Spec { get; init; }

    public static RolloutWrite Nothing(string why) => new(why);
}

/// <summary>
/// A change of a Rollout itself: how its controller goes on, not what it runs. Each request is conditional on the version that was read;
/// its status changes all the time while it goes on, so a conflict is read and decided again.
/// </summary>
public abstract record RolloutStep : Step
{
    private const int Attempts = 10;

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    public string Uid { get; init; } = "";

    protected string Where => $"rollout/{Name} in {Namespace}";

    private protected string Patch(string subresource) => $"PATCH argoproj.io/v1alpha1 rollouts/{Name}{subresource} -n {Namespace}";

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var intended = false;
        for (var attempt = 1; ; attempt++)
        {
            var live = await ReadAsync(context, cancellation);
            if (Uid.Length > 0 && live.Metadata.Uid != Uid) throw Refuse("Replaced", "was deleted and created again since this was planned");
            var write = Decide(live);
            if (write is { Status: null, Spec: null }) return new StepOutcome(intended, write.Detail);
            if (!intended) await intend();
            intended = true;
            try
            {
                await WriteAsync(context.Estate.Cluster, live, write, cancellation);
                return new StepOutcome(true, write.Detail);
            }
            catch (EstateException stale) when (stale.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Its controller wrote meanwhile; the next reading decides.
            }
        }
    }

    /// <summary>What has to be written, from what is there now. Throws when it must not be.</summary>
    private protected abstract RolloutWrite Decide(Workload live);

    /// <summary>The Rollout as it is now; or, where a step has to wait for something first, as it is then.</summary>
    private protected virtual Task<Workload> ReadAsync(StepContext context, CancellationToken cancellation) =>
        context.Estate.Cluster.GetAsync(Resources.Rollouts, Namespace, Name, cancellation);

    private protected RollbackException Refuse(string errorId, string why) => new(errorId, $"{Where} {why}.")
    {
        Target = Where,
        NextStep = $"Get-ArgoRollout {Name} -Namespace {Namespace}",
    };

    private async Task WriteAsync(ICluster cluster, Workload live, RolloutWrite write, CancellationToken cancellation)
    {
        WriteOptions options = new() { Conditional = true };
        if (write.Status is not null)
        {
            try
            {
                live = await cluster.PatchAsync(Resources.Rollouts, Namespace, Name, Body(live, write with { Spec = null }), options with { Subresource = "status" }, cancellation);
            }
            catch (EstateException absent) when (absent.Kind == EstateErrorKind.NotFound)
            {
                // Before Rollouts 0.10 the kind had no status subresource: then all of it is the object's.
                await cluster.PatchAsync(Resources.Rollouts, Namespace, Name, Body(live, write), options, cancellation);
                return;
            }
        }

        if (write.Spec is not null) await cluster.PatchAsync(Resources.Rollouts, Namespace, Name, Body(live, write with { Status = null }), options, cancellation);
    }

    private static Patch Body(Workload live, RolloutWrite write)
    {
        JsonObject body = new() { ["metadata"] = new JsonObject { ["resourceVersion"] = live.Metadata.ResourceVersion } };
        if (write.Status is not null) body["status"] = write.Status.DeepClone();
        if (write.Spec is not null) body["spec"] = write.Spec.DeepClone();
        return new Patch(PatchType.Merge, Encoding.UTF8.GetBytes(body.ToJsonString(TemplateJson.Default.Options)));
    }
}
