namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>The way from an estate to its Kubernetes API.</summary>
public static class ClusterPort
{
    extension(IEstate estate)
    {
        /// <summary>Throws <see cref="EstateException"/> (Configuration) when the estate was opened <see cref="EstateOptions.WithoutCluster"/>.</summary>
        public ICluster Cluster => estate.Port<ICluster>();
    }
}
