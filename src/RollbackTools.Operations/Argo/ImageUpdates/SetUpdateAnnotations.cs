using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.ImageUpdates;

/// <summary>Takes an application's Image Updater annotations, and the note that remembers them, from one known text to another.</summary>
public sealed record SetUpdateAnnotations : Step
{
    private const int Attempts = 6;

    public string Namespace { get; init; } = "";

    public string Application { get; init; } = "";

    public string Uid { get; init; } = "";

    /// <summary>In words: <c>ignore v2.15.0</c>.</summary>
    public string What { get; init; } = "";

    public IReadOnlyList<AnnotationChange> Changes { get; init; } = [];

    [JsonIgnore]
    public override string Description => $"PATCH argoproj.io/v1alpha1 applications/{Application} -n {Namespace}: annotations of Image Updater: {What}";

    public override Step Invert() => this with { Changes = [.. Changes.Select(one => one with { From = one.To, To = one.From })], What = $"take back: {What}" };

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var argo = context.Estate.ArgoCd;
        var intended = false;
        for (var attempt = 1; ; attempt++)
        {
            var live = await argo.GetAsync(new ApplicationName(Namespace, Application), ArgoRefresh.None, cancellation);
            ApplicationRules.MustBe(live, Uid);
            if (Changes.All(one => live.Annotation(one.Key) == one.To)) return new StepOutcome(intended, What);
            if (Changes.FirstOrDefault(one => live.Annotation(one.Key) != one.From) is { } other) throw Changed(live, other);
            if (!intended) await intend();
            intended = true;
            try
            {
                await argo.ChangeAsync(live, new ApplicationChange { Annotations = Changes }, cancellation);
                return new StepOutcome(true, What);
            }
            catch (EstateException stale) when (stale.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Status moved on; look again.
            }
        }
    }

    private static RollbackException Changed(ArgoApplication live, AnnotationChange change) =>
        new("ChangedMeanwhile", $"The annotation {change.Key} of {live} in {live.Metadata.Namespace} was changed by somebody else since this was planned. Nothing was overwritten.")
        {
            Target = $"{live} in {live.Metadata.Namespace}",
            NextStep = $"kubectl get application {live.Metadata.Name} -n {live.Metadata.Namespace} -o yaml",
        };
}
