using RollbackTools.Practice.Kubernetes.Api.Access;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>What every handler of one server works with.</summary>
internal sealed record ApiContext(ObjectStore Store, ResourceCatalog Catalog, AccessPolicy Policy, KubernetesApiOptions Options)
{
    public TimeProvider Time => Options.Time;
}
