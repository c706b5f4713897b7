namespace RollbackTools.Operations.Estate.Manifests;

/// <summary>The way from an estate to manifests.</summary>
public static class ManifestsPort
{
    extension(IEstate estate)
    {
        /// <summary>Reads YAML.</summary>
        public IManifestReader Manifests => estate.Port<IManifestReader>();
    }
}
