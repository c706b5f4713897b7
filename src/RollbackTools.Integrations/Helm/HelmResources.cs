using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Helm;

/// <summary>The kinds that hold records, as far as they are listed: their metadata.</summary>
internal static class HelmResources
{
    private static readonly Resource<MetadataOnly> Secrets = Kind("secrets", "Secret");

    private static readonly Resource<MetadataOnly> ConfigMaps = Kind("configmaps", "ConfigMap");

    public static Resource<MetadataOnly> Of(HelmDriver driver) => driver == HelmDriver.Secret ? Secrets : ConfigMaps;

    private static Resource<MetadataOnly> Kind(string plural, string kind) =>
        new("", "v1", plural, kind, KubernetesJson.Default.MetadataOnly, KubernetesJson.Default.ResourceListMetadataOnly);
}
