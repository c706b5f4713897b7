using System.Globalization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>What is to be done to one release, as steps and in words.</summary>
internal sealed class ReleasePlan(HelmWork work, HelmRecord current, HelmRecord target, IReadOnlyList<PlannedObject> changes)
{
    private const int LinesOfAnObject = 12;

    private readonly HelmMove move = work.Move;
    private readonly RollbackHooks hooks = RollbackHooks.Compare(work, current, target);

    public IReadOnlyList<Step> Steps =>
    [
        new OpenHelmRevision { Move = move, Work = work },
        .. HooksOf(RunHelmHooks.Before) is { Count: > 0 } hooks ? [new RunHelmHooks { Move = move, Work = work, Event = RunHelmHooks.Before, Hooks = hooks }] : Array.Empty<Step>(),
        new ChangeHelmObjects { Move = move, Work = work, Objects = [.. changes.Where(ChangeHelmObjects.Touches).Select(change => change.ToString())] },
    ];

    /// <summary>The release, and every workload that is changed: a rollback of its image alone must not come between.</summary>
    public IReadOnlyList<LockedTarget> Locks =>
    [
        new LockedTarget(move.Namespace, TargetName.Of("HelmRelease", move.Release)),
        .. changes.Where(change => ChangeHelmObjects.Touches(change) && HelmTemplates.IsWorkload(change.Id) && change.Address.Namespace == move.Namespace)
            .Select(change => new LockedTarget(move.Namespace, change.ToString())),
    ];

    /// <summary>What no other rollback brings back: with these kinds goes what is in them. Null when none is deleted.</summary>
    public string? Danger => changes.Where(change => change.Action == ObjectAction.Delete
            && change.Id is { Group: "", Kind: "PersistentVolumeClaim" or "PersistentVolume" or "Namespace" } or { Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition" })
        .Select(change => change.ToString()).ToList() is { Count: > 0 } lost
        ? string.Create(CultureInfo.InvariantCulture, $"Revision {move.To} of {move} does not have {string.Join(", ", lost)}: deleted, with everything in {(lost.Count == 1 ? "it" : "them")}.")
        : null;

    public IEnumerable<string> Warnings
    {
        get
        {
            if (!work.ObjectsOf(target).Any()) yield return $"Revision {move.To} holds no objects: all of {move} would go.";
            if (changes.Select(change => change.Live is { } live ? Ownership.ApplicationOf(live.Metadata) : null).FirstOrDefault(mark => mark is not null) is { } application)
                yield return $"Argo CD application '{application}' has its mark on objects of {move}: with self-heal it puts back what Git says. To pause that: Set-ArgoSyncPolicy {application} -Policy None";
            if (hooks.Differ && move.HooksFrom == HelmHooksFrom.Target)
            {
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"The rollback hooks of revisions {move.From} and {move.To} differ, and those of {move.To} run. If {move.From} has to take a migration back: -HooksFrom Current.");
            }

            foreach (var change in changes.Where(change => change.Notes.Count > 0)) yield return $"{change} {string.Join("; ", change.Notes)}.";
        }
    }

    /// <summary>Throws, naming all of them, when the server refused any change: nothing is begun then.</summary>
    public void RequireAccepted()
    {
        var refused = changes.Where(change => change.Refusal is not null).ToList();
        if (refused.Count == 0) return;
        var first = refused[0].Refusal!;
        throw new RollbackException(ObjectRefusal.ErrorIdOf(first), string.Create(CultureInfo.InvariantCulture,
            $"{refused.Count} of the changes that take {move} to revision {move.To} would be refused, so nothing was changed. {refused[0].Address}: {first.Message}"), first)
        {
            Target = move.Release,
            Evidence = [.. refused.Select(change => $"{change.Address}: {change.Refusal!.Message}")],
            NextStep = Remedy(refused[0], ObjectRefusal.ErrorIdOf(first)) ?? first.Recommendation,
        };
    }

    /// <summary>For confirmation: requests in the wire's words, and below each the fields it changes.</summary>
    public IEnumerable<string> Lines(bool noWait)
    {
        yield return new OpenHelmRevision { Move = move }.Description;
        if (hooks.Images.Count > 0) yield return $"hooks of revision {HooksRevision} run with its own images: {string.Join(", ", hooks.Images)}";
        foreach (var hook in HooksOf(RunHelmHooks.Before)) yield return $"run {RunHelmHooks.Before} hook {hook} of revision {HooksRevision}";
        foreach (var change in changes.Where(change => change.Action is ObjectAction.Create or ObjectAction.Change))
            foreach (var line in LinesOf(change)) yield return line;
        foreach (var change in changes.Where(change => change.Action == ObjectAction.Delete).Reverse()) yield return $"DELETE {change.Address}";
        var same = changes.Count(change => change.Action == ObjectAction.None && change.After is not null);
        if (same > 0) yield return string.Create(CultureInfo.InvariantCulture, $"{same} objects are so already");
        if (!noWait) yield return "then wait until its workloads are healthy";
        foreach (var hook in HooksOf(RunHelmHooks.After)) yield return $"run {RunHelmHooks.After} hook {hook} of revision {HooksRevision}";
        yield return CloseHelmRevision.Deployed(move).Description;
    }

    private int HooksRevision => move.HooksFrom == HelmHooksFrom.Current ? move.From : move.To;

    private IReadOnlyList<string> HooksOf(string happening) => move.HooksFrom == HelmHooksFrom.None ? []
        : [.. RunHelmHooks.Of(move.HooksFrom == HelmHooksFrom.Current ? current : target, happening).Select(hook => $"{hook.Kind.ToLowerInvariant()}/{hook.Name}")];

    private static IEnumerable<string> LinesOf(PlannedObject change)
    {
        if (change.Action == ObjectAction.Create)
        {
            yield return $"POST {change.Address}";
            yield break;
        }

        yield return $"PATCH {change.Address}: {Count(change)}";
        foreach (var field in change.Fields.Take(LinesOfAnObject)) yield return $"    {field}{(IsDrift(change, field) ? " (changed by hand since)" : "")}";
        if (change.Fields.Count > LinesOfAnObject) yield return $"    and {change.Fields.Count - LinesOfAnObject} more";
    }

    private static string Count(PlannedObject change) => change.Fields.Count switch
    {
        0 => change.MovesOwners ? "no field, but they become applied by the server" : "tried only when it is done",
        1 => "1 field",
        var fields => string.Create(CultureInfo.InvariantCulture, $"{fields} fields"),
    };

    // The two manifests agree about it, so it is the live object that went another way.
    private static bool IsDrift(PlannedObject change, FieldChange field) =>
        change.Before is { } before && change.After is { } after && !ObjectDiff.Between(change.Id, before, after).Any(field.Touches);

    private string? Remedy(PlannedObject change, string errorId) => errorId switch
    {
        "ImmutableField" when change.Id.Kind is "Job" or "StatefulSet" =>
            $"It can only be made anew: kubectl delete {change} -n {change.Address.Namespace}{(change.Id.Kind == "StatefulSet" ? " --cascade=orphan" : "")}; then the same command again",
        "ImmutableField" => $"It can only be made anew: kubectl delete {change} -n {change.Address.Namespace}; then the same command again",
        "FieldConflict" => $"Invoke-HelmRollback {move.Release} -Namespace {move.Namespace} -ToRevision {move.To} -ForceConflicts",
        _ => null,
    };
}
