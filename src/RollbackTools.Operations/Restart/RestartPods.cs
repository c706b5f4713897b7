using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Restart;

/// <summary>
/// Replaces a workload's pods, as kubectl rollout restart does: an annotation of the template changes. The moment is the plan's, so a run
/// that is taken up again does not restart twice. A template that was changed since it was planned is left alone. A Rollout has a field for
/// it instead (<c>spec.restartAt</c>): its pods are evicted, and no new revision comes of it.
/// </summary>
public sealed record RestartPods : Step
{
    public const string RestartedAtAnnotation = "kubectl.kubernetes.io/restartedAt";

    private const int Attempts = 6;

    public WorkloadKind Kind { get; init; }

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    public string Uid { get; init; } = "";

    /// <summary>RFC 3339, what the annotation becomes.</summary>
    public string At { get; init; } = "";

    /// <summary>The template's hash when this was planned.</summary>
    public string FromHash { get; init; } = "";

    public string ChangeCause { get; init; } = "";

    /// <summary>The workload as the server returned it, once applied.</summary>
    [JsonIgnore]
    public Workload? Result { get; private set; }

    [JsonIgnore]
    public override string Description =>
        $"PATCH {WorkloadSnapshot.ResourceOf(Kind).ApiVersion} {WorkloadSnapshot.ResourceOf(Kind).Plural}/{Name} -n {Namespace}: " +
        (Kind == WorkloadKind.Rollout ? $"restartAt → {At}" : $"spec.template annotation {RestartedAtAnnotation}");

    /// <summary>A restart is not taken back.</summary>
    public override Step? Invert() => null;

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var resource = WorkloadSnapshot.ResourceOf(Kind);
        var intended = false;
        for (var attempt = 1; ; attempt++)
        {
            var live = await context.Estate.Cluster.GetAsync(resource, Namespace, Name, cancellation);
            if (Uid.Length > 0 && live.Metadata.Uid != Uid) throw Refuse("Replaced", "was deleted and created again since this was planned");
            if (IsDone(live))
            {
                Result = live;
                return new StepOutcome(intended, $"restarted at {At}");
            }

            if (Kind != WorkloadKind.Rollout && new PodTemplate(live.Spec.Template).Hash != FromHash) throw Refuse("ChangedMeanwhile", "was changed since this was planned, which restarts it anyway. Nothing was overwritten");
            if (!intended) await intend();
            intended = true;
            try
            {
                Result = await context.Estate.Cluster.PatchAsync(resource, Namespace, Name, Body(live), new WriteOptions { Conditional = true }, cancellation);
                return new StepOutcome(true, $"restarted at {At}");
            }
            catch (EstateException stale) when (stale.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Status is written all the time; the next reading decides.
            }
        }
    }

    // A restart that was asked for since is younger, and replaces these pods, too.
    private bool IsDone(Workload live) => Kind == WorkloadKind.Rollout
        ? live.Spec.RestartAt >= DateTimeOffset.Parse(At, CultureInfo.InvariantCulture)
        : live.Spec.Template.Text("metadata", "annotations", RestartedAtAnnotation) == At;

    private Patch Body(Workload live)
    {
        var spec = Kind == WorkloadKind.Rollout
            ? new JsonObject { ["restartAt"] = At }
            : new JsonObject { ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [RestartedAtAnnotation] = At } } } };
        JsonObject body = new()
        {
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = live.Metadata.ResourceVersion,
                ["annotations"] = new JsonObject { [Revision.ChangeCauseAnnotation] = ChangeCause },
            },
            ["spec"] = spec,
        };
        return new Patch(PatchType.Merge, Encoding.UTF8.GetBytes(body.ToJsonString()));
    }

    private RollbackException Refuse(string id, string why)
    {
        var where = $"{Kind.ToString().ToLowerInvariant()}/{Name} in {Namespace}";
        return new RollbackException(id, $"{where} {why}.") { Target = where, NextStep = $"Get-ImageHistory {Kind.ToString().ToLowerInvariant()}/{Name} -Namespace {Namespace}" };
    }
}
