using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Images;

/// <summary>Where one workload is to go, and in what words.</summary>
internal sealed record ImageTarget(PodTemplate Template, Revision? Revision)
{
    private const string NameAGoodOne = "Name a version that is known to be good with -ToTag, -ToImage or -ToDigest.";

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Set when the workload rests where a rollback put it: the answer to asking twice.</summary>
    public string? Resting { get; init; }

    /// <summary>
    /// Whether the target is known to have worked. Only then does leaving the current version say that it is bad; a tag typed
    /// wrong at 03:00 must not brand the version that was running well.
    /// </summary>
    public bool KnownGood { get; init; }

    /// <summary>Why a target that was named is known not to work; null when nothing says so.</summary>
    public string? Bad { get; init; }

    /// <summary>Throws <see cref="RollbackException"/> when there is nowhere to go, with what could be done instead.</summary>
    public static ImageTarget Resolve(WorkloadSnapshot workload, RollbackGoal goal, string estate, DateTimeOffset now)
    {
        if (goal.IsKnownGood) return OfKnownGood(workload, estate, now);
        var target = goal switch
        {
            { Revision: { } number } => OfRevision(workload, number),
            { Image: { } image } => OfImage(workload, goal, (_, _) => image),
            { Tag: { } tag } => OfImage(workload, goal, (current, warnings) => Reference(workload, current, warnings).WithTag(tag).ToString()),
            _ => OfImage(workload, goal, (current, warnings) => Reference(workload, current, warnings).WithDigest(goal.Digest!).ToString()),
        };
        if (target.Template.Hash != workload.Template.Hash)
            target = target with { Warnings = [.. target.Warnings, .. MutableTag.Warnings(workload, target.Template, target.Revision)] };
        var all = Workloads.History.KnownGood.Judge(workload, estate, now);
        var judged = all.FirstOrDefault(revision => revision.Source == target.Revision?.Source);
        target = target with { KnownGood = judged?.Health >= RevisionHealth.Likely };
        if (judged is not { Health: RevisionHealth.Bad }) return target;
        var better = all.FirstOrDefault(revision => revision.IsDefaultTarget) is { } instead
            ? $" Known-good is revision {instead.Revision} ({instead.Image}): Invoke-ImageRollback {workload} -Namespace {workload.Namespace}"
            : all.FirstOrDefault(revision => revision is { Current: true, Health: RevisionHealth.KnownGood }) is { } current
                ? $" Known-good is what runs now, revision {current.Revision} ({current.Image})."
                : "";
        return target with
        {
            Bad = $"revision {judged.Revision} ({judged.Image}) is Bad: {string.Join("; ", judged.Evidence)}",
            Warnings =
            [
                .. target.Warnings,
                $"It goes where it did not work: revision {judged.Revision} ({judged.Image}) is Bad: {string.Join("; ", judged.Evidence)}.{better}",
            ],
        };
    }

    private static ImageTarget OfKnownGood(WorkloadSnapshot workload, string estate, DateTimeOffset now)
    {
        var judged = Workloads.History.KnownGood.Judge(workload, estate, now);
        if (Workloads.History.KnownGood.IsRestingAfterRollback(workload, judged, now))
        {
            return new ImageTarget(workload.Template, workload.Current)
            {
                Resting = "it runs what the last rollback went to; name a revision to go further back",
            };
        }

        var index = judged.ToList().FindIndex(revision => revision.IsDefaultTarget);
        if (index >= 0)
        {
            var found = workload.Revisions[index];
            return new ImageTarget(found.Template, found) { KnownGood = true, Warnings = MutableTag.Warnings(workload, found.Template, found) };
        }

        var others = judged.Where((revision, at) => !revision.Current && !workload.Revisions[at].Template.IsRestartOf(workload.Template)).ToList();
        if (others.Count == 0)
        {
            if (judged.Count > 1) throw OnlyRestarts(workload);
            throw Refuse("NoHistory", workload, $"{workload} in {workload.Namespace} has no earlier revision to go back to.",
                NameAGoodOne);
        }

        var listed = string.Join("; ", others.Take(4).Select(r => $"{r.Revision} ({r.Image}): {r.Health}, {r.Evidence.FirstOrDefault()}"));
        var perhaps = others.FindAll(revision => revision.Health != RevisionHealth.Bad);
        throw Refuse("NoKnownGoodRevision", workload, $"No earlier revision of {workload} in {workload.Namespace} is known to have worked: {listed}.",
            perhaps.Count == 0 ? NameAGoodOne
                : perhaps is [var only] ? $"If you know that it is good: Invoke-ImageRollback {workload} -Namespace {workload.Namespace} -ToRevision {only.Revision}"
                : $"Name one that you know to be good with -ToRevision or -ToTag; to see them: Get-ImageHistory {workload} -Namespace {workload.Namespace}");
    }

    private static RollbackException OnlyRestarts(WorkloadSnapshot workload)
    {
        var why = MutableTag.WhyNotBack(workload, workload.Template.Images);
        var latest = workload.Template.Images.FirstOrDefault(image => MutableTag.IsLatest(image.Image));
        return Refuse("OnlyRestarts", workload,
            $"All revisions of {workload} in {workload.Namespace} are the same version ({ContainerImage.Describe(workload.Template.Images)}), restarted: going back would start it again{(why is null ? "" : $"; {why}")}.",
            latest is null ? NameAGoodOne : $"The tag stays the same: {MutableTag.ByDigest(workload, latest, null)}");
    }

