using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Cmdlets.Rollouts;

/// <summary>What a command about Rollouts is about: a bare name is a Rollout's, whatever else has it.</summary>
internal static class RolloutTargets
{
    /// <summary>Throws NotARollout for an object or a name of another kind.</summary>
    public static WorkloadReference Resolve(WorkloadIdentity identity, string? pipedNamespace, EstateParameters given)
    {
        var named = NamespaceChoice.Apply(identity, WorkloadKind.Rollout, pipedNamespace, given);
        if (named.Kind == WorkloadKind.Rollout) return named;
        throw new RollbackException("NotARollout", $"{named} is not an Argo Rollout.")
        {
            Target = named.ToString(),
            NextStep = $"Name the Rollout, rollout/{named.Name}, or take it back as what it is: Invoke-ImageRollback {named}{(named.Namespace is { } ns ? $" -Namespace {ns}" : "")}",
        };
    }
}
