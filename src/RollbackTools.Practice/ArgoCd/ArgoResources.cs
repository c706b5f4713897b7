using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd;

/// <summary>
/// The custom kinds of Argo CD and its Image Updater. Applications have no status subresource: status and operation are written through
/// the object itself.
/// </summary>
public static class ArgoResources
{
    private const string Argo = "argoproj.io";

    public static ResourceType Applications { get; } = new(Argo, "v1alpha1", "applications", "Application", true)
    {
        ShortNames = ["app", "apps"],
        HasGeneration = true,
        Custom = true,
        PrinterColumns =
        [
            new("Sync Status", "status.sync.status"), new("Health Status", "status.health.status"),
            new("Revision", "status.sync.revision", Priority: 10), new("Project", "spec.project", Priority: 10),
        ],
    };

    public static ResourceType ApplicationSets { get; } = new(Argo, "v1alpha1", "applicationsets", "ApplicationSet", true)
    { ShortNames = ["appset", "appsets"], Subresources = ["status"], HasGeneration = true, Custom = true };

    public static ResourceType AppProjects { get; } = new(Argo, "v1alpha1", "appprojects", "AppProject", true)
    { ShortNames = ["appproj", "appprojs"], HasGeneration = true, Custom = true };

    public static ResourceType ImageUpdaters { get; } = new("argocd-image-updater.argoproj.io", "v1alpha1", "imageupdaters", "ImageUpdater", true)
    { Subresources = ["status"], HasGeneration = true, Custom = true };

    public static IReadOnlyList<ResourceType> All { get; } = [Applications, ApplicationSets, AppProjects, ImageUpdaters];
}
