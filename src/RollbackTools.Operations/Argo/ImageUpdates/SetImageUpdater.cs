using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.ImageUpdates;

/// <summary>Takes an ImageUpdater's application references from one known content to another, with the note that remembers.</summary>
public sealed record SetImageUpdater : Step
{
    private const int Attempts = 6;

    public string Namespace { get; init; } = "";

    public string Updater { get; init; } = "";

    /// <summary>For whom: <c>prod-api</c>.</summary>
    public string Application { get; init; } = "";

    /// <summary>In words: <c>ignore v2.15.0</c>.</summary>
    public string What { get; init; } = "";

    public JsonElement From { get; init; }

    public JsonElement To { get; init; }

    public string? NoteFrom { get; init; }

    public string? NoteTo { get; init; }

    [JsonIgnore]
    public override string Description => $"PATCH argocd-image-updater.argoproj.io/v1alpha1 imageupdaters/{Updater} -n {Namespace}: {What} for {Application}";

    public override Step Invert() => this with { From = To, To = From, NoteFrom = NoteTo, NoteTo = NoteFrom, What = $"take back: {What}" };

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var intended = false;
        for (var attempt = 1; ; attempt++)
        {
            var live = await context.Estate.Cluster.GetAsync(ArgoKinds.ImageUpdaters, Namespace, Updater, cancellation);
            var references = live.Json.At("spec", "applicationRefs");
            var note = live.Metadata.Annotations.GetValueOrDefault(SuspendedUpdate.Annotation);
            if (JsonSame.AsIn(references, To) && note == NoteTo) return new StepOutcome(intended, What);
            if (!JsonSame.AsIn(references, From) || note != NoteFrom) throw Changed(live);
            if (!intended) await intend();
            intended = true;
            try
            {
                await context.Estate.Cluster.PatchAsync(ArgoKinds.ImageUpdaters, Namespace, Updater, Body(live), new WriteOptions { Conditional = true }, cancellation);
                return new StepOutcome(true, What);
            }
            catch (EstateException stale) when (stale.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Its status moved on; look again.
            }
        }
    }

    private Patch Body(CustomResource live)
    {
        JsonObject body = new()
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = live.Metadata.ResourceVersion, ["annotations"] = new JsonObject { [SuspendedUpdate.Annotation] = NoteTo } },
            ["spec"] = new JsonObject { ["applicationRefs"] = JsonArray.Create(To) },
        };
        return new Patch(PatchType.Merge, Encoding.UTF8.GetBytes(body.ToJsonString()));
    }

    private RollbackException Changed(CustomResource live)
    {
        var by = live.Metadata.LastWriter() is { } writer ? $"'{writer.Manager}' at {writer.Time:u}" : "somebody else";
        return new RollbackException("ChangedMeanwhile", $"ImageUpdater '{Updater}' in {Namespace} was changed by {by} since this was planned. Nothing was overwritten.")
        {
            Target = $"imageupdater/{Updater} in {Namespace}",
            NextStep = $"kubectl get imageupdater {Updater} -n {Namespace} -o yaml",
        };
    }
}
