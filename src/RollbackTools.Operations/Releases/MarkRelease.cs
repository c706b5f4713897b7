using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Releases;

/// <summary>Writes on the application that a release (an overlay's content) was rolled away from, so that nobody goes back into it.</summary>
public sealed record MarkRelease : Step
{
    /// <summary>Contents of overlays that were left, newest last, comma-separated.</summary>
    public const string Annotation = "rollbacktools.io/bad-releases";

    /// <summary>The content that the last rollback of the release gave the overlay.</summary>
    public const string RestingAnnotation = "rollbacktools.io/release-rolled-back-to";

    private const int Attempts = 6;
    private const int Remembered = 10;

    public string Namespace { get; init; } = "";

    public string Application { get; init; } = "";

    public string Uid { get; init; } = "";

    public string Content { get; init; } = "";

    /// <summary>The content it went to; null for a run of an older version of this module.</summary>
    public string? Resting { get; init; }

    public bool IsUndo { get; init; }

    [JsonIgnore]
    public override string Description => $"PATCH argoproj.io/v1alpha1 applications/{Application} -n {Namespace}: annotation {Annotation}{(IsUndo ? " taken back" : "")}";

    public override Step Invert() => this with { IsUndo = !IsUndo };

    public static IReadOnlyList<string> Bad(ArgoApplication? application) =>
        application?.Annotation(Annotation)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

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
            catch (EstateException stale) when (stale.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Status moved on; look again.
            }
        }
    }

    private List<AnnotationChange> Changes(ArgoApplication live)
    {
        var (bad, resting) = (live.Annotation(Annotation), live.Annotation(RestingAnnotation));
        IEnumerable<string> others = Bad(live).Where(one => one != Content);
        var left = string.Join(',', IsUndo ? others : others.TakeLast(Remembered - 1).Append(Content));
        var restingTo = IsUndo ? resting == Resting ? null : resting : Resting ?? resting;
        List<AnnotationChange> changes = [];
        if (Bad(live).Contains(Content) == IsUndo) changes.Add(new AnnotationChange(Annotation, bad, left.Length == 0 ? null : left));
        if (restingTo != resting) changes.Add(new AnnotationChange(RestingAnnotation, resting, restingTo));
        return changes;
    }
}
