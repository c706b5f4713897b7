using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>
/// Has Argo CD deploy a version, and waits until that operation has ended. It carries an id of its own, so that a run taken up in
/// another process finds its operation again instead of starting a second one.
/// </summary>
public sealed record SyncApplication : Step
{
    public const string IdInfo = "RollbackTools";

    /// <summary>On a rollback: the key of the version it leaves, which is then no place to go back to, even where the rollback fails.</summary>
    public const string LeavesInfo = "RollbackTools leaves";

    private const string UndoSuffix = "-undo";
    private const string RehearsalSuffix = "-rehearsal";
    private const int Attempts = 6;

    public string Namespace { get; init; } = "";

    public string Application { get; init; } = "";

    public string Uid { get; init; } = "";

    /// <summary>Ours among all operations.</summary>
    public string OperationId { get; init; } = "";

    /// <summary>Null goes where the spec points, at <see cref="Revision"/> if that is given.</summary>
    public ApplicationVersion? Version { get; init; }

    public long? HistoryId { get; init; }

    public string? Revision { get; init; }

    /// <summary>Have Git looked at again first.</summary>
    public bool Refresh { get; init; }

    /// <summary>Also deploy a version that was rolled away from, should Git hold one.</summary>
    public bool AllowBad { get; init; } = true;

    /// <summary>What is deployed before, and comes back by undo; null when that is not known.</summary>
    public ApplicationVersion? From { get; init; }

    public long? FromHistoryId { get; init; }

    public bool Prune { get; init; }

    public bool SkipHooks { get; init; }

    /// <summary>Objects that stay as they are: Argo CD is told each of the others by name, and runs no hooks.</summary>
    public IReadOnlyList<LeftAlone> Leave { get; init => field = value ?? []; } = [];

    /// <summary>On a rollback where Image Updater is for the application: the images that ran before; else null.</summary>
    public IReadOnlyList<string>? Ran { get; init; }

    public IReadOnlyList<string> SyncOptions { get; init; } = [];

    public string? Reason { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Return once it is asked for.</summary>
    public bool NoWait { get; init; }

    /// <summary>
    /// When the operation began that was the last when this was planned, if it could be taken for ours: an API server's own rollback takes no id along.
    /// </summary>
    public DateTimeOffset? Following { get; init; }

    /// <summary>The application when the operation had ended.</summary>
    [JsonIgnore]
    public ArgoApplication? Result { get; private set; }

    [JsonIgnore]
    public override string Description =>
        $"SYNC argoproj.io/v1alpha1 applications/{Application} -n {Namespace}: {(From is null ? "" : $"{From.Describe()} → ")}{Goal}" +
        (Prune ? ", prune" : "") + (SkipHooks ? ", without hooks" : "") + (Leave.Count > 0 ? $", all but {string.Join(", ", Leave.Select(one => one.Object))}" : "");

    private string Goal => Version is null ? Revision ?? "what Git holds" : Version.Describe() + (HistoryId is { } id ? $" (history {id})" : "");

    public static string NewId() => Guid.NewGuid().ToString("N")[..12];

    public override Step? Invert() => From is null ? null : this with
    {
        OperationId = IsUndo ? OperationId[..^UndoSuffix.Length] : OperationId + UndoSuffix,
        Version = From,
        HistoryId = FromHistoryId,
        Revision = null,
        Refresh = false,
        AllowBad = true,
        Following = null,
        From = Version,
        FromHistoryId = HistoryId,
        NoWait = false,
        Result = null,
        Reason = $"Undo: {Reason}",
    };

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var argo = context.Estate.ArgoCd;
        ApplicationName name = new(Namespace, Application);
        var (intended, rehearsing) = (false, false);
        IReadOnlyList<ArgoObject>? only = null;
        for (var attempt = 1; ; attempt++)
        {
            var live = await argo.GetAsync(name, ArgoRefresh.None, cancellation);
            ApplicationRules.MustBe(live, Uid);
            if (IsAskedFor(live)) break;
            if (IsThere(live))
            {
                Result = live;
                return new StepOutcome(intended, $"deployed {Goal}");
            }

            ApplicationRules.MustReconcile(live);
            if (only is null && (rehearsing || IsRehearsing(live)))
            {
                only = await RehearsedAsync(context, name, cancellation);
                continue;
            }

            if (attempt < Attempts && Version is null && ApplicationRules.SyncsByItself(live) && await IsIdleAsync(context, name, cancellation)) continue;
            ApplicationRules.MustBeIdle(live, Version is null ? "Invoke-ArgoSync" : "Invoke-ArgoRollback");
            Check(live);
            if (Refresh) live = await argo.GetAsync(name, ArgoRefresh.Normal, cancellation);
            if (!AllowBad) GitState.MustNotBeBad(live, $"Invoke-ArgoSync {Application} -Namespace {Namespace} -AllowBadRevision");
            if (!intended) await intend();
            intended = true;
            if (Leave.Count > 0 && only is null && HoldsAll(live)) only = Others(live.Resources.Select(item => item.Identity));
            if (only is { Count: 0 }) return new StepOutcome(false, "nothing of it is to be synced");
            try
            {
                rehearsing = Leave.Count > 0 && only is null;
                await argo.StartSyncAsync(live, rehearsing ? Rehearsal() : Request() with { Only = only ?? [] }, cancellation);
                if (!rehearsing) break;
            }
            catch (EstateException unclear) when (attempt < Attempts && unclear.Kind is EstateErrorKind.Conflict or EstateErrorKind.Unreachable)
            {
                // Overtaken by a status, or perhaps asked for after all: the next reading tells.
                rehearsing = false;
            }
        }

        if (NoWait) return new StepOutcome(true, "asked for");
        StuckPodRelief relief = new(context.Estate);
        OperationWait wait = new(argo, context.Reporter, context.Time) 
        {
            MeanwhileAsync = (now, token) => relief.DuringSyncAsync(now, context.AlsoAsync, token),
            AdviseAsync = relief.AdviseAsync,
        };
        Result = await wait.UntilEndedAsync(name, IsOurs, "Syncing", Timeout, cancellation);
        var state = Result.OperationState!;
        if (!state.Succeeded) throw SyncFailure.Of(Result, state, await new ApplicationWorkloads(context.Estate).HookEvidenceAsync(Result, state, cancellation));
        return new StepOutcome(true, $"{state.Phase}: {state.Version?.Describe() ?? Goal}");
    }

