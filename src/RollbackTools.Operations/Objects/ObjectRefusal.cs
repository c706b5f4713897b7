using RollbackTools.Operations.Estate;

namespace RollbackTools.Operations.Objects;

/// <summary>Why a server refuses an object, by a stable name.</summary>
internal static class ObjectRefusal
{
    public static string ErrorIdOf(EstateException refusal)
    {
        if (ObjectWriter.IsOwned(refusal)) return "FieldConflict";
        if (refusal.Kind != EstateErrorKind.Rejected) return refusal.Kind.ToString();
        return Says("immutable") || Says("updates to statefulset spec for fields other than") || Says("field can not be less than previous value") ? "ImmutableField"
            : Says("exceeded quota") ? "QuotaExceeded"
            : Says("admission webhook") || Says("ValidatingAdmissionPolicy") || Says("violates PodSecurity") ? "AdmissionDenied"
            : refusal.Kind.ToString();

        bool Says(string words) => refusal.Message.Contains(words, StringComparison.OrdinalIgnoreCase);
    }
}
