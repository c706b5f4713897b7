using System.Text.Json;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.Restoring;

/// <summary>
/// Takes a workload's pod template from one known content to another. Only that: live annotations, replicas, strategy and
/// everything else stay (kubectl's undo replaces the annotations). If the live template is neither of the two, somebody
/// else changed it, and nothing is written.
/// </summary>
public sealed record RestoreTemplate : Step
{
    private const int Attempts = 6;

    // Of a failing rollout's controller, which writes status several times a second.
    private const int StatusWrites = 50;

    public WorkloadKind Kind { get; init; }

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>A workload deleted and made again under the same name is another workload.</summary>
    public string Uid { get; init; } = "";

    /// <summary>What has the template of a Rollout that refers to another workload: that is written, and never the Rollout.</summary>
    public TemplateHolder? Holder { get; init; }

    public TemplateIdentity From { get; init; } = new();

    public TemplateIdentity To { get; init; } = new();

    /// <summary>Becomes kubernetes.io/change-cause, so that the next reader of the history is told the truth.</summary>
    public string ChangeCause { get; init; } = "";

    /// <summary>Whether leaving <see cref="From"/> says that it is bad: the target is known to have worked.</summary>
    public bool MarksBad { get; init; }

    /// <summary>Takes a rollback back, and with it what was remembered of it.</summary>
    public bool IsUndo { get; init; }

    /// <summary>What <see cref="LastApplied.Fingerprint"/> said of last-applied when this was planned: an undo leaves that again.</summary>
    public string? AppliedBefore { get; init; }

    /// <summary>Deployment only: set spec.paused to false in the same request.</summary>
    public bool ResumePaused { get; init; }

    /// <summary>Who had which fields of the template when this was planned, if it is server-side applied: they get them back.</summary>
    public IReadOnlyList<ManagedFieldsEntry> Owners { get; init => field = value ?? []; } = [];

    /// <summary>The target's content and the workload as planned, when this process planned it; else both are read.</summary>
    [JsonIgnore]
    public WorkloadSnapshot? Planned { get; init; }

    /// <summary>What was written (the workload, or what it refers to) as the server returned it, once applied.</summary>
    [JsonIgnore]
    public Workload? Result { get; private set; }

    [JsonIgnore]
    public PodTemplate? Target { get; init; }