    /// <summary>Waits for the automated sync that is under way; false when it takes longer than ours might.</summary>
    private async Task<bool> IsIdleAsync(StepContext context, ApplicationName name, CancellationToken cancellation)
    {
        await using ApplicationFeed feed = new(context.Estate.ArgoCd, name, context.Time);
        for (var since = context.Time.GetTimestamp(); context.Time.GetElapsedTime(since) < Timeout;)
        {
            var now = await feed.NextAsync(cancellation);
            if (!now.IsOperating) return true;
            if (!ApplicationRules.SyncsByItself(now)) return false;
        }

        return false;
    }

    private SyncRequest Request() => new()
    {
        Version = Version,
        HistoryId = HistoryId,
        Revision = Revision,
        Prune = Prune,
        SkipHooks = SkipHooks,
        SyncOptions = SyncOptions,
        Actor = $"rollbacktools:{RunEngine.Actor}",
        Infos =
        [
            .. Reason is null ? [] : new[] { KeyValuePair.Create("Reason", Reason) },
            new(IdInfo, OperationId),
            .. Version is null || From is null || IsUndo ? [] : new[] { KeyValuePair.Create(LeavesInfo, From.Key) },
        ],
    };

    // What is deployed from another commit than it was compared with may have other objects: only Argo CD can tell which.
    private SyncRequest Rehearsal() => Request() with { DryRun = true, SkipHooks = true, Infos = [new(IdInfo, OperationId + RehearsalSuffix)] };

    private bool IsOurRehearsal(ArgoOperation operation) => operation.Info(IdInfo) == OperationId + RehearsalSuffix;

    private bool IsRehearsing(ArgoApplication live) => (live.Operation is { } asked && IsOurRehearsal(asked)) || (live.OperationState is { Ended: false } state && IsOurRehearsal(state.Operation));

    private bool HoldsAll(ArgoApplication live) => Version is null && (Revision is null || live.ComparedRevisions.Contains(Revision, StringComparer.OrdinalIgnoreCase));

    private IReadOnlyList<ArgoObject> Others(IEnumerable<ArgoObject> all) => [.. all.Except(Leave.Select(one => one.Object))];

    /// <summary>The objects that the rehearsal reached, once it has ended.</summary>
    private async Task<IReadOnlyList<ArgoObject>> RehearsedAsync(StepContext context, ApplicationName name, CancellationToken cancellation)
    {
        OperationWait wait = new(context.Estate.ArgoCd, context.Reporter, context.Time);
        var ended = await wait.UntilEndedAsync(name, (operation, _) => IsOurRehearsal(operation), "Rehearsing the sync of", Timeout, cancellation);
        var state = ended.OperationState!;
        return state.Succeeded ? Others(state.Resources.Where(item => item.HookType is null).Select(item => item.Identity)) : throw SyncFailure.Of(ended, state, []);
    }

    private bool IsUndo => OperationId.EndsWith(UndoSuffix, StringComparison.Ordinal);

    /// <summary>For <see cref="Following"/>.</summary>
    internal static DateTimeOffset? LastLike(ArgoApplication application, ApplicationVersion version) =>
        application.OperationState is { } last && IsRollbackTo(last.Operation, version) ? last.StartedAt : null;

    private bool IsOurs(ArgoOperation operation, ArgoOperationState? state) => operation.Info(IdInfo) is { } id
        ? id == OperationId
        : Version is not null && IsRollbackTo(operation, Version) && !(state?.StartedAt <= Following);

    // An API server's own rollback takes no infos along: there the version, a person and what it leaves out (hooks) tell, and the time.
    private static bool IsRollbackTo(ArgoOperation operation, ApplicationVersion version) => operation is { Automated: false } && operation.Info(IdInfo) is null
        && operation.Json.At("sync", "syncStrategy", "apply") is not null && ApplicationVersion.Of(operation.Json.At("sync")!.Value)?.SameAs(version) == true;

    private bool IsAskedFor(ArgoApplication live) =>
        (live.Operation is { } asked && IsOurs(asked, null))
        || (live.OperationState is { } state && IsOurs(state.Operation, state) && (!state.Ended || state.Operation.Info(IdInfo) is not null));

    private bool IsThere(ArgoApplication live) => Version is not null && !live.IsOperating && Deployed.Of(live) is { Complete: true } now && now.Version.SameAs(Version);

    private void Check(ArgoApplication live)
    {
        if (Version is null || From is null || live.OperationState is { Ended: true } rehearsed && IsOurRehearsal(rehearsed.Operation) || Deployed.Of(live) is not { } now || now.Version.SameAs(From) || now.Version.SameAs(Version)) return;
        throw new RollbackException("ChangedMeanwhile",
            $"{live} in {Namespace} was synced to {now.Version.Describe()} by {now.By ?? "somebody else"} since this was planned. Nothing was overwritten.")
        {
            Target = $"{live} in {Namespace}",
            NextStep = $"Get-ArgoHistory {Application} -Namespace {Namespace}",
        };
    }
}
