using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Reports;

namespace RollbackTools.Operations.Objects;

/// <summary>Why a server refuses an object, by a stable name.</summary>
internal static class ObjectRefusal
{
    private static readonly Reason[] Reasons =
    [
        new("ImmutableField", "immutable", "updates to statefulset spec for fields other than", "field can not be less than previous value"),
        new("QuotaExceeded", "exceeded quota"),
        new("AdmissionDenied", "admission webhook", "ValidatingAdmissionPolicy", "violates PodSecurity"),
    ];

    private static readonly Reason Owned = new("FieldConflict");

    public static string ErrorIdOf(EstateException refusal) => refusal switch
    {
        _ when ObjectWriter.IsOwned(refusal) => Owned.ErrorId,
        { Kind: EstateErrorKind.Rejected } => Reasons.FirstOrDefault(reason => reason.IsIn(refusal.Message))?.ErrorId ?? refusal.Kind.ToString(),
        _ => refusal.Kind.ToString(),
    };

    private sealed record Reason(string ErrorId, params string[] Words)
    {
        public bool IsIn(string message) => Words.Any(words => message.Contains(words, StringComparison.OrdinalIgnoreCase));
    }
}
