using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;

namespace RollbackTools.Practice.Kubernetes.Controllers.Deployments;

/// <summary>One reconciliation's picture: the Deployment, the ReplicaSet of its template (if any yet), and all others.</summary>
internal sealed class Rollout(DeploymentView deployment, List<ReplicaSetView> sets)
{
    public DeploymentView Deployment { get; } = deployment;

    public ReplicaSetView? New { get; set; }

    /// <summary>Oldest first.</summary>
    public List<ReplicaSetView> Old { get; private set; } = sets;

    public IEnumerable<ReplicaSetView> All => New is null ? Old : Old.Append(New);

    public IEnumerable<ReplicaSetView> Active => All.Where(set => set.Desired > 0);

    public int Desired => All.Sum(set => set.Desired);

    public int Available => All.Sum(set => set.Available);

    /// <summary>
    /// The oldest ReplicaSet whose template equals the Deployment's becomes <see cref="New"/>, whatever its revision:
    /// going back to a template re-adopts the ReplicaSet that ran it.
    /// </summary>
    public void FindNew()
    {
        New = Old.Find(set => Templates.Same(set.Template, Deployment.Template));
        if (New is not null) Old = [.. Old.Where(set => set != New)];
    }
}
