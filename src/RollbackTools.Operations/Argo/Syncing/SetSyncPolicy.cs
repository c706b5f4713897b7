using System.Text.Json;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>
/// Takes an application's automated sync from one known policy to another, with the note that remembers it. A policy that is
/// neither was set by somebody else, and is left alone. Argo CD 3.0 and older drop <c>enabled: false</c> silently and go on syncing:
/// then the policy is taken out whole, and the note is what brings it back.
/// </summary>
public sealed record SetSyncPolicy : Step
{
    private const int Attempts = 6;

    public string Namespace { get; init; } = "";

    public string Application { get; init; } = "";

    /// <summary>An application deleted and made again under the same name is another application.</summary>
    public string Uid { get; init; } = "";

    /// <summary><c>spec.syncPolicy.automated</c> before; null is absent.</summary>
    public JsonElement? From { get; init; }

    public JsonElement? To { get; init; }

    /// <summary>The text of <see cref="PausedPolicy.Annotation"/> before; null is absent.</summary>
    public string? NoteFrom { get; init; }

    public string? NoteTo { get; init; }

    [JsonIgnore]
    public override string Description =>
        $"PATCH argoproj.io/v1alpha1 applications/{Application} -n {Namespace}: spec.syncPolicy.automated {JsonSame.Canonical(From)} → {JsonSame.Canonical(To)}";

    /// <summary>Pauses an application, and remembers how.</summary>
    public static SetSyncPolicy Pause(ArgoApplication application, PausedPolicy note) => Of(application) with
    {
        To = SyncPolicy.Off(application.Automated!.Value),
        NoteTo = (note with { Automated = application.Automated }).Write(),
    };

    /// <summary>From the policy it has to another; what was remembered is forgotten.</summary>
    public static SetSyncPolicy Set(ArgoApplication application, JsonElement? automated) => Of(application) with { To = automated };

    public override Step Invert() => this with { From = To, To = From, NoteFrom = NoteTo, NoteTo = NoteFrom };

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var argo = context.Estate.ArgoCd;
        ApplicationName name = new(Namespace, Application);
        var intended = false;
        for (var attempt = 1; ; attempt++)
        {
            var live = await argo.GetAsync(name, ArgoRefresh.None, cancellation);
            ApplicationRules.MustBe(live, Uid);
            if (Is(live, To, NoteTo)) return new StepOutcome(intended, SyncPolicy.Describe(live.Automated));
            Check(live);
            if (!intended) await intend();
            intended = true;
            try
            {
                return await ChangeAsync(argo, live, cancellation);
            }
            catch (EstateException stale) when (stale.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Status is written all the time; the next reading decides.
            }
        }
    }

    private static SetSyncPolicy Of(ArgoApplication application) => new()
    {
        Namespace = application.Metadata.Namespace,
        Application = application.Metadata.Name,
        Uid = application.Metadata.Uid,
        From = application.Automated,
        NoteFrom = application.Annotation(PausedPolicy.Annotation),
    };

    private async Task<StepOutcome> ChangeAsync(IArgoCd argo, ArgoApplication live, CancellationToken cancellation)
    {
        var stored = await argo.ChangeAsync(live, Change(live, To), cancellation);
        if (SyncPolicy.IsOn(To) || !SyncPolicy.IsOn(stored.Automated)) return new StepOutcome(true, SyncPolicy.Describe(stored.Automated));

        stored = await argo.ChangeAsync(stored, Change(stored, null), cancellation);
        if (!SyncPolicy.IsOn(stored.Automated))
            return new StepOutcome(true, "manual: this Argo CD does not know 'enabled', so the policy was taken out and is remembered in the note");
        throw new RollbackException("PolicyNotKept", $"{live} in {Namespace} still syncs by itself: something puts its policy back at once.")
        {
            Target = $"{live} in {Namespace}",
            NextStep = $"Get-ArgoApplication {Application} -Namespace {Namespace} | Format-List",
        };
    }

    private ApplicationChange Change(ArgoApplication live, JsonElement? to)
    {
        var note = live.Annotation(PausedPolicy.Annotation);
        return new ApplicationChange
        {
            Policy = true,
            AutomatedFrom = live.Automated,
            AutomatedTo = to,
            Annotations = note == NoteTo ? [] : [new AnnotationChange(PausedPolicy.Annotation, note, NoteTo)],
        };
    }

    private void Check(ArgoApplication live)
    {
        var note = live.Annotation(PausedPolicy.Annotation);
        // The policy alone decides, and a note that is ours at either end: a kill between two writes leaves one of each.
        if ((Same(live, From) || IsStandIn(live, From)) && (note == NoteFrom || note == NoteTo)) return;
        var by = live.Metadata.LastWriter() is { } writer ? $"'{writer.Manager}' at {writer.Time:u}" : "somebody else";
        throw new RollbackException("ChangedMeanwhile",
            $"The sync policy of {live} in {Namespace} was changed by {by} since this was planned: it is {SyncPolicy.Describe(live.Automated)} now. Nothing was overwritten.")
        {
            Target = $"{live} in {Namespace}",
            NextStep = $"Get-ArgoApplication {Application} -Namespace {Namespace}",
        };
    }

    private static bool Is(ArgoApplication live, JsonElement? policy, string? note) =>
        live.Annotation(PausedPolicy.Annotation) == note && (Same(live, policy) || IsStandIn(live, policy));

    private static bool Same(ArgoApplication live, JsonElement? policy) => JsonSame.AsIn(live.Automated, policy);

    // "Switched off" on a server that cannot say so is "not there".
    private static bool IsStandIn(ArgoApplication live, JsonElement? policy) => live.Automated is null && policy is not null && !SyncPolicy.IsOn(policy);
}
