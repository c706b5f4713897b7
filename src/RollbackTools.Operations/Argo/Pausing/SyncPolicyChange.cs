using System.Text.Json;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Pausing;

/// <summary>Changes the sync policy of applications, owners included, so that it stays as set.</summary>
internal sealed class SyncPolicyChange(SyncPolicyRequest request, IEstate estate, TimeProvider time) : IOperation
{
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation) =>
        ApplicationPlans.EachAsync(estate, request.Applications, (application, draft, token) => request.Policy switch
        {
            SyncPolicyChoice.None => PauseAsync(application, draft, token),
            SyncPolicyChoice.Exact => RestoreAsync(application, draft, token),
            _ => AutomateAsync(application, draft, token),
        }, cancellation);

    public Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<TargetPlan>>([.. targets.Select(target => Plan(target.Draft, target.Planned.Steps, []))]);

    private async Task<TargetPlan> PauseAsync(ArgoApplication application, RollbackResult draft, CancellationToken cancellation)
    {
        draft = draft with { From = SyncPolicy.Describe(application.Automated), To = "off" };
        if (!SyncPolicy.IsOn(application.Automated)) return Settled(application, draft, Paused(application));
        var pause = await new PausePlanner(estate, time).PlanAsync(application, request.Reason, cancellation);
        return Plan(draft with
        {
            Warnings = pause.Warnings,
            NextStep = $"When Git is right again: Set-ArgoSyncPolicy {draft.Name} -Namespace {draft.Namespace} -Policy Exact",
        }, pause.Steps, pause.Touched);
    }

    private async Task<TargetPlan> AutomateAsync(ArgoApplication application, RollbackResult draft, CancellationToken cancellation)
    {
        var wanted = SyncPolicy.Automated(request.Prune, request.SelfHeal, request.AllowEmpty);
        draft = draft with { From = SyncPolicy.Describe(application.Automated), To = SyncPolicy.Describe(wanted) };
        await CheckGitAsync(application, cancellation);
        var stopped = await StoppedAsync(application, cancellation);
        var owners = await new ApplicationOwners(estate.ArgoCd).FindAsync(application, cancellation);
        var step = SetSyncPolicy.Set(application, wanted);
        return JsonSame.AsIn(application.Automated, wanted) && step.NoteFrom is null
            ? Settled(application, draft, $"{application} is {draft.To} already")
            : Plan(draft with { Warnings = [.. stopped, .. owners.Select(owner => $"{owner} writes the spec of {application} and may put its policy back.")] }, [step], []);
    }

    private async Task<TargetPlan> RestoreAsync(ArgoApplication application, RollbackResult draft, CancellationToken cancellation)
    {
        draft = draft with { From = SyncPolicy.Describe(application.Automated) };
        if (PausedPolicy.Of(application) is not { } note)
        {
            if (SyncPolicy.IsOn(application.Automated)) return Settled(application, draft with { To = draft.From }, $"{application} is not paused: {draft.From}");
            throw new RollbackException("NothingRemembered", $"{application} in {draft.Namespace} is {draft.From}, and nothing on it tells what its sync policy was before.")
            {
                Target = $"{application} in {draft.Namespace}",
                NextStep = $"Add -Prune and -SelfHeal as wanted: Set-ArgoSyncPolicy {draft.Name} -Namespace {draft.Namespace} -Policy Automated",
            };
        }

        draft = draft with { To = SyncPolicy.Describe(note.Automated) };
        if (SyncPolicy.IsOn(note.Automated)) await CheckGitAsync(application, cancellation);
        List<Step> steps = [SetSyncPolicy.Set(application, note.Automated)];
        List<ApplicationName> touched = [];
        List<string> warnings = SyncPolicy.IsOn(note.Automated) ? await StoppedAsync(application, cancellation) : [];
        if (!IsAsPaused(application, note))
            warnings.Add($"Somebody made it {draft.From} after {note.By} paused it at {note.At:u}: that is replaced by what was remembered.");
        foreach (var owner in note.Owners.Reverse().Select(ApplicationOwner.Parse).OfType<ApplicationOwner>())
            await RestoreOwnerAsync(application, owner, steps, touched, warnings, cancellation);
        return Plan(draft with { Warnings = warnings }, steps, touched);
    }

    // An older Argo CD has no policy at all while it is paused.
    private static bool IsAsPaused(ArgoApplication application, PausedPolicy note) => application.Automated is not { } now
        || JsonSame.AsIn(now, note.Automated is { } was ? SyncPolicy.Off(was) : null) || JsonSame.AsIn(now, note.Automated);

    private async Task RestoreOwnerAsync(
        ArgoApplication application, ApplicationOwner owner, List<Step> steps, List<ApplicationName> touched, List<string> warnings, CancellationToken cancellation)
    {
        if (owner.IsSet)
        {
            if (estate.Connection.WithoutCluster) warnings.Add($"{owner} still leaves the sync policy of {application} alone: this session has no cluster to change it in.");
            else steps.Add(new PauseOwner { Namespace = owner.Namespace, ApplicationSet = owner.Name, Application = application.Metadata.Name, Resume = true });
            return;
        }

        ApplicationName name = new(owner.Namespace, owner.Name);
        ArgoApplication parent;
        try
        {
            parent = await estate.ArgoCd.GetAsync(name, ArgoRefresh.None, cancellation);
        }
        catch (EstateException missing) when (missing.Kind == EstateErrorKind.NotFound)
        {
            return;
        }

        if (PausedPolicy.Of(parent) is not { } note) return;
        var others = (await estate.ArgoCd.ListAsync(application.Metadata.Namespace, cancellation))
            .Where(other => other.Name != application.Name && PausedPolicy.Of(other)?.Owners.Contains(owner.Path) == true).Select(other => other.Metadata.Name).ToList();
        if (others.Count > 0)
        {
            warnings.Add($"{owner} stays paused: {string.Join(", ", others)} need that still.");
            return;
        }

        steps.Add(SetSyncPolicy.Set(parent, note.Automated));
        touched.Add(name);
        foreach (var above in note.Owners.Reverse().Select(ApplicationOwner.Parse).OfType<ApplicationOwner>())
            await RestoreOwnerAsync(parent, above, steps, touched, warnings, cancellation);
    }

    // Switched on while Git holds the bad version, Argo CD deploys that within moments (argo-cd#9570, #5351).
    private async Task CheckGitAsync(ArgoApplication application, CancellationToken cancellation)
    {
        if (request.AllowBadRevision || application.Annotation(VersionMarks.BadAnnotation) is null) return;
        var now = await ApplicationRules.ReadFreshAsync(estate.ArgoCd, application.Name, cancellation);
        GitState.MustNotBeBad(now, $"Set-ArgoSyncPolicy {application.Metadata.Name} -Namespace {application.Metadata.Namespace} -Policy {request.Policy} -AllowBadRevision");
    }

    // Switched on, it starts what somebody stopped: Argo CD sees only that Git says otherwise.
    private async Task<List<string>> StoppedAsync(ArgoApplication application, CancellationToken cancellation)
    {
        if (request.AllowStopped) return [];
        var scope = await SyncScope.ReadAsync(estate, application, null, cancellation);
        scope.MustStartNothing(application, "automated sync");
        return [.. scope.Stopped.Select(one => $"Automated sync starts {one.Object} again: {one.Why}.")];
    }

    private TargetPlan Settled(ArgoApplication application, RollbackResult draft, string message) => new()
    {
        Draft = draft with { Steps = [$"nothing to change: {message}"] },
        Settled = Verdict.Good(message),
        Success = RollbackOutcome.AlreadyThere,
        Locks = ApplicationRules.LocksFor(estate, application.Name),
    };

    private TargetPlan Plan(RollbackResult draft, IReadOnlyList<Step> steps, IReadOnlyList<ApplicationName> touched)
    {
        var name = ApplicationPlans.NameOf(draft);
        return new TargetPlan
        {
            Draft = draft with { Steps = [.. steps.Select(step => step.Description)] },
            Steps = steps,
            Action = "Change sync policy",
            Success = RollbackOutcome.Changed,
            Locks = ApplicationRules.LocksFor(estate, [name, .. touched]),
            Verify = (_, token) => VerifyAsync(name, steps.OfType<SetSyncPolicy>().LastOrDefault(step => step.Application == name.Name && step.Namespace == name.Namespace)?.To, token),
        };
    }

    private async Task<Verdict> VerifyAsync(ApplicationName name, JsonElement? wanted, CancellationToken cancellation)
    {
        var now = await estate.ArgoCd.GetAsync(name, ArgoRefresh.None, cancellation);
        var policy = SyncPolicy.Describe(now.Automated);
        return SyncPolicy.IsOn(now.Automated) == SyncPolicy.IsOn(wanted)
            ? Verdict.Good($"sync policy of {name} is {policy}")
            : Verdict.Lost("PolicyReverted", $"Something put the sync policy of {name} back: it is {policy}.") with
            {
                NextStep = $"Get-ArgoApplication {name.Name} -Namespace {name.Namespace} | Format-List",
            };
    }

    private static string Paused(ArgoApplication application) => PausedPolicy.Of(application) is { } note
        ? $"{application} is paused already, by {note.By} at {note.At:u}" : $"{application} does not sync by itself";
}
