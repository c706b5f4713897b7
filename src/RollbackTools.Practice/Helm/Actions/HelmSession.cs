using RollbackTools.Practice.Drills;

namespace RollbackTools.Practice.Helm.Actions;

/// <summary>Where and for whom helm runs: the same for every command.</summary>
internal sealed record HelmSession(ClusterClient Cluster, string Namespace, IHelmPatience Patience, TimeProvider Time);