    private static ImageTarget OfRevision(WorkloadSnapshot workload, long number)
    {
        if (workload.Revisions.FirstOrDefault(revision => revision.Number == number) is { } exact)
        {
            return exact.Template.Hash != workload.Template.Hash && exact.Template.IsRestartOf(workload.Template)
                ? new ImageTarget(workload.Template, workload.Current) { Resting = $"revision {number} is the same version before a restart" }
                : new ImageTarget(exact.Template, exact);
        }

        if (workload.Revisions.FirstOrDefault(revision => revision.FormerNumbers.Contains(number)) is { } renumbered)
        {
            return new ImageTarget(renumbered.Template, renumbered)
            {
                Warnings = [$"Revision {number} is now revision {renumbered.Number}: an earlier rollback renumbered it."],
            };
        }

        var kept = workload.Revisions.Count == 0 ? "none" : string.Join(", ", workload.Revisions.Select(revision => revision.Number).Order());
        var limit = workload.Object.Spec.RevisionHistoryLimit is { } l ? $" (revisionHistoryLimit {l})" : "";
        throw Refuse("RevisionNotFound", workload, $"{workload} in {workload.Namespace} has no revision {number}; the cluster keeps {kept}{limit}.",
            $"Get-ImageHistory {workload} -Namespace {workload.Namespace}");
    }

    private static ImageTarget OfImage(WorkloadSnapshot workload, RollbackGoal goal, Func<ContainerImage, List<string>, string> change)
    {
        Dictionary<string, string> images = [];
        List<string> warnings = [];
        var containers = Containers(workload, goal).ToList();
        foreach (var container in containers)
        {
            try
            {
                images[container.Container] = change(container, warnings);
            }
            catch (FormatException wrong)
            {
                throw Refuse("InvalidImage", workload, wrong.Message, "Name the whole image with -ToImage: repository:tag, or repository@sha256:…");
            }
        }

        var template = workload.Template.WithImages(images);
        return new ImageTarget(template, workload.Revisions.FirstOrDefault(revision => revision.Template.Hash == template.Hash))
        {
            Warnings = warnings,
            Resting = template.Hash == workload.Template.Hash ? MutableTag.WhyNotBack(workload, containers) : null,
        };
    }

    // What runs may be what no runtime can read: that is the reason to leave it, and an earlier revision tells whose tag is meant.
    private static ImageReference Reference(WorkloadSnapshot workload, ContainerImage current, List<string> warnings)
    {
        if (Readable(current.Image) is { } reference) return reference;
        foreach (var revision in workload.Revisions)
        {
            if (revision.Template.Images.FirstOrDefault(image => image.Container == current.Container) is not { } earlier || Readable(earlier.Image) is not { } known) continue;
            warnings.Add($"'{current.Image}' of container {current.Container} is not an image reference: its repository is taken from revision {revision.Number}, {known.Repository}.");
            return known;
        }

        return ImageReference.Parse(current.Image);
    }

    private static IEnumerable<ContainerImage> Containers(WorkloadSnapshot workload, RollbackGoal goal)
    {
        var all = workload.Template.Images;
        if (goal.Container is { } named)
        {
            if (all.FirstOrDefault(image => image.Container == named) is { } found) return [found];
            throw Refuse("ContainerNotFound", workload,
                $"{workload} has no container '{named}'; it has {string.Join(", ", all.Select(image => image.Container))}.",
                $"Get-ImageHistory {workload} -Namespace {workload.Namespace}");
        }

        var main = all.Where(image => !image.Init).ToList();
        var repository = goal.Image is { } image ? ImageReference.Parse(image).Repository : null;
        List<ContainerImage> Of(IEnumerable<ContainerImage> images, string wanted) => [.. images.Where(candidate => Repository(candidate) == wanted)];
        var meant = repository is null ? Of(main, Repository(main[0])) : Of(main, repository) is { Count: > 0 } some ? some : Of(all, repository);
        if (main.Count == 1 && meant.Count == 0) meant = main;
        if (repository is null ? meant.Count < main.Count : meant.Count == 0)
            throw Refuse("AmbiguousContainer", workload, $"{workload} has several containers ({string.Join(", ", main)}): say which one.", PerContainer(workload, goal, main));
        if (meant.Select(candidate => candidate.Image).Distinct().Count() > 1)
        {
            throw Refuse("AmbiguousContainer", workload,
                $"{workload} has several containers of one repository at different versions ({string.Join(", ", meant)}): say which one.", PerContainer(workload, goal, meant));
        }

        // One image often runs in several containers (a migration init container, a worker): they belong together. Another version of it does not.
        return all.Where(candidate => candidate.Image == meant[0].Image);
    }

    private static string PerContainer(WorkloadSnapshot workload, RollbackGoal goal, IEnumerable<ContainerImage> containers)
    {
        return string.Join("; ", containers.Take(3).Select(one => $"for {one.Container}: {Command($"{workload} -Namespace {workload.Namespace} -Container {one.Container}")}"));

        string Command(string at) => goal.Image is { } image ? $"Invoke-ImageRollback {at} -ToImage {image}"
            : goal.Tag is { } tag ? $"Invoke-ImageRollback {at} -ToTag {tag}" : $"Invoke-ImageRollback {at} -ToDigest {goal.Digest}";
    }

    private static string Repository(ContainerImage image) => Readable(image.Image)?.Repository ?? image.Image;

    private static ImageReference? Readable(string image)
    {
        try
        {
            return ImageReference.Parse(image);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static RollbackException Refuse(string errorId, WorkloadSnapshot workload, string message, string next) =>
        new(errorId, message) { Target = $"{workload} in {workload.Namespace}", NextStep = next };
}
