namespace RollbackTools.Operations.Estate.Kustomize;

/// <summary>The way from an estate to Kustomize files.</summary>
public static class KustomizePort
{
    extension(IEstate estate)
    {
        /// <summary>Reads and edits them; runs nothing.</summary>
        public IKustomizeFiles Kustomize => estate.Port<IKustomizeFiles>();
    }
}
