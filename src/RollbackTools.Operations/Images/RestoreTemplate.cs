using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Images;

/// <summary>
/// Takes a workload's pod template from one known content to another. Only that: live annotations, replicas, strategy and
/// everything else stay (kubectl's undo replaces the annotations). If the live template is neither of the two, somebody
/// else changed it, and nothing is written.
/// </summary>
public sealed record RestoreTemplate : Step
{
    private const int Attempts = 6;

    public WorkloadKind Kind { get; init; }

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>A workload deleted and made again under the same name is another workload.</summary>
    public string Uid { get; init; } = "";

    public TemplateIdentity From { get; init; } = new();

    public TemplateIdentity To { get; init; } = new();

    /// <summary>Becomes kubernetes.io/change-cause, so that the next reader of the history is told the truth.</summary>
    public string ChangeCause { get; init; } = "";

    /// <summary>Whether leaving <see cref="From"/> says that it is bad: the target is known to have worked.</summary>
    public bool MarksBad { get; init; }

    /// <summary>Takes a rollback back, and with it what was remembered of it.</summary>
    public bool IsUndo { get; init; }

    /// <summary>Deployment only: set spec.paused to false in the same request.</summary>
    public bool ResumePaused { get; init; }

    /// <summary>Who had which fields of the template when this was planned, if it is server-side applied: they get them back.</summary>
    public IReadOnlyList<ManagedFieldsEntry> Owners { get; init => field = value ?? []; } = [];

    /// <summary>The target's content and the workload as planned, when this process planned it; else both are read.</summary>
    [JsonIgnore]
    public WorkloadSnapshot? Planned { get; init; }

    /// <summary>The workload as the server returned it, once applied.</summary>
    [JsonIgnore]
    public Workload? Result { get; private set; }

    [JsonIgnore]
    public PodTemplate? Target { get; init; }

    [JsonIgnore]
    public override string Description
    {
        get
        {
            var resource = WorkloadSnapshot.ResourceOf(Kind);
            var what = ContainerImage.Changes(From.Images, To.Images);
            var more = what.Length == 0 ? "pod template" : $"image {what}";
            var resumed = ResumePaused ? ", paused: true → false" : "";
            return $"PATCH {resource.ApiVersion} {resource.Plural}/{Name} -n {Namespace}: {more}{resumed}";
        }
    }

