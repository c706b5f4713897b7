using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ImageUpdater;

/// <summary>Reads what the annotations of an Application ask for, as Image Updater did before it had its own kind.</summary>
internal static class AnnotationSettings
{
    private const string Prefix = "argocd-image-updater.argoproj.io/";

    /// <summary>Null when there is no image list.</summary>
    public static ManagedApplication? Read(StoredObject application)
    {
        if (application.Annotation(Prefix + "image-list") is not { } list) return null;
        var general = Settings(application, "");
        List<ManagedImage> images = [];
        foreach (var entry in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (alias, name) = entry.Split('=', 2) is [var key, var image] ? (key.Trim(), image.Trim()) : ("", entry);
            var own = alias.Length > 0 ? Settings(application, alias + ".") : UpdateSettings.None;
            var kustomize = alias.Length > 0 ? Text(application, alias + ".kustomize.image-name") : null;
            images.Add(CustomResourceSettings.Image(alias, name, kustomize, general.Under(own)));
        }

        var git = Text(application, "write-back-method")?.Split(':')[0] == "git";
        return new ManagedApplication(application, git
            ? new WriteBack(true, Text(application, "git-repository"), Text(application, "git-branch"), Text(application, "write-back-target"))
            : WriteBack.None, images);
    }

    private static UpdateSettings Settings(StoredObject application, string alias) => new(
        Text(application, alias + "update-strategy"), Text(application, alias + "allow-tags"),
        application.Annotation(Name(alias + "ignore-tags")) is { } ignored ? [.. ignored.Split(',').Select(tag => tag.Trim())] : null);

    private static string? Text(StoredObject application, string name) =>
        application.Annotation(Name(name))?.Trim() is { Length: > 0 } text ? text : null;

    private static string Name(string name) => Prefix + name.Replace('/', '_');
}
