using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Suspension;

/// <summary>
/// Takes a workload to no pods and remembers how many it had, or back. Only while it is as it was read: a number that an autoscaler or a
/// person changed meanwhile is read again, and is what is remembered.
/// </summary>
public sealed record ScaleWorkload : Step
{
    private const int Attempts = 6;

    public WorkloadKind Kind { get; init; }

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    public string Uid { get; init; } = "";

    /// <summary>Null stops it; else the pods it gets back.</summary>
    public int? Replicas { get; init; }

    /// <summary>Stopping: what is written on the workload; its replicas are filled in from what is there then.</summary>
    public SuspendedWorkload? Note { get; init; }

    [JsonIgnore]
    public override string Description =>
        $"PATCH {WorkloadSnapshot.ResourceOf(Kind).ApiVersion} {WorkloadSnapshot.ResourceOf(Kind).Plural}/{Name} -n {Namespace}: replicas {(Replicas is { } back ? $"0 → {back}" : $"{Note?.Replicas} → 0, remembered on it")}";

    /// <summary>What it was stopped with, as far as it is known before it is done.</summary>
    public override Step? Invert() => Replicas is null ? this with { Replicas = Note?.Replicas } : this with { Replicas = null };

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var resource = WorkloadSnapshot.ResourceOf(Kind);
        var intended = false;
        for (var attempt = 1; ; attempt++)
        {
            var live = await context.Estate.Cluster.GetAsync(resource, Namespace, Name, cancellation);
            MustBe(live);
            var now = live.Spec.Replicas ?? 1;
            var note = SuspendedWorkload.Of(live.Metadata);
            if (Replicas is null ? now == 0 : note is null && now > 0) return new StepOutcome(intended, $"{now} pods wanted");
            if (!intended) await intend();
            intended = true;
            // A number somebody chose while it was stopped is newer than what was remembered.
            var wanted = Replicas is { } back ? now > 0 ? now : back : 0;
            try
            {
                await context.Estate.Cluster.PatchAsync(resource, Namespace, Name, Body(live, now, wanted), new WriteOptions { Conditional = true }, cancellation);
                return new StepOutcome(true, $"{now} → {wanted} pods wanted");
            }
            catch (EstateException stale) when (stale.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Status is written all the time; the next reading decides.
            }
        }
    }

    private Patch Body(Workload live, int now, int wanted)
    {
        var text = Replicas is null ? (Note! with { Replicas = now }).Write() : null;
        JsonObject body = new()
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = live.Metadata.ResourceVersion, ["annotations"] = new JsonObject { [SuspendedWorkload.Annotation] = text } },
            ["spec"] = new JsonObject { ["replicas"] = wanted },
        };
        return new Patch(PatchType.Merge, Encoding.UTF8.GetBytes(body.ToJsonString()));
    }

    private void MustBe(Workload live)
    {
        if (Uid.Length == 0 || live.Metadata.Uid == Uid) return;
        var where = string.Create(CultureInfo.InvariantCulture, $"{Kind.ToString().ToLowerInvariant()}/{Name} in {Namespace}");
        throw new RollbackException("Replaced", $"{where} was deleted and created again since this was planned.") { Target = where };
    }
}
