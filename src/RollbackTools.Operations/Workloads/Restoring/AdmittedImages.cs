using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.Restoring;

/// <summary>
/// The images that the API server stored, held against those that were asked for: a mutating webhook or policy may set images of its own,
/// and the answer is the only place that says so.
/// </summary>
internal static class AdmittedImages
{
    /// <summary>
    /// A warning that names what was stored instead; null when all is as asked for. Throws <c>PutBack</c> when a container that was to get
    /// another image has the one it had before.
    /// </summary>
    public static string? Check(
        string where, IReadOnlyList<ContainerImage> before, IReadOnlyList<ContainerImage> asked, IReadOnlyList<ContainerImage> stored)
    {
        List<string> others = [];
        foreach (var image in asked)
        {
            if (Of(stored, image.Container) is not { } kept || kept == image.Image) continue;
            if (kept == Of(before, image.Container)) throw PutBack(where, image, kept);
            others.Add($"{kept} instead of {image.Image} (container {image.Container})");
        }

        return others.Count == 0 ? null : $"The API server stored {string.Join(", ", others)} for {where}: an admission webhook or policy sets images.";
    }

    private static string? Of(IReadOnlyList<ContainerImage> images, string container) => images.FirstOrDefault(image => image.Container == container)?.Image;

    private static RollbackException PutBack(string where, ContainerImage asked, string kept) => new("PutBack",
        $"The API server took the change of {where} to {asked.Image} and stored {kept} again (container {asked.Container}): an admission webhook " +
        $"or policy sets the image. {kept} still runs.")
    {
        Target = where,
        NextStep = "kubectl get mutatingwebhookconfigurations",
    };
}
