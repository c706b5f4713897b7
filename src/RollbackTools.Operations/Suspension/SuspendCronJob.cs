using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Suspension;

/// <summary>Sets or clears a CronJob's <c>spec.suspend</c>, with the note that remembers who did. Jobs that run already go on.</summary>
public sealed record SuspendCronJob : Step
{
    private const int Attempts = 6;

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    public string Uid { get; init; } = "";

    public bool Suspend { get; init; }

    public SuspendedWorkload? Note { get; init; }

    [JsonIgnore]
    public override string Description => $"PATCH batch/v1 cronjobs/{Name} -n {Namespace}: suspend {(Suspend ? "false → true" : "true → false")}";

    public override Step Invert() => this with { Suspend = !Suspend };

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var intended = false;
        for (var attempt = 1; ; attempt++)
        {
            var live = await context.Estate.Cluster.GetAsync(BatchKinds.CronJobs, Namespace, Name, cancellation);
            if (Uid.Length > 0 && live.Metadata.Uid != Uid)
                throw new RollbackException("Replaced", $"cronjob/{Name} in {Namespace} was deleted and created again since this was planned.") { Target = $"cronjob/{Name} in {Namespace}" };
            if ((live.Json.Flag("spec", "suspend") == true) == Suspend && (Suspend || SuspendedWorkload.Of(live.Metadata) is null)) return new StepOutcome(intended, Suspend ? "suspended" : "not suspended");
            if (!intended) await intend();
            intended = true;
            JsonObject body = new()
            {
                ["metadata"] = new JsonObject
                {
                    ["resourceVersion"] = live.Metadata.ResourceVersion,
                    ["annotations"] = new JsonObject { [SuspendedWorkload.Annotation] = Suspend ? Note?.Write() : null },
                },
                ["spec"] = new JsonObject { ["suspend"] = Suspend },
            };
            try
            {
                await context.Estate.Cluster.PatchAsync(BatchKinds.CronJobs, Namespace, Name, new Patch(PatchType.Merge, Encoding.UTF8.GetBytes(body.ToJsonString())),
                    new WriteOptions { Conditional = true }, cancellation);
                return new StepOutcome(true, Suspend ? "suspended" : "goes on");
            }
            catch (EstateException stale) when (stale.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Its status moved on; look again.
            }
        }
    }
}
