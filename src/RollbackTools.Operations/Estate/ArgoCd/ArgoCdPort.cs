namespace RollbackTools.Operations.Estate.ArgoCd;

/// <summary>The way from an estate to its Argo CD.</summary>
public static class ArgoCdPort
{
    extension(IEstate estate)
    {
        /// <summary>The API server when the connection names one, else the Applications in the cluster. Throws <see cref="EstateException"/>
        /// (Configuration) when there is neither.</summary>
        public IArgoCd ArgoCd => estate.Port<IArgoCd>();
    }
}
