using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>Writes on the application what it was rolled away from and where it went; the inverse takes both back.</summary>
public sealed record MarkVersions : Step
{
    private const int Attempts = 6;

    public string Namespace { get; init; } = "";

    public string Application { get; init; } = "";

    public string Uid { get; init; } = "";

    /// <summary>The version left, by its key; null when leaving it says nothing against it (for one that is bad itself).</summary>
    public string? Bad { get; init; }

    /// <summary>The newest history id it had.</summary>
    public long BadId { get; init; }

    /// <summary>The version it went to, by its key; null takes what was said of one back.</summary>
    public string? Resting { get; init; }

    /// <summary>Takes <see cref="Bad"/> off the list instead.</summary>
    public bool IsUndo { get; init; }

    [JsonIgnore]
    public override string Description => $"PATCH argoproj.io/v1alpha1 applications/{Application} -n {Namespace}: " +
        $"annotation {(Bad is null ? VersionMarks.RestingAnnotation : VersionMarks.BadAnnotation)}{(IsUndo ? " taken back" : "")}";

    public override Step Invert() => this with { IsUndo = !IsUndo };

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var argo = context.Estate.ArgoCd;
        var intended = false;
        for (var attempt = 1; ; attempt++)
        {
            var live = await argo.GetAsync(new ApplicationName(Namespace, Application), ArgoRefresh.None, cancellation);
            ApplicationRules.MustBe(live, Uid);
            var changes = Changes(live);
            if (changes.Count == 0) return new StepOutcome(intended, "written");
            if (!intended) await intend();
            intended = true;
            try
            {
                await argo.ChangeAsync(live, new ApplicationChange { Annotations = changes }, cancellation);
                return new StepOutcome(true, "written");
            }
            catch (EstateException refusal) when (refusal.Kind == EstateErrorKind.Forbidden)
            {
                // The rollback itself took less than this; nobody is to be left half-way for a note.
                context.Reporter.Warning($"{live} could not be marked, so a later rollback does not know what was left: {refusal.Message}");
                return StepOutcome.AlreadyTrue("not written: not allowed");
            }
            catch (EstateException stale) when (stale.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Status moved on; look again.
            }
        }
    }

    private List<AnnotationChange> Changes(ArgoApplication live)
    {
        var (bad, resting) = (live.Annotation(VersionMarks.BadAnnotation), live.Annotation(VersionMarks.RestingAnnotation));
        var badTo = Bad is null ? bad : IsUndo ? VersionMarks.Without(bad, Bad) : VersionMarks.With(bad, Bad, BadId);
        var restingTo = IsUndo ? resting == Resting ? null : resting : Resting;
        List<AnnotationChange> changes = [];
        if (badTo != bad) changes.Add(new AnnotationChange(VersionMarks.BadAnnotation, bad, badTo));
        if (restingTo != resting) changes.Add(new AnnotationChange(VersionMarks.RestingAnnotation, resting, restingTo));
        return changes;
    }
}
