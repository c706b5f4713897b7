using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>
/// Has Argo CD deploy what Git holds once that is good again, and waits until the two agree. What it is about to deploy is looked at
/// first: it must be the branch's newest commit, and that must have the change.
/// </summary>
public sealed record FollowGit : Step
{
    private const int MostSyncs = 3;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);

    public string Namespace { get; init; } = "";

    public string Application { get; init; } = "";

    public string Uid { get; init; } = "";

    /// <summary>The commit that must be in Git: a <see cref="PushCommit"/>.</summary>
    public Step Change { get; init; } = null!;

    /// <summary>Workloads that must run what they were taken to, all of it; none when that is verified otherwise.</summary>
    public IReadOnlyList<WorkloadMove> Moves { get; init; } = [];

    /// <summary>Objects that stay as they are, and need not agree.</summary>
    public IReadOnlyList<LeftAlone> Leave { get; init => field = value ?? []; } = [];

    public IReadOnlyList<string> SyncOptions { get; init; } = [];

    /// <summary>Delete what Git no longer has.</summary>
    public bool Prune { get; init; }

    public string? Reason { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The sync windows that forbid a sync, in words: then the two have to agree without one. Null: it may sync.</summary>
    public string? ClosedBy { get; init; }

    [JsonIgnore]
    public override string Description => ClosedBy is null
        ? $"SYNC argoproj.io/v1alpha1 applications/{Application} -n {Namespace}: what {Push.Branch} of {Push.Remote} holds then, until both agree{But}"
        : $"CHECK argoproj.io/v1alpha1 applications/{Application} -n {Namespace}: agrees with what {Push.Branch} of {Push.Remote} holds then{But} (a sync window forbids to sync)";

    [JsonIgnore]
    public override bool MayBeLeft => ClosedBy is not null;

    private string But => Leave.Count == 0 ? "" : $", all but {string.Join(", ", Leave.Select(one => one.Object))}";

    private PushCommit Push => (PushCommit)Change;

    internal static FollowGit Of(ArgoApplication application, PushCommit change, IReadOnlyList<WorkloadMove> moves, SyncScope scope) => new()
    {
        Namespace = application.Metadata.Namespace,
        Application = application.Metadata.Name,
        Uid = application.Metadata.Uid,
        Change = change,
        Moves = moves,
        Leave = scope.Left,
        SyncOptions = application.SyncOptions,
    };

    /// <summary>What is taken back in Git and in the cluster comes back by those steps.</summary>
    public override Step? Invert() => null;

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var repository = await context.Estate.Git.OpenAsync(Push.Repository, cancellation);
        var since = context.Time.GetTimestamp();
        var syncs = 0;
        StuckPodRelief relief = new(context.Estate);
        while (true)
        {
            GitBranch tip;
            ArgoApplication live;
            try
            {
                tip = await repository.ReadBranchAsync(Push.Branch, cancellation);
                await MustHoldAsync(context, repository, tip, cancellation);
                live = await context.Estate.ArgoCd.GetAsync(new ApplicationName(Namespace, Application), ArgoRefresh.Normal, cancellation);
            }
            catch (EstateException away) when (away.Kind is EstateErrorKind.Unreachable or EstateErrorKind.Overloaded or EstateErrorKind.Server && context.Time.GetElapsedTime(since) < Timeout)
            {
                // Git's host or Argo CD is gone for a moment, and this waits for both anyway.
                context.Reporter.Verbose($"Waiting for {Application}: {away.Message}");
                await Task.Delay(Moment, context.Time, cancellation);
                continue;
            }

            ApplicationRules.MustBe(live, Uid);
            if (live.ComparedRevisions is [var compared] && compared == tip.Tip && !live.IsOperating)
            {
                // Also when there is nothing left to change: what Argo CD last deployed is what its history and the next person go by.
                var recorded = Deployed.Of(live)?.Version.Revisions is [var deployed] && deployed == tip.Tip;
                if (!Agrees(live) || (!recorded && syncs == 0 && ClosedBy is null))
                {
                    if (ClosedBy is not null) throw Closed(live);
                    if (syncs == MostSyncs) throw Disagrees(live);
                    if (syncs++ == 0) await intend();
                    await SyncAsync(context, tip, cancellation);
                    continue;
                }

                if (await ArrivedAsync(context, relief, cancellation)) return new StepOutcome(syncs > 0, $"Git and the cluster agree at {GitCommit.Short(tip.Tip)}");
            }

            if (context.Time.GetElapsedTime(since) >= Timeout) throw Late(live, tip);
            await Task.Delay(Moment, context.Time, cancellation);
        }
    }

    // What has not come up in time would go on trying behind whoever takes this back.
    private async Task SyncAsync(StepContext context, GitBranch tip, CancellationToken cancellation)
    {
        try
        {
            await Sync(tip).ApplyAsync(context, () => Task.CompletedTask, cancellation);
        }
        catch (RollbackException late) when (late.ErrorId == "Timeout")
        {
            var live = await context.Estate.ArgoCd.GetAsync(new ApplicationName(Namespace, Application), ArgoRefresh.None, cancellation);
            if (live.IsOperating) await TerminateOperation.Of(live).ApplyAsync(context, () => Task.CompletedTask, cancellation);
            throw;
        }
    }

    private SyncApplication Sync(GitBranch tip) => new()
    {
        Namespace = Namespace,
        Application = Application,
        Uid = Uid,
        OperationId = SyncApplication.NewId(),
        Revision = tip.Tip,
        Prune = Prune,
        Leave = Leave,
        SyncOptions = SyncOptions,
        Reason = Reason,
        Timeout = Timeout,
    };

    private bool Agrees(ArgoApplication live) => live.SyncStatus == "Synced" || (Leave.Count > 0 && live.SyncStatus == "OutOfSync" && !Differences(live).Any());

    private IEnumerable<ManagedResource> Differences(ArgoApplication live) => live.Resources.Where(item => item.Status == "OutOfSync" && Leave.All(one => one.Object != item.Identity));

    private async Task MustHoldAsync(StepContext context, IGitRepository repository, GitBranch tip, CancellationToken cancellation)
    {
        if (await Push.IsOnAsync(context, repository, tip, cancellation)) return;
        throw new RollbackException("GitStillBad", $"{tip.Name} of {repository.Url} does not hold the change any more, at {GitCommit.Short(tip.Tip)}: somebody pushed over it. It is not deployed.")
        {
            Target = tip.Name,
            NextStep = $"Look at who did, run the same command again, and then: Set-ArgoSyncPolicy {Application} -Namespace {Namespace} -Policy Exact",
        };
    }

    private async Task<bool> ArrivedAsync(StepContext context, StuckPodRelief relief, CancellationToken cancellation)
    {
        WorkloadReader reader = new(context.Estate.Cluster);
        foreach (var move in Moves)
        {
            var live = await reader.ReadHolderAsync(move.Kind, move.Namespace, move.Name, cancellation);
            var images = live.Template.Images.ToDictionary(image => image.Container, image => image.Image);
            if (move.To.Any(wanted => images.TryGetValue(wanted.Container, out var image) && image != wanted.Image)) return false;
            // At a canary's pause Git and the cluster agree all the same; the rest is for whoever promotes it.
            if (RolloutStatus.Of(live) is { Complete: true } or { WaitsFor: not null }) continue;
            if (!StuckPods.AreLeftAlone(move.Kind, live.Object)) return false;
            var answers = await reader.ReadAsync([new WorkloadReference { Kind = move.Kind, Namespace = move.Namespace, Name = move.Name }], cancellation);
            await relief.ReplaceAsync(answers.Select(answer => answer.Snapshot).OfType<WorkloadSnapshot>(), context.AlsoAsync, cancellation);
            return false;
        }

        return true;
    }

    private RollbackException Disagrees(ArgoApplication live) =>
        new("OutOfSync", $"{live} in {Namespace} is {live.SyncStatus} after {MostSyncs} syncs to what Git holds: {Differing(live)}. Automated sync stays as it is now.")
        {
            Target = $"{live} in {Namespace}",
            NextStep = $"Get-ArgoApplication {Application} -Namespace {Namespace} -Refresh | Format-List; when what differs may be deployed: Set-ArgoSyncPolicy {Application} -Namespace {Namespace} -Policy Exact",
        };

    private RollbackException Closed(ArgoApplication live) =>
        new("SyncWindowBlocked", $"{live} in {Namespace} is {live.SyncStatus} ({Differing(live)}), and may not sync now: {ClosedBy}.")
        {
            Target = $"{live} in {Namespace}",
            NextStep = $"When the window lets it: Invoke-ArgoSync {Application} -Namespace {Namespace}; Set-ArgoSyncPolicy {Application} -Namespace {Namespace} -Policy Exact",
        };

    private RollbackException Late(ArgoApplication live, GitBranch tip) =>
        new("Timeout", $"{live} in {Namespace} did not agree with {tip.Name} at {GitCommit.Short(tip.Tip)} within {Words.Duration(Timeout)}: it is {live.SyncStatus} and {live.Health}, " +
            $"compared with {string.Join(" + ", live.ComparedRevisions.Select(ApplicationVersion.Short))}{(Differing(live) is { Length: > 0 } what ? $"; {what}" : "")}.")
        {
            Target = $"{live} in {Namespace}",
            NextStep = $"Get-ArgoApplication {Application} -Namespace {Namespace} | Format-List",
            Evidence = live.Conditions,
        };

    private string Differing(ArgoApplication live) =>
        string.Join(", ", Differences(live).Take(5).Select(item => $"{item} is OutOfSync"));
}
