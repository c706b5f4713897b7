using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Images;

/// <summary>Which images an application's overlay sets at the newest commit. Reads each overlay once.</summary>
internal sealed class ImagesInGit(IEstate estate, GitOverrides given)
{
    private readonly Dictionary<ApplicationName, OverlayFiles> opened = [];

    /// <summary>The template's images as Git sets them; an image that nothing there sets stays. Throws when Git cannot be read.</summary>
    public async Task<IReadOnlyList<ContainerImage>> OfAsync(ArgoApplication application, PodTemplate template, CancellationToken cancellation)
    {
        var files = await OpenAsync(application, cancellation);
        List<ContainerImage> images = [];
        foreach (var image in template.Images)
            images.Add(await files.FindAsync(image.Image, application.Metadata.Name, cancellation) is { } set ? image with { Image = set } : image);
        return images;
    }

    private async Task<OverlayFiles> OpenAsync(ArgoApplication application, CancellationToken cancellation)
    {
        if (opened.TryGetValue(application.Name, out var known)) return known;
        var source = GitSource.Of(application, given);
        var repository = await estate.Git.OpenAsync(source.Repository, cancellation);
        var branch = await repository.ReadBranchAsync(source.Branch, cancellation);
        return opened[application.Name] = new OverlayFiles(repository, estate.Kustomize, branch.Tip, GitNames.Path(source.Overlay));
    }
}
