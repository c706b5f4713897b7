using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Kustomize;

/// <summary>
/// <c>kustomize build</c> for what overlays use: the same documents in the same order, and an error for anything it does not render.
/// </summary>
public sealed class KustomizeRenderer(IFileTree tree)
{
    private readonly KustomizationLoader loader = new(tree);

    /// <summary>Whether a directory is for kustomize. Throws <see cref="KustomizeException"/> when it has several kustomization files.</summary>
    public async Task<bool> IsKustomizationAsync(string directory, CancellationToken cancellation) =>
        await loader.FindAsync(directory, cancellation) is not null;

    /// <summary>
    /// Builds a directory. <paramref name="over"/> is a kustomization's fields that Argo CD sets over the file's, as
    /// <c>kustomize edit</c> would. Throws <see cref="KustomizeException"/>.
    /// </summary>
    public async Task<IReadOnlyList<JsonObject>> BuildAsync(string directory, CancellationToken cancellation, KustomizeOverrides? over = null)
    {
        var node = await loader.LoadAsync(directory, cancellation);
        if (over is not null) node = node with { Says = over.Over(node.Says) };
        ResourceSet set = new();
        Accumulate(node, set);
        foreach (var resource in set.Items.Where(item => item.NeedsHash))
        {
            resource.Remember();
            resource.Name = $"{resource.Name}-{NameHash.Of(resource.Body)}";
        }

        NameReferences.Fix(set, node.References());
        var shown = set.Items.Where(item => item.Body.Text("metadata", "annotations", "config.kubernetes.io/local-config") is not "true");
        return [.. (node.Says.InOrder ? shown : OutputOrder.Of(shown)).Select(item => item.Body)];
    }

    /// <summary>Adds what a kustomization holds to the set, then does to the whole set what it says.</summary>
    private static void Accumulate(KustomizationNode node, ResourceSet set)
    {
        foreach (var operand in node.Resources)
        {
            foreach (var item in operand.Objects) set.Add(new Resource(item));
            if (operand.Base is not { } @base) continue;
            ResourceSet inner = new();
            Accumulate(@base, inner);
            set.AddAll(inner);
        }

        foreach (var entry in node.Says.ConfigMaps) set.Absorb(Generators.Make(entry, secret: false, node));
        foreach (var entry in node.Says.Secrets) set.Absorb(Generators.Make(entry, secret: true, node));
        foreach (var component in node.Components) Accumulate(component, set);
        Transform(node, set);
    }

    private static void Transform(KustomizationNode node, ResourceSet set)
    {
        var says = node.Says;
        Patches.Apply(set, node);
        if (says.Namespace.Length > 0) Transformers.SetNamespace(set, says.Namespace);
        Transformers.AffixNames(set, says.NamePrefix, says.NameSuffix);
        foreach (var entry in says.Labels)
        {
            Transformers.Label(set, entry.Pairs, entry.IncludeSelectors ? LabelPaths.WithSelectors
                : entry.IncludeTemplates ? LabelPaths.WithTemplates : LabelPaths.MetadataOnly);
        }

        Transformers.Label(set, says.CommonLabels, LabelPaths.WithSelectors);
        Transformers.Annotate(set, says.CommonAnnotations);
        Patches.ApplyJson(set, node);
        foreach (var entry in says.Replicas) Transformers.Scale(set, entry);
        foreach (var entry in says.Images) Transformers.SetImages(set, entry);
    }
}
