using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Images;

/// <summary>Finds a template's content again from its identity: in the cluster's own history, or as the live one with other images.</summary>
internal static class TemplateFinder
{
    public static async Task<PodTemplate> FindAsync(
        WorkloadReader reader, WorkloadKind kind, Workload live, PodTemplate template, TemplateIdentity wanted, CancellationToken cancellation)
    {
        if (template.Hash == wanted.Hash) return template;
        var revisions = await reader.ReadRevisionsAsync(kind, live, cancellation);
        if (revisions.FirstOrDefault(revision => revision.Template.Hash == wanted.Hash) is { } kept) return kept.Template;

        var images = wanted.Images.ToDictionary(image => image.Container, image => image.Image);
        var rebuilt = template.WithImages(images);
        if (rebuilt.Hash == wanted.Hash) return rebuilt;

        var name = $"{kind.ToString().ToLowerInvariant()}/{live.Metadata.Name}";
        throw new RollbackException("RevisionGone",
            $"The template with {wanted.Describe()} (revision {wanted.Revision}) of {name} in {live.Metadata.Namespace} is no longer kept by the cluster.")
        {
            Target = name,
            NextStep = $"Invoke-ImageRollback {name} -Namespace {live.Metadata.Namespace} -ToImage {wanted.Images.FirstOrDefault()?.Image}",
        };
    }
}
