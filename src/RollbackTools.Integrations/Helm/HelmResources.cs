using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Helm;

/// <summary>The kinds that hold records, as far as they are listed: their metadata.</summary>
internal static class HelmResources
{
    public static Resource<MetadataOnly> Of(HelmDriver driver) => driver == HelmDriver.Secret ? Resources.Secrets : Resources.ConfigMaps;
}
