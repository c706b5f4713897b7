using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Operations.GitOps;

/// <summary>What Argo CD Image Updater is told by annotations on an application (its older way, or <c>useAnnotations</c>).</summary>
internal static class ImageUpdaterMarks
{
    public const string Prefix = "argocd-image-updater.argoproj.io/";

    public static IEnumerable<string> Warnings(ArgoApplication application)
    {
        if (application.Annotation($"{Prefix}image-list") is { } images)
            yield return $"Argo CD Image Updater promotes newer tags of {images} again within two minutes (Suspend-ImageUpdate {application.Metadata.Name} stops it)";
    }
}
