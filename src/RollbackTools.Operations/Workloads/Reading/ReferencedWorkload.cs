using System.Text.Json;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>
/// The object that has the pod template of a Rollout with <c>spec.workloadRef</c>: what has to be written to change what the Rollout
/// runs. Never the Rollout itself, whose controller would refuse a template beside a reference.
/// </summary>
public sealed record ReferencedWorkload(string Kind, Workload Object)
{
    // Only its template is of interest, which lies where a Deployment's does.
    private static readonly Resource<Workload> ReplicaSets =
        Resources.Deployments with { Plural = "replicasets", Kind = "ReplicaSet" };

    public Resource<Workload> Resource => ResourceOf(Kind)!;

    public override string ToString() => $"{Kind.ToLowerInvariant()}/{Object.Metadata.Name}";

    /// <summary>Null for a kind whose template lies elsewhere (PodTemplate) or that Argo Rollouts does not know.</summary>
    public static Resource<Workload>? ResourceOf(string kind) => kind switch
    {
        "Deployment" => Resources.Deployments,
        "ReplicaSet" => ReplicaSets,
        _ => null,
    };

    /// <summary>
    /// Reads what a Rollout refers to. Throws <see cref="RollbackException"/> UnsupportedReference or ReferenceMissing, or what the
    /// cluster refused.
    /// </summary>
    public static async Task<ReferencedWorkload> ReadAsync(ICluster cluster, Workload rollout, CancellationToken cancellation)
    {
        var reference = rollout.Spec.WorkloadRef!;
        var (name, ns) = (rollout.Metadata.Name, rollout.Metadata.Namespace);
        if (reference.ApiVersion != "apps/v1" || ResourceOf(reference.Kind) is not { } resource)
        {
            throw new RollbackException("UnsupportedReference",
                $"rollout/{name} in {ns} takes its pod template from {reference}: this module changes that of a Deployment or a ReplicaSet in apps/v1.")
            {
                Target = $"rollout/{name} in {ns}",
                NextStep = $"kubectl edit {reference} -n {ns}",
            };
        }

        try
        {
            var found = await cluster.GetAsync(resource, ns, reference.Name, cancellation);
            if (found.Spec.Template.ValueKind == JsonValueKind.Object) return new ReferencedWorkload(reference.Kind, found);
        }
        catch (EstateException refusal) when (refusal.Kind == EstateErrorKind.NotFound)
        {
            // Said below.
        }

        throw new RollbackException("ReferenceMissing", $"rollout/{name} in {ns} takes its pod template from {reference}, and there is none.")
        {
            Target = $"rollout/{name} in {ns}",
            NextStep = $"kubectl get {reference.Kind.ToLowerInvariant()}s -n {ns}",
        };
    }
}
