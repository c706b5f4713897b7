using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>Where one application is to go.</summary>
internal sealed record ApplicationTarget(ApplicationVersion Version, long? HistoryId)
{
    private const string NameAGoodOne = "Name a commit that is known to be good with -ToRevision.";

    public IReadOnlyList<string> Images { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Whether it is known not to have worked: leaving the present version for it says nothing against that one.</summary>
    public bool KnownBad { get; init; }

    /// <summary>Set when it rests where a rollback put it: the answer to asking twice.</summary>
    public string? Resting { get; init; }

    /// <summary>Throws <see cref="RollbackException"/> when there is nowhere to go, with what could be done instead.</summary>
    public static ApplicationTarget Resolve(ArgoApplication application, ApplicationGoal goal, IReadOnlyList<ArgoHistoryEntry> judged, Deployed deployed)
    {
        if (goal.Id is { } id) return OfEntry(application, Entry(application, id), judged);
        if (goal.Revision is { } revision) return OfRevision(application, revision, judged);
        if (ApplicationKnownGood.IsResting(application, deployed))
        {
            return new ApplicationTarget(deployed.Version, deployed.Entry?.Id)
            {
                Resting = "it runs what the last rollback went to; name an -Id to go further back",
            };
        }

        if (judged.FirstOrDefault(entry => entry.IsDefaultTarget) is { } best)
        {
            var target = OfEntry(application, Entry(application, best.Id!.Value), judged);
            return RunsStill(application, deployed, best)
                ? target with { Warnings = [.. target.Warnings, $"The sync that failed applied nothing, so {application} runs history {best.Id} still; if that is what is bad, name an older one with -Id."] }
                : target;
        }

        throw NowhereToGo(application, judged, deployed);
    }

    private static ApplicationTarget OfEntry(ArgoApplication application, ApplicationDeployment entry, IReadOnlyList<ArgoHistoryEntry> judged)
    {
        var known = judged.FirstOrDefault(one => one.Id == entry.Id);
        return new ApplicationTarget(entry.Version, entry.Id)
        {
            Images = known?.Images ?? [],
            KnownBad = known?.Health == RevisionHealth.Bad,
            Warnings = known is { Health: RevisionHealth.Bad } ? [$"History {entry.Id} of {application}: {known.Evidence.FirstOrDefault()}."] : [],
        };
    }

    private static ApplicationTarget OfRevision(ArgoApplication application, string revision, IReadOnlyList<ArgoHistoryEntry> judged)
    {
        if (Known(application, revision) is { } known) return OfEntry(application, known, judged);
        if (application.MultiSource)
        {
            throw Refuse("AmbiguousRevision", application, $"{application} has {application.Sources.Count} sources, so a commit alone does not say what to deploy.",
                $"Get-ArgoHistory {application.Metadata.Name} -Namespace {application.Metadata.Namespace}");
        }

        if (!IsRevision(revision)) throw Refuse("InvalidName", application, $"'{revision}' is not a commit, tag or branch name.", "Give the commit's full id.");
        var pinned = application.Sources.Count == 0 ? [] : new ApplicationVersion { Sources = application.Sources }.PinnedImages;
        ApplicationVersion version = new() { Sources = [.. application.Sources.Take(1)], Revisions = [revision] };
        return new ApplicationTarget(version, null)
        {
            Images = pinned,
            KnownBad = VersionMarks.IsBad(application, version, 0),
            Warnings =
            [
                $"{application}'s history does not hold {ApplicationVersion.Short(revision)}: its present source is deployed at that commit.",
                .. pinned.Count == 0 ? Array.Empty<string>() : [$"Its source pins {string.Join(", ", pinned)}, whatever the commit says."],
            ],
        };
    }

    // A sync that failed before it applied anything (a mistyped revision, a manifest that does not render, a PreSync hook) left all as it was.
    private static bool RunsStill(ArgoApplication application, Deployed deployed, ArgoHistoryEntry target) =>
        deployed.Entry is null && target.Id == application.History[^1].Id && application.OperationState is { Ended: true, Succeeded: false } state
        && !state.Resources.Any(resource => resource is { HookType: null, Status: "Synced" or "Pruned" });

    // Only a commit may be shortened: chart 1.1 is not 1.10, and 1.1.0 is not 1.1.0-rc1.
    private static ApplicationDeployment? Known(ArgoApplication application, string revision)
    {
        List<ApplicationDeployment> fitting = [.. application.History.Where(entry => entry.Version.Revisions.Contains(revision, StringComparer.OrdinalIgnoreCase))];
        if (fitting.Count == 0)
        {
            fitting.AddRange(application.History.Where(entry => entry.Version.Revisions
                .Any(one => ApplicationVersion.IsCommit(one) && one.StartsWith(revision, StringComparison.OrdinalIgnoreCase))));
        }

        if (fitting.DistinctBy(entry => entry.Version.Key).Skip(1).Any())
        {
            throw Refuse("AmbiguousRevision", application,
                $"'{revision}' fits different deployments of {application}: {string.Join(", ", fitting.Select(entry => $"{entry.Id} ({entry.Version.Describe()})"))}.",
                $"Name one by its number: Invoke-ArgoRollback {application.Metadata.Name} -Namespace {application.Metadata.Namespace} -Id {fitting[^1].Id}");
        }

        return fitting.LastOrDefault();
    }

    private static ApplicationDeployment Entry(ArgoApplication application, long id) => application.History.FirstOrDefault(entry => entry.Id == id)
        ?? throw Refuse("HistoryEntryNotFound", application, $"{application} has no history entry {id}; it holds {Held(application)}.",
            $"Get-ArgoHistory {application.Metadata.Name} -Namespace {application.Metadata.Namespace}");

    private static string Held(ArgoApplication application) =>
        application.History.Count == 0 ? "none" : string.Join(", ", application.History.Select(entry => entry.Id));

    private static RollbackException NowhereToGo(ArgoApplication application, IReadOnlyList<ArgoHistoryEntry> judged, Deployed deployed)
    {
        var others = judged.Where(entry => entry is { Current: false, Id: not null } && entry.VersionKey != deployed.Version.Key).ToList();
        if (others.Count == 0)
        {
            return Refuse("NoHistory", application, $"{application} in {application.Metadata.Namespace} has no earlier deployment to go back to.",
                NameAGoodOne);
        }

        var listed = string.Join("; ", others.Take(4).Select(entry => $"{entry.Id} ({ApplicationVersion.Short(entry.Revision)}): {entry.Health}, {entry.Evidence.FirstOrDefault()}"));
        var perhaps = others.FindAll(entry => entry.Health != RevisionHealth.Bad);
        return Refuse("NoKnownGoodRevision", application, $"No earlier deployment of {application} in {application.Metadata.Namespace} is known to have worked: {listed}.",
            perhaps.Count == 0 ? NameAGoodOne
                : perhaps is [var only] ? $"If you know that it is good: Invoke-ArgoRollback {application.Metadata.Name} -Namespace {application.Metadata.Namespace} -Id {only.Id}"
                : $"Name one that you know to be good with -Id or -ToRevision; to see them: Get-ArgoHistory {application.Metadata.Name} -Namespace {application.Metadata.Namespace}");
    }

    // Never an option or a path out of the repository to whoever hands it to git.
    private static bool IsRevision(string text) =>
        text.Length is > 0 and <= 250 && char.IsAsciiLetterOrDigit(text[0]) && !text.Contains("..", StringComparison.Ordinal)
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/' or '+');

    private static RollbackException Refuse(string id, ArgoApplication application, string message, string next) =>
        new(id, message) { Target = $"{application} in {application.Metadata.Namespace}", NextStep = next };
}
