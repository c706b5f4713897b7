using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.ImageUpdates;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Estate.ArgoCd;

/// <summary>Argo CD's kinds and its Image Updater's. None has a status subresource: status and operation are written through the object.</summary>
public static class ArgoKinds
{
    public static Resource<CustomResource> Applications { get; } = Kind("argoproj.io", "applications", "Application");

    public static Resource<CustomResource> ApplicationSets { get; } = Kind("argoproj.io", "applicationsets", "ApplicationSet");

    public static Resource<CustomResource> Projects { get; } = Kind("argoproj.io", "appprojects", "AppProject");

    public static Resource<CustomResource> ImageUpdaters { get; } = Kind("argocd-image-updater.argoproj.io", "imageupdaters", "ImageUpdater");

    private static Resource<CustomResource> Kind(string group, string plural, string kind) =>
        new(group, "v1alpha1", plural, kind, CustomResourceJson.Default.CustomResource, CustomResourceJson.Default.ResourceListCustomResource);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ResourceList<CustomResource>))]
internal sealed partial class CustomResourceJson : JsonSerializerContext;
