using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Argo.ImageUpdates;

/// <summary>Tells whether Argo CD Image Updater will promote newer tags for an application, by objects of its own or by annotations.</summary>
internal sealed class ImageUpdaters(IEstate estate)
{
    private readonly Dictionary<string, IReadOnlyList<CustomResource>> byNamespace = [];

    /// <summary>At most one sentence, without its full stop; none where nothing promotes, everything is ignored, or nobody may look.</summary>
    public async Task<IReadOnlyList<string>> WarningsAsync(ArgoApplication application, CancellationToken cancellation)
    {
        if (application.Annotation($"{UpdateAnnotations.Prefix}image-list") is { } listed && application.Annotation($"{UpdateAnnotations.Prefix}ignore-tags") != TagPattern.Everything)
            return [Warning(application, listed)];
        foreach (var updater in await ReadAsync(application.Metadata.Namespace, cancellation))
        {
            if (new ApplicationReferences(updater).For(application) is not { } reference || reference.Flag("useAnnotations") == true) continue;
            if (ApplicationReferences.Tags(reference)?.Contains(TagPattern.Everything) == true) continue;
            return [Warning(application, string.Join(", ", reference.Items("images").Select(image => image.Text("imageName")).OfType<string>()))];
        }

        return [];
    }

    private static string Warning(ArgoApplication application, string images) =>
        $"Argo CD Image Updater promotes newer tags of {images} again within two minutes (Suspend-ImageUpdate stops it)";

    private async Task<IReadOnlyList<CustomResource>> ReadAsync(string ns, CancellationToken cancellation)
    {
        if (estate.Connection.WithoutCluster) return [];
        if (byNamespace.TryGetValue(ns, out var known)) return known;
        try
        {
            return byNamespace[ns] = (await estate.Cluster.ListAsync(ArgoKinds.ImageUpdaters, ns, ListFilter.None, cancellation)).Items;
        }
        catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.NotFound or EstateErrorKind.Forbidden)
        {
            return byNamespace[ns] = []; // The kind is not served, or it is nobody's business.
        }
    }
}
