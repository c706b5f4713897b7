using RollbackTools.Operations.Estate;

namespace RollbackTools.Operations.Runs;

/// <summary>Completes the draft of a target's result with how the target ended, and with the next command to type.</summary>
internal sealed class RunResults(OperationRequest request, TimeProvider time)
{
    public RollbackResult Completed(RollbackResult draft, Verdict verdict, RollbackOutcome success)
    {
        var result = Filled(draft, verdict, success);
        return verdict.Complete?.Invoke(result) ?? result;
    }

    private RollbackResult Filled(RollbackResult draft, Verdict verdict, RollbackOutcome success) => draft with
    {
        Outcome = !verdict.Healthy ? RollbackOutcome.Failed
            : verdict.Unproven && success == RollbackOutcome.RolledBack ? RollbackOutcome.Unverified
            : success,
        Duration = time.GetUtcNow() - draft.StartedAt,
        Message = verdict.Message,
        Evidence = verdict.Evidence,
        Warnings = [.. draft.Warnings, .. verdict.Warnings],
        NextStep = verdict.NextStep ?? (verdict.Healthy ? draft.NextStep : AfterFailure.Of(request, draft, success)),
        ErrorId = verdict.ErrorId,
    };

    public RollbackResult Refused(RollbackResult draft, Exception refusal) => draft with
    {
        Outcome = RollbackOutcome.Failed,
        Duration = time.GetUtcNow() - draft.StartedAt,
        Message = refusal.Message,
        Evidence = (refusal as RollbackException)?.Evidence ?? [],
        ErrorId = refusal is RollbackException named ? named.ErrorId : ((EstateException)refusal).Kind.ToString(),
        NextStep = refusal switch
        {
            RollbackException { NextStep: { } next } => next,
            EstateException { Recommendation: { } next } => next,
            _ => null,
        },
    };
}