    public override Step Invert() => this with
    {
        From = To,
        To = From,
        MarksBad = false,
        IsUndo = !IsUndo,
        ResumePaused = false,
        ChangeCause = $"Undo: {ChangeCause}",
        Planned = null,
        Target = null,
        Result = null,
    };

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        WorkloadReader reader = new(context.Estate.Cluster);
        var resource = WorkloadSnapshot.ResourceOf(Kind);
        var live = Planned?.Object ?? await reader.ReadObjectAsync(Kind, Namespace, Name, cancellation);
        var intended = false;
        for (var attempt = 1; ; attempt++)
        {
            var template = new PodTemplate(live.Spec.Template);
            CheckUid(live);
            var place = await PlaceAsync(reader, live, template, cancellation);
            if (place == To && !(ResumePaused && live.Spec.Paused))
            {
                // After an attempt of ours that got no clear answer, finding it done means we did it.
                return await HandBackAsync(context.Estate.Cluster, reader, live, new StepOutcome(intended, $"runs {To.Describe()}"), cancellation);
            }

            var target = place == To ? template : Target ?? await TemplateFinder.FindAsync(reader, Kind, live, template, To, cancellation);
            if (!intended) await intend();
            intended = true;
            try
            {
                var written = await context.Estate.Cluster.PatchAsync(resource, Namespace, Name, TemplatePatch.Build(this, live, template, target),
                    new WriteOptions { Conditional = true }, cancellation);
                StepOutcome done = new(true, $"resourceVersion {written.Metadata.ResourceVersion}, generation {written.Metadata.Generation}");
                return await HandBackAsync(context.Estate.Cluster, reader, written, done, cancellation);
            }
            catch (EstateException refusal) when (attempt < Attempts && MayBeStale(refusal))
            {
                var later = await reader.ReadObjectAsync(Kind, Namespace, Name, cancellation);
                // Unchanged, and still refused: it was not our precondition, so the refusal stands.
                if (later.Metadata.Generation == live.Metadata.Generation && refusal.Kind == EstateErrorKind.Rejected
                    && TemplatePatch.LastApplied(later) == TemplatePatch.LastApplied(live)) throw;
                live = later;
            }
        }
    }

    // The rollback stands whether or not this works out; the next apply is then refused once, which is worth a warning.
    private async Task<StepOutcome> HandBackAsync(
        ICluster cluster, WorkloadReader reader, Workload written, StepOutcome outcome, CancellationToken cancellation)
    {
        Result = written;
        for (var attempt = 1; ; attempt++)
        {
            if (FieldOwnership.HandBack(Owners, Result) is not { } patch) return outcome;
            try
            {
                Result = await cluster.PatchAsync(
                    WorkloadSnapshot.ResourceOf(Kind), Namespace, Name, patch, new WriteOptions { Conditional = true }, cancellation);
                return outcome;
            }
            catch (EstateException refusal)
            {
                var appliers = $"'{string.Join("', '", FieldOwnership.Appliers(Owners))}'";
                if (attempt == Attempts || !MayBeStale(refusal))
                {
                    return outcome with
                    {
                        Warning = $"The fields this wrote could not be given back to {appliers}, whose next server-side apply of another image needs " +
                            $"--force-conflicts once: {refusal.Message}",
                    };
                }

                Result = await reader.ReadObjectAsync(Kind, Namespace, Name, cancellation);
            }
        }
    }

    // A JSON Patch test that fails is 422 on a real API server and 409 on some aggregated ones.
    private static bool MayBeStale(EstateException refusal) =>
        refusal.Kind is EstateErrorKind.Conflict || (refusal.Kind == EstateErrorKind.Rejected && refusal.Status == 422);

    private string Where => $"{Kind.ToString().ToLowerInvariant()}/{Name} in {Namespace}";

    private void CheckUid(Workload live)
    {
        if (Uid.Length == 0 || live.Metadata.Uid == Uid) return;
        throw new RollbackException("Replaced", $"{Where} was deleted and created again since this was planned.")
        {
            Target = Where,
            NextStep = $"Get-ImageHistory {Kind.ToString().ToLowerInvariant()}/{Name} -Namespace {Namespace}",
        };
    }

    /// <summary>
    /// Which of the two the live template is. Both are on record as they were before a server stored them, so the live one may have
    /// more defaults; of two that it would fulfil, it is the nearer. Throws ChangedMeanwhile when it is neither.
    /// </summary>
    private async Task<TemplateIdentity> PlaceAsync(WorkloadReader reader, Workload live, PodTemplate template, CancellationToken cancellation)
    {
        if (template.Hash == To.Hash) return To;
        if (template.Hash == From.Hash) return From;
        var kept = await reader.ReadRevisionsAsync(Kind, live, cancellation);
        var nearest = new[] { From, To }
            .Select(identity => (identity, asked: kept.FirstOrDefault(revision => revision.Template.Hash == identity.Hash)?.Template))
            .Where(candidate => candidate.asked is not null && template.Fulfils(candidate.asked))
            .OrderBy(candidate => TemplateDifference.Describe(candidate.asked!, template).Count)
            .Select(candidate => candidate.identity).FirstOrDefault();
        if (nearest is not null) return nearest;

        var writer = live.Metadata.LastWriter();
        var who = writer is null ? "somebody else" : $"'{writer.Manager}' at {writer.Time:u}";
        throw new RollbackException("ChangedMeanwhile",
            $"{Where} was changed by {who} since this was planned: it now runs {ContainerImage.Describe(template.Images)}. Nothing was overwritten.")
        {
            Target = Where,
            NextStep = $"Invoke-ImageRollback {Kind.ToString().ToLowerInvariant()}/{Name} -Namespace {Namespace} -WhatIf",
        };
    }
}
