using RollbackTools.Operations.Images;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.History;

/// <summary>
/// A tag that stays the same says nothing about which build runs: it may have been pushed again. What pods run, their imageID tells;
/// only a digest leads back to a build.
/// </summary>
internal static class MutableTag
{
    /// <summary>What a way back to a revision leaves as it is, although its images read the same.</summary>
    public static IReadOnlyList<string> Warnings(WorkloadSnapshot workload, PodTemplate target, Revision? revision)
    {
        var same = target.Images.Where(image => workload.Template.Images.Contains(image) && !image.Image.Contains('@', StringComparison.Ordinal)).ToList();
        var nothingElse = same.Count > 0 && target.Images.All(workload.Template.Images.Contains);
        List<string> warnings = [];
        foreach (var image in same)
        {
            var (now, then) = (DigestOf(workload, workload.Current, image.Container), DigestOf(workload, revision, image.Container));
            if (now is not null && then is not null && now != then)
                warnings.Add($"{image.Image} is another build now ({now}) than in revision {revision!.Number} ({then}): the tag alone does not go back to it; {ByDigest(workload, image, then)}");
            else if (nothingElse && IsLatest(image.Image) && (now is null || now != then))
                warnings.Add($"{image.Image} is the same tag before and after: an earlier build of it does not come back with it; {ByDigest(workload, image, null)}");
        }

        return warnings;
    }

    /// <summary>Why going to the image that runs is no way back, for the image of a tag that everybody pushes to; null for others.</summary>
    public static string? WhyNotBack(WorkloadSnapshot workload, IEnumerable<ContainerImage> images) =>
        images.FirstOrDefault(image => IsLatest(image.Image)) is { } latest
            ? $"{latest.Image} is the same tag: an earlier build of it is reached by its digest alone; {ByDigest(workload, latest, null)}"
            : null;

    /// <summary>The command that goes to a build of this image, where the digest is known (pods of another revision run it); else in words.</summary>
    public static string ByDigest(WorkloadSnapshot workload, ContainerImage image, string? digest)
    {
        var now = DigestOf(workload, workload.Current, image.Container);
        digest ??= workload.Revisions.Where(revision => revision != workload.Current && revision.Template.Images.Contains(image))
            .Select(revision => DigestOf(workload, revision, image.Container)).FirstOrDefault(other => other is not null && other != now);
        var container = workload.Template.Images.Count > 1 ? $" -Container {image.Container}" : "";
        return digest is null ? $"name the good build with -ToDigest{(container.Length > 0 ? $" and{container}" : "")}, as your registry tells"
            : $"to go to that build: Invoke-ImageRollback {workload} -Namespace {workload.Namespace} -ToDigest {digest}{container}";
    }

    /// <summary>No tag is <c>latest</c>.</summary>
    public static bool IsLatest(string image)
    {
        try
        {
            return ImageReference.Parse(image) is { Digest: null, Tag: null or "latest" };
        }
        catch (FormatException)
        {
            return false;
        }
    }

    // Null where nobody knows, or where the pods of one revision run several.
    private static string? DigestOf(WorkloadSnapshot workload, Revision? revision, string container)
    {
        if (revision is null) return null;
        var digests = workload.PodsOf(revision).SelectMany(pod => pod.Containers()).Where(status => status.Name == container && status.ImageID.Contains('@', StringComparison.Ordinal))
            .Select(status => status.ImageID[(status.ImageID.LastIndexOf('@') + 1)..]).Distinct().Take(2).ToList();
        return digests.Count == 1 ? digests[0] : null;
    }
}