    [JsonIgnore]
    public override string Description
    {
        get
        {
            var resource = Resource;
            var what = ContainerImage.Changes(From.Images, To.Images);
            var more = what.Length == 0 ? "pod template" : $"image {what}";
            var resumed = ResumePaused ? ", paused: true → false" : "";
            return $"PATCH {resource.ApiVersion} {resource.Plural}/{WrittenName} -n {Namespace}: {more}{resumed}";
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

    private Resource<Workload> Resource => Holder is null ? WorkloadSnapshot.ResourceOf(Kind) : ReferencedWorkload.ResourceOf(Holder.Kind)!;

    private string WrittenName => Holder?.Name ?? Name;

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        WorkloadReader reader = new(context.Estate.Cluster);
        var live = Planned ?? await ReadAsync(reader, cancellation);
        var intended = false;
        for (int attempt = 1, moved = 0; ; attempt++)
        {
            var (holder, template) = (live.Holder, live.Template);
            CheckUid(live);
            if (BeingDeleted.Of(live) is { } ending) throw ending;
            var place = await PlaceAsync(reader, live, cancellation);
            if (place == To && !(ResumePaused && holder.Spec.Paused))
            {
                // After an attempt of ours that got no clear answer, finding it done means we did it.
                return await HandBackAsync(context.Estate.Cluster, reader, holder, new StepOutcome(intended, $"runs {To.Describe()}"), cancellation);
            }

            var target = place == To ? template : await TargetAsync(reader, live, cancellation);
            if (!intended) await intend();
            intended = true;
            var (patch, ofVersion) = TemplatePatch.Build(this, holder, template, target);
            try
            {
                var written = await context.Estate.Cluster.PatchAsync(Resource, Namespace, WrittenName, patch, new WriteOptions { Conditional = true }, cancellation);
                var changed = written.Spec.Template.ValueKind == JsonValueKind.Object
                    ? AdmittedImages.Check(Where, template.Images, target.Images, new PodTemplate(written.Spec.Template).Images) : null;
                StepOutcome done = new(true, $"resourceVersion {written.Metadata.ResourceVersion}, generation {written.Metadata.Generation}") { Warning = changed };
                return await HandBackAsync(context.Estate.Cluster, reader, written, done, cancellation);
            }
            catch (EstateException refusal) when (attempt < Attempts && MayBeStale(refusal))
            {
                var later = await ReadAsync(reader, cancellation);
                var same = later.Holder.Metadata.Generation == holder.Metadata.Generation;
                // Unchanged, and still refused: it was not our precondition, so the refusal stands.
                if (refusal.Kind == EstateErrorKind.Rejected && (ofVersion ? later.Holder.Metadata.ResourceVersion == holder.Metadata.ResourceVersion : same)) throw;
                if (same && LastApplied.Of(later.Holder) == LastApplied.Of(holder) && ++moved < StatusWrites) attempt--;
                live = later;
            }
        }
    }

    private Task<WorkloadSnapshot> ReadAsync(WorkloadReader reader, CancellationToken cancellation) => reader.ReadHolderAsync(Kind, Namespace, Name, cancellation);

    private async Task<PodTemplate> TargetAsync(WorkloadReader reader, WorkloadSnapshot live, CancellationToken cancellation)
    {
        var target = Target ?? await TemplateFinder.FindAsync(reader, live, To, cancellation);
        if (Kind != WorkloadKind.Rollout) return target;
        var kept = live.Revisions.Count > 0 ? live.Revisions : await reader.ReadRevisionsAsync(live, cancellation);
        return RolloutRevision.AsWritten(live.Template, kept.FirstOrDefault(revision => revision.Template.Hash == live.Template.Hash)?.Template, target);
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
                    Resource, Namespace, WrittenName, patch, new WriteOptions { Conditional = true }, cancellation);
                return outcome;
            }
            catch (EstateException refusal)
            {
                var appliers = $"'{string.Join("', '", FieldOwnership.Appliers(Owners))}'";
                if (attempt == Attempts || !MayBeStale(refusal))
                {
                    return outcome with
                    {
                        Warning = (outcome.Warning is { } warning ? $"{warning} " : "") + $"The fields this wrote could not be given back to {appliers}, whose next server-side apply of another image needs " +
                            $"--force-conflicts once: {refusal.Message}",
                    };
                }

                Result = (await ReadAsync(reader, cancellation)).Holder;
            }
        }
    }

    // A JSON Patch test that fails is 422 on a real API server and 409 on some aggregated ones.
    private static bool MayBeStale(EstateException refusal) =>
        refusal.Kind is EstateErrorKind.Conflict || (refusal.Kind == EstateErrorKind.Rejected && refusal.Status == 422);

    private string Where => $"{Kind.ToString().ToLowerInvariant()}/{Name} in {Namespace}";

    private void CheckUid(WorkloadSnapshot live)
    {
        if ((Uid.Length == 0 || live.Object.Metadata.Uid == Uid) && (Holder is null ? live.Reference is null : live.Reference?.Object.Metadata.Uid == Holder.Uid)) return;
        throw new RollbackException("Replaced", $"{Where} was deleted and created again since this was planned, or what it takes its template from was.")
        {
            Target = Where,
            NextStep = $"Get-ImageHistory {Kind.ToString().ToLowerInvariant()}/{Name} -Namespace {Namespace}",
        };
    }

    /// <summary>
    /// Which of the two the live template is. Both are on record as they were before a server stored them, so the live one may have
    /// more defaults; of two that it would fulfil, it is the nearer. Throws ChangedMeanwhile when it is neither.
    /// </summary>
    private async Task<TemplateIdentity> PlaceAsync(WorkloadReader reader, WorkloadSnapshot live, CancellationToken cancellation)
    {
        var template = live.Template;
        if (template.Hash == To.Hash) return To;
        if (template.Hash == From.Hash) return From;
        var kept = await reader.ReadRevisionsAsync(live, cancellation);
        var nearest = new[] { From, To }
            .Select(identity => (identity, asked: kept.FirstOrDefault(revision => revision.Template.Hash == identity.Hash)?.Template))
            .Where(candidate => candidate.asked is not null && template.Fulfils(candidate.asked))
            .OrderBy(candidate => TemplateDifference.Describe(candidate.asked!, template).Count)
            .Select(candidate => candidate.identity).FirstOrDefault();
        if (nearest is not null) return nearest;

        var writer = live.Holder.Metadata.LastWriter();
        var who = writer is null ? "somebody else" : $"'{writer.Manager}' at {writer.Time:u}";
        throw new RollbackException("ChangedMeanwhile",
            $"{Where} was changed by {who} since this was planned: it now runs {ContainerImage.Describe(template.Images)}. Nothing was overwritten.")
        {
            Target = Where,
            NextStep = $"Invoke-ImageRollback {Kind.ToString().ToLowerInvariant()}/{Name} -Namespace {Namespace} -WhatIf",
        };
    }
}

/// <summary>The object that a Rollout takes its pod template from, in its own namespace.</summary>
public sealed record TemplateHolder(string Kind, string Name, string Uid)
{
    public static TemplateHolder? Of(WorkloadSnapshot workload) => workload.Reference is { } reference
        ? new TemplateHolder(reference.Kind, reference.Object.Metadata.Name, reference.Object.Metadata.Uid)
        : null;
}
