namespace RollbackTools.Operations.Estate.Helm;

/// <summary>The way from an estate to Helm's records.</summary>
public static class HelmPort
{
    extension(IEstate estate)
    {
        /// <summary>In the cluster. Throws <see cref="EstateException"/> (Configuration) without one.</summary>
        public IHelmStorage Helm => estate.Port<IHelmStorage>();
    }
}
