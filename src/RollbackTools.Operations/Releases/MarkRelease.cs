using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.GitOps;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Releases;

/// <summary>Writes on the application that a release (an overlay's content) was rolled away from, so that nobody goes back into it.</summary>
public sealed record MarkRelease : Step
{
    /// <summary>Contents of overlays that were left, newest last, comma-separated.</summary>
    public const string Annotation = "rollbacktools.io/bad-releases";

    private const int Attempts = 6;
    private const int Remembered = 10;

    public string Namespace { get; init; } = "";

    public string Application { get; init; } = "";

    public string Uid { get; init; } = "";

    public string Content { get; init; } = "";

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
            Applications.MustBe(live, Uid);
            var bad = Bad(live);
            if (bad.Contains(Content) != IsUndo) return new StepOutcome(intended, "written");
            if (!intended) await intend();
            intended = true;
            IEnumerable<string> others = bad.Where(one => one != Content);
            var text = string.Join(',', IsUndo ? others : others.TakeLast(Remembered - 1).Append(Content));
            try
            {
                await argo.ChangeAsync(live, new ApplicationChange { Annotations = [new AnnotationChange(Annotation, live.Annotation(Annotation), text.Length == 0 ? null : text)] }, cancellation);
                return new StepOutcome(true, "written");
            }
            catch (EstateException stale) when (stale.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Status moved on; look again.
            }
        }
    }
}
