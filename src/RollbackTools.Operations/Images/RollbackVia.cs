namespace RollbackTools.Operations.Images;

/// <summary>Which way a workload goes back.</summary>
public enum RollbackVia
{
    /// <summary>By who owns it: the whole job for what Argo CD deploys, else <see cref="Cluster"/>.</summary>
    Auto,

    /// <summary>In the cluster alone, whoever owns it.</summary>
    Cluster,

    /// <summary>Argo CD syncs to the earlier deployment; where that would move more than was asked, Git is changed first.</summary>
    ArgoCD,

    /// <summary>Git is changed first, and Argo CD brings it.</summary>
    Git,
}

/// <summary>How the bad version leaves Git.</summary>
public enum GitRemedy
{
    /// <summary>The image is set to the good one in the overlay.</summary>
    Pin,

    /// <summary>The commits that brought the bad one are reverted, with all they changed.</summary>
    Revert,
}
