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
            Check(live, template);
            if (template.Hash == To.Hash && !(ResumePaused && live.Spec.Paused))
            {
                Result = live;
                // After an attempt of ours that got no clear answer, finding it done means we did it.
                return new StepOutcome(intended, $"runs {To.Describe()}");
            }

            var target = Target ?? await TemplateFinder.FindAsync(reader, Kind, live, template, To, cancellation);
            if (!intended) await intend();
            intended = true;
            try
            {
                Result = await context.Estate.Cluster.PatchAsync(resource, Namespace, Name, TemplatePatch.Build(this, live, template, target),
                    new WriteOptions { Conditional = true }, cancellation);
                return new StepOutcome(true, $"resourceVersion {Result.Metadata.ResourceVersion}, generation {Result.Metadata.Generation}");
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

    // A JSON Patch test that fails is 422 on a real API server and 409 on some aggregated ones.
    private static bool MayBeStale(EstateException refusal) =>
        refusal.Kind is EstateErrorKind.Conflict || (refusal.Kind == EstateErrorKind.Rejected && refusal.Status == 422);

    private void Check(Workload live, PodTemplate template)
    {
        var target = $"{Kind.ToString().ToLowerInvariant()}/{Name} in {Namespace}";
        if (Uid.Length > 0 && live.Metadata.Uid != Uid)
        {
            throw new RollbackException("Replaced", $"{target} was deleted and created again since this was planned.")
            {
                Target = target,
                NextStep = $"Get-ImageHistory {Kind.ToString().ToLowerInvariant()}/{Name} -Namespace {Namespace}",
            };
        }

        if (template.Hash == From.Hash || template.Hash == To.Hash) return;
        var writer = live.Metadata.LastWriter();
        var who = writer is null ? "somebody else" : $"'{writer.Manager}' at {writer.Time:u}";
        throw new RollbackException("ChangedMeanwhile",
            $"{target} was changed by {who} since this was planned: it now runs {ContainerImage.Describe(template.Images)}. Nothing was overwritten.")
        {
            Target = target,
            NextStep = $"Invoke-ImageRollback {Kind.ToString().ToLowerInvariant()}/{Name} -Namespace {Namespace} -WhatIf",
        };
    }
}
