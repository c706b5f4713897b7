namespace RollbackTools.Operations.Estate.Git;

/// <summary>The way from an estate to Git.</summary>
public static class GitPort
{
    extension(IEstate estate)
    {
        /// <summary>Remotes, by the user's own Git.</summary>
        public IGit Git => estate.Port<IGit>();
    }
}
