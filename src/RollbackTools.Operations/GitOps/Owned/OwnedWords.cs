using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads;

namespace RollbackTools.Operations.GitOps.Owned;

/// <summary>How a whole job ends, in words: what is as it was, what is left, and the command that finishes it.</summary>
internal static class OwnedWords
{
    public static Func<Verdict, LeftUndone?, Verdict> Conclude(ArgoApplication application, bool restores) => (verdict, left) => left switch
    {
        null when !restores => StaysOff(application, verdict),
        null => verdict with { Message = $"{verdict.Message}; Git says the same, and the sync policy of {application} is what it was" },
        { Step: FollowGit, Refusal: { } refusal } => verdict with
        {
            Message = $"{verdict.Message}; Git says the same, and automated sync of {application} stays off: {refusal.Message}",
            NextStep = (refusal as RollbackException)?.NextStep ?? Exact(application),
        },
        { Step: RequireAgreement, Refusal: { } refusal } => verdict with
        {
            Message = $"{verdict.Message}; automated sync of {application} stays off: {refusal.Message}",
            NextStep = (refusal as RollbackException)?.NextStep ?? Exact(application),
        },
        { Refusal: { } refusal } => StaysPaused(application, verdict, $"Git could not be changed: {refusal.Message}", (refusal as RollbackException)?.NextStep),
        { Step: PushCommit push } => Proposed(application, verdict, push),
        _ => verdict,
    };

    public static Func<Step, Verdict> Waiting(ArgoApplication application) => step =>
    {
        var pushed = PushVerdict.Of((PushCommit)step, null);
        return pushed with
        {
            Message = $"{pushed.Message}; nothing is rolled back yet, and automated sync of {application} is off",
            NextStep = $"{pushed.NextStep}, merge it, then: Invoke-ArgoSync {application.Metadata.Name}; {Exact(application)}",
        };
    };

    public static Verdict StaysPaused(ArgoApplication application, Verdict verdict, string why, string? next) => verdict with
    {
        Message = $"{verdict.Message}; automated sync of {application} stays off, because Git still holds the other version",
        Warnings = [.. verdict.Warnings, why],
        NextStep = $"{next ?? "Take the bad version out of Git (Set-KustomizeImage, or Undo-GitCommit)"}, then: {Exact(application)}",
    };

    public static Verdict StaysOff(ArgoApplication application, Verdict verdict) => verdict with
    {
        Message = $"{verdict.Message}; Git says the same, and automated sync of {application} stays off, because Image Updater would promote the bad version again",
        NextStep = $"Keep Image Updater from it (the warning says why it could not be), then: {Exact(application)}",
    };

    public static string Exact(ArgoApplication application) => $"Set-ArgoSyncPolicy {application.Metadata.Name} -Namespace {application.Metadata.Namespace} -Policy Exact";

    private static Verdict Proposed(ArgoApplication application, Verdict verdict, PushCommit push)
    {
        var pushed = PushVerdict.Of(push, null);
        return verdict with
        {
            Message = $"{verdict.Message}; automated sync of {application} stays off until {push.Result?.Branch} is merged into {push.Branch}",
            Warnings = [.. verdict.Warnings, pushed.Message, .. pushed.Warnings],
            Evidence = pushed.Evidence,
            NextStep = $"{pushed.NextStep}, merge it, then: {Exact(application)}",
        };
    }
}
