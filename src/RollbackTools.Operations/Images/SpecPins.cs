using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Images;

/// <summary>
/// Images that an application sets in its own spec, which win over what Git says: Kustomize's images, and Helm's parameters where one of them is
/// the tag (or the whole image) that is left.
/// </summary>
internal static class SpecPins
{
    /// <summary>
    /// The change of the spec that takes all of it to where the workloads go; null when the spec sets none of it. Throws PinnedBySpec when it sets
    /// only some, or leaves open which parameter is meant.
    /// </summary>
    public static SourceChange? Find(ArgoApplication application, IReadOnlyList<WorkloadMove> moves)
    {
        if (application.Sources is not [var source]) return null;
        var changes = moves.SelectMany(move => move.Changes()).Distinct().ToList();
        return (Images(application, source, changes) ?? Parameters(application, source, changes))?.Narrowed();
    }

    /// <summary>The image that the spec sets (spec.source.kustomize.images) where this one runs; null when the spec sets none there.</summary>
    public static string? Of(ArgoApplication application, string running) => application.Sources is [var source]
        ? source.Texts("kustomize", "images").Where(image => Sets(image, running)).Select(image => image.Split('=', 2)[^1]).FirstOrDefault()
        : null;

    private static SourceChange? Images(ArgoApplication application, JsonElement source, List<(string From, string To)> changes)
    {
        var images = source.Texts("kustomize", "images").ToList();
        var left = changes.Where(change => !images.Exists(image => Sets(image, change.From))).ToList();
        if (left.Count == changes.Count) return null;
        if (left.Count > 0) throw Refuse(application, $"sets some of these images in its own spec (spec.source.kustomize.images), and not {left[0].From}");
        return new SourceChange("kustomize", "images", source.At("kustomize", "images"),
            ArgoJson.Element(new JsonArray([.. images.Select(image => (JsonNode)JsonValue.Create(After(image, changes))!)])));
    }

    private static SourceChange? Parameters(ArgoApplication application, JsonElement source, List<(string From, string To)> changes)
    {
        var parameters = source.Items("helm", "parameters");
        if (parameters.Count == 0) return null;
        var edited = parameters.Select(one => JsonObject.Create(one)!).ToList();
        foreach (var (from, to) in changes)
        {
            if (ImageReference.Parse(from) is var bad && ImageReference.Parse(to) is var good && bad.Repository != good.Repository) return null;
            var whole = edited.FindAll(one => (string?)one["value"] == from);
            var tags = edited.FindAll(one => (string?)one["value"] == bad.Tag && ((string?)one["name"])?.EndsWith("tag", StringComparison.OrdinalIgnoreCase) == true);
            if (whole.Count + tags.Count == 0) return null;
            if (whole.Count + tags.Count > 1 || (tags.Count == 1 && good.Tag is null))
                throw Refuse(application, $"has several Helm parameters that may be {from} ({string.Join(", ", whole.Concat(tags).Select(one => (string?)one["name"]))})");
            if (whole.Count == 1) whole[0]["value"] = to;
            else tags[0]["value"] = good.Tag;
        }

        return new SourceChange("helm", "parameters", source.At("helm", "parameters"), ArgoJson.Element(new JsonArray([.. edited])));
    }

    // `reg/api:41`, or `api=reg/api:41` for the name that stands in the manifests.
    private static bool Sets(string image, string running) => image.Split('=', 2)[^1] is var set
        && (set == running || RepositoryOf(set) == ImageReference.Parse(running).Repository);

    private static string After(string image, List<(string From, string To)> changes) =>
        changes.FirstOrDefault(change => Sets(image, change.From)) is { To: { } to } ? image[..(image.IndexOf('=', StringComparison.Ordinal) + 1)] + to : image;

    private static string? RepositoryOf(string image)
    {
        try
        {
            return ImageReference.Parse(image).Repository;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static RollbackException Refuse(ArgoApplication application, string why) => new("PinnedBySpec", $"{application} {why}, which wins over what Git says.")
    {
        Target = application.ToString(),
        NextStep = $"kubectl edit application {application.Metadata.Name} -n {application.Metadata.Namespace}",
    };
}
