using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Images;

/// <summary>How a whole job ends, in words: what is as it was, what is left, and the command that finishes it.</summary>
internal static class OwnedWords
{
    public static Func<Verdict, LeftUndone?, Verdict> Conclude(ArgoApplication application, SyncAfterwards after) => (verdict, left) => left switch
    {
        null => after.Say(verdict),
        { Step: FollowGit, Refusal: { } refusal } => verdict with
        {
            Message = $"{verdict.Message}; Git says the same, and automated sync of {application} stays off: {refusal.Message}",
            NextStep = (refusal as RollbackException)?.NextStep ?? SyncAfterwards.Exact(application),
        },
        { Step: RequireAgreement, Refusal: { } refusal } => verdict with
        {
            Message = $"{verdict.Message}; automated sync of {application} stays off: {refusal.Message}",
            NextStep = (refusal as RollbackException)?.NextStep ?? SyncAfterwards.Exact(application),
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
            NextStep = $"{pushed.NextStep}; once it is merged: Invoke-ArgoSync {application.Metadata.Name} -Namespace {application.Metadata.Namespace}; {SyncAfterwards.Exact(application)}",
        };
    };

    public static Verdict StaysPaused(ArgoApplication application, Verdict verdict, string why, string? next) => verdict with
    {
        Message = $"{verdict.Message}; automated sync of {application} stays off, because Git still holds the other version",
        Warnings = [.. verdict.Warnings, why],
        NextStep = $"{next ?? "Take the bad version out of Git with Set-KustomizeImage or Undo-GitCommit"}; then: {SyncAfterwards.Exact(application)}",
    };

    private static Verdict Proposed(ArgoApplication application, Verdict verdict, PushCommit push)
    {
        var pushed = PushVerdict.Of(push, null);
        return verdict with
        {
            Message = $"{verdict.Message}; automated sync of {application} stays off until {push.Result?.Branch} is merged into {push.Branch}",
            Warnings = [.. verdict.Warnings, pushed.Message, .. pushed.Warnings],
            Evidence = pushed.Evidence,
            NextStep = $"{pushed.NextStep}; once it is merged: {SyncAfterwards.Exact(application)}",
        };
    }
}
