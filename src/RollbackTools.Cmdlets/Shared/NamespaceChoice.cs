using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Cmdlets.Shared;

internal static class NamespaceChoice
{
    /// <summary>
    /// The workload that is meant: the object's own words first, then -Kind and -Namespace. Throws when the command line and the
    /// object name different namespaces, as kubectl does.
    /// </summary>
    public static WorkloadReference Apply(WorkloadIdentity identity, WorkloadKind? kind, string? pipedNamespace, EstateParameters given)
    {
        if (given.Namespace is { } typed && identity.Reference.Namespace is { } own && typed != own)
            throw new RollbackException("NamespaceMismatch", $"{identity} comes from namespace {own}, and -Namespace says {typed}.")
            {
                Target = identity.ToString(),
                NextStep = "Leave -Namespace out to use the object's own, or pipe only the name to mean the other one: … | ForEach-Object Name | ….",
            };
        return identity.Within(kind, pipedNamespace ?? given.Namespace);
    }
}
