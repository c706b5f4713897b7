using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo.ImageUpdates;

/// <summary>
/// Suspends and resumes Argo CD Image Updater for applications. It remembers nothing of a rollback: a newer tag than the one that runs
/// is promoted again within two minutes (argocd-image-updater#1249), and it has no switch, so tags are ignored.
/// </summary>
internal sealed class ImageUpdateChange(ImageUpdateRequest request, IEstate estate, TimeProvider time) : IOperation
{
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation) =>
        ApplicationPlans.EachAsync(estate, request.Applications, PlanAsync, cancellation);

    public Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<TargetPlan>>([.. targets.Select(target => Plan(target.Draft, target.Planned.Steps))]);

    private async Task<TargetPlan> PlanAsync(ArgoApplication application, RollbackResult draft, CancellationToken cancellation)
    {
        List<Step> steps = [];
        List<string> warnings = [], ignored = [];
        var found = false;
        var annotated = application.Annotation($"{UpdateAnnotations.Prefix}image-list") is not null;
        foreach (var updater in await UpdatersAsync(application, annotated, cancellation))
        {
            ApplicationReferences references = new(updater);
            if (references.For(application) is not { } reference || reference.Flag("useAnnotations") == true) continue;
            found = true;
            ignored.AddRange(references.Ignored(reference));
            var step = request.Resume ? Resumed(updater, references, application) : Suspended(updater, references, reference, application, warnings);
            if (step is not null) steps.Add(step);
        }

        if (annotated)
        {
            found = true;
            ignored.AddRange(UpdateAnnotations.Ignored(application));
            if (Annotated(application, warnings) is { } step) steps.Add(step);
        }

        if (!found)
        {
            throw new RollbackException("NoImageUpdater", $"No Image Updater is for {application} in {draft.Namespace}: no ImageUpdater there matches it, and it has no image-list annotation.")
            {
                Target = $"{application} in {draft.Namespace}",
                NextStep = $"kubectl get imageupdaters -n {draft.Namespace}",
            };
        }

        draft = draft with { From = Ignoring(ignored), To = request.Resume ? "as before" : What, Warnings = warnings };
        if (steps.Count > 0 && request.Resume && await ReturningAsync(application, cancellation) is { } returning)
            return Plan(draft with { Warnings = [.. warnings, returning] }, steps) with { Danger = returning };
        if (steps.Count > 0)
            return Plan(draft with { NextStep = request.Resume ? null : $"When Git is right again: Resume-ImageUpdate {draft.Name} -Namespace {draft.Namespace}" }, steps);
        var already = request.Resume ? $"nothing is suspended for {application}" : $"image updates of {application} are suspended like that already";
        return new TargetPlan
        {
            Draft = draft with { Steps = [$"nothing to change: {already}"] },
            Settled = Verdict.Good(already),
            Success = RollbackOutcome.AlreadyThere,
            Locks = ApplicationRules.LocksFor(estate, application.Name),
        };
    }

    // What was taken back is kept away by the very suspension that ends; once something newer runs, there is nothing to keep away.
    private async Task<string?> ReturningAsync(ArgoApplication application, CancellationToken cancellation)
    {
        foreach (var workload in await new ApplicationWorkloads(estate).ReadAsync(application, cancellation))
        {
            if (workload.Holder.Metadata.Annotations.GetValueOrDefault(KnownGood.RolledBackToAnnotation) != workload.Template.Hash) continue;
            var runs = workload.Template.Images.Select(image => image.Image).ToList();
            var bad = KnownGood.Judge(workload, "", time.GetUtcNow()).Where(revision => revision is { Current: false, Health: RevisionHealth.Bad })
                .SelectMany(revision => revision.Images).Where(image => !runs.Contains(image.Image)).DistinctBy(image => image.Image).ToList();
            if (bad.Count == 0) continue;
            return $"{workload} was taken back from {ContainerImage.DescribeShort(bad)}, and Image Updater may promote that again. "
                + $"To keep it from that version again afterwards: {BackInGit.Suspend(application, [.. bad.Select(image => image.Image)], runs)}";
        }

        return null;
    }

    /// <summary>A tag that is ignored for all images takes back those too that nobody meant, and follow the same tags.</summary>
    internal static void WarnOfAll(ImageUpdateRequest request, IReadOnlyList<string> images, List<string> warnings)
    {
        if (request.Resume || request.Tags.Count == 0 || images.Count < 2) return;
        warnings.Add($"{string.Join(", ", request.Tags)} is ignored for all of {string.Join(", ", images)}" +
            (request.Images.Count == 0 ? ": -Image limits it to one." : $", because {string.Join(", ", request.Images)} cannot be told apart there."));
    }

    private static string Ignoring(IReadOnlyList<string> patterns) => patterns.Count == 0 ? "ignore nothing"
        : patterns.Contains(TagPattern.Everything) ? "ignore every tag" : $"ignore {string.Join(", ", patterns.Distinct())}";

    private string What => request.Tags.Count == 0 ? "ignore every tag" : $"ignore {string.Join(", ", request.Tags)}";

    private IReadOnlyList<string> Patterns => request.Tags.Count == 0 ? [TagPattern.Everything] : [.. request.Tags.Select(TagPattern.Exactly)];

    private SuspendedUpdate Signed(SuspendedUpdate before) => before with { By = RunEngine.Actor, At = time.GetUtcNow(), Reason = request.Reason };

    private async Task<IReadOnlyList<CustomResource>> UpdatersAsync(ArgoApplication application, bool annotated, CancellationToken cancellation)
    {
        if (estate.Connection.WithoutCluster)
        {
            if (annotated) return [];
            throw new RollbackException("NoImageUpdater", $"{application} has no image-list annotation, and ImageUpdaters can only be looked at in the cluster, which this session has no access to.")
            {
                Target = $"{application} in {application.Metadata.Namespace}",
                NextStep = "Name the cluster too: add -Context.",
            };
        }

        try
        {
            return (await estate.Cluster.ListAsync(ArgoKinds.ImageUpdaters, application.Metadata.Namespace, ListFilter.None, cancellation)).Items;
        }
        catch (EstateException missing) when (missing.Kind == EstateErrorKind.NotFound)
        {
            return []; // The kind is not served: an older Image Updater, or none.
        }
        catch (EstateException forbidden) when (forbidden.Kind == EstateErrorKind.Forbidden)
        {
            // A server refuses before it looks whether there is such a kind; what it serves it tells everybody.
            if (await IsServedAsync(cancellation)) throw;
            return [];
        }
    }

    private async Task<bool> IsServedAsync(CancellationToken cancellation)
    {
        try
        {
            var kind = ArgoKinds.ImageUpdaters;
            return await estate.Cluster.FindKindAsync($"{kind.Group}/{kind.Version}", kind.Kind, cancellation) is not null;
        }
        catch (EstateException)
        {
            return true;
        }
    }

    private SetImageUpdater? Suspended(
        CustomResource updater, ApplicationReferences references, System.Text.Json.JsonElement reference, ArgoApplication application, List<string> warnings)
    {
        if (request.Tags.Count > 0 && ApplicationReferences.FollowingDigests(updater.Json.At("spec") ?? default, reference) is { Count: > 0 } digests)
            warnings.Add($"{string.Join(", ", digests)} follow a tag's digest: that the tag stays the same does not hold them. Leave -Tag out to stop them.");
        var note = updater.Metadata.Annotations.GetValueOrDefault(SuspendedUpdate.Annotation);
        Dictionary<string, SuspendedUpdate> all = new(SuspendedUpdate.ReadAll(note));
        var repositories = ApplicationReferences.Repositories(reference);
        if (!request.Images.Any(repositories.Contains)) WarnOfAll(request, repositories, warnings);
        var (edited, before) = references.Suspend(application, reference, Patterns, request.Images);
        // Of each image, the first one to touch it saw what was really there.
        all[application.Metadata.Name] = !all.TryGetValue(application.Metadata.Name, out var known) ? Signed(before)
            : known with { IgnoreTags = known.Inserted ? known.IgnoreTags : known.IgnoreTags.Concat(before.IgnoreTags).DistinctBy(pair => pair.Key).ToDictionary() };
        return Step(updater, references, application, edited, note, SuspendedUpdate.WriteAll(all), What);
    }

    private static SetImageUpdater? Resumed(CustomResource updater, ApplicationReferences references, ArgoApplication application)
    {
        var note = updater.Metadata.Annotations.GetValueOrDefault(SuspendedUpdate.Annotation);
        Dictionary<string, SuspendedUpdate> all = new(SuspendedUpdate.ReadAll(note));
        return all.Remove(application.Metadata.Name, out var before)
            ? Step(updater, references, application, references.Resume(application.Metadata.Name, before), note, SuspendedUpdate.WriteAll(all), "as before")
            : null;
    }

    private static SetImageUpdater? Step(
        CustomResource updater, ApplicationReferences references, ArgoApplication application, System.Text.Json.Nodes.JsonArray edited, string? noteFrom, string? noteTo, string what)
    {
        SetImageUpdater step = new()
        {
            Namespace = updater.Metadata.Namespace,
            Updater = updater.Metadata.Name,
            Application = application.Metadata.Name,
            What = what,
            From = ArgoJson.Element(new System.Text.Json.Nodes.JsonArray([.. references.All.Select(one => (System.Text.Json.Nodes.JsonNode)System.Text.Json.Nodes.JsonObject.Create(one)!)])),
            To = ArgoJson.Element(edited),
            NoteFrom = noteFrom,
            NoteTo = noteTo,
        };
        return JsonSame.AsIn(step.From, step.To) && noteFrom == noteTo ? null : step;
    }

    private SetUpdateAnnotations? Annotated(ArgoApplication application, List<string> warnings)
    {
        if (ApplicationOwners.SetOf(application) is { } set)
        {
            throw new RollbackException("OwnerWouldRevert",
                $"{application} is generated by ApplicationSet '{set.Name}', which wipes annotations made on it: its image updates cannot be suspended there. Nothing was changed.")
            {
                Target = $"{application} in {application.Metadata.Namespace}",
                NextStep = $"Put {UpdateAnnotations.Prefix}ignore-tags into the template of ApplicationSet {set.Name}, or use an ImageUpdater object.",
            };
        }

        var changes = UpdateAnnotations.Changes(application, request, Patterns, Signed, warnings);
        return changes.Count == 0 ? null : new SetUpdateAnnotations
        {
            Namespace = application.Metadata.Namespace,
            Application = application.Metadata.Name,
            Uid = application.Metadata.Uid,
            What = request.Resume ? "as before" : What,
            Changes = changes,
        };
    }

    private TargetPlan Plan(RollbackResult draft, IReadOnlyList<Step> steps) => new()
    {
        Draft = draft with { Steps = [.. steps.Select(step => step.Description)] },
        Steps = steps,
        Action = request.Resume ? "Resume image updates" : "Suspend image updates",
        Success = RollbackOutcome.Changed,
        Locks = ApplicationRules.LocksFor(estate, ApplicationPlans.NameOf(draft)),
        Verify = (_, _) => Task.FromResult(Verdict.Good(request.Resume ? "image updates are as they were before" : $"Image Updater is told to {What}")),
    };
}
