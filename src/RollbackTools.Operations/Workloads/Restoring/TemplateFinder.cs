using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.Restoring;

/// <summary>Finds a template's content again from its identity: in the cluster's own history, or as the live one with other images.</summary>
internal static class TemplateFinder
{
    public static async Task<PodTemplate> FindAsync(
        WorkloadReader reader, WorkloadSnapshot live, TemplateIdentity wanted, CancellationToken cancellation)
    {
        var template = live.Template;
        if (template.Hash == wanted.Hash) return template;
        var revisions = await reader.ReadRevisionsAsync(live, cancellation);
        if (revisions.FirstOrDefault(revision => revision.Template.Hash == wanted.Hash) is { } kept) return kept.Template;

        var images = wanted.Images.ToDictionary(image => image.Container, image => image.Image);
        var rebuilt = template.WithImages(images);
        if (rebuilt.Hash == wanted.Hash) return rebuilt;

        throw new RollbackException("RevisionGone",
            $"The template with {wanted.Describe()} (revision {wanted.Revision}) of {live} in {live.Namespace} is no longer kept by the cluster.")
        {
            Target = live.ToString(),
            NextStep = $"Invoke-ImageRollback {live} -Namespace {live.Namespace} -ToImage {wanted.Images.FirstOrDefault()?.Image}",
        };
    }
}
