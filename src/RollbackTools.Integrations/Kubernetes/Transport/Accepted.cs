using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Kubernetes.Transport;

/// <summary>What a read asks for: where metadata is all that is wanted, that alone; a server that cannot leave the rest out sends it all.</summary>
internal static class Accepted
{
    public static string One<T>(Resource<T> resource) where T : class => For(resource, "PartialObjectMetadata");

    public static string Many<T>(Resource<T> resource) where T : class => For(resource, "PartialObjectMetadataList");

    private static string For<T>(Resource<T> resource, string form) where T : class =>
        resource.MetadataOnly ? $"{ApiRequest.Json};as={form};v=v1;g=meta.k8s.io,{ApiRequest.Json}" : ApiRequest.Json;
}
