using System.Management.Automation;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>The one place where exceptions and failed results become errors.</summary>
internal static class ErrorMapping
{
    /// <summary>
    /// Whether the next input may still succeed. A server that is unreachable, does not know us or is not to be trusted is
    /// the same for all of them.
    /// </summary>
    public static bool ConcernsOneInput(Exception failure) => failure switch
    {
        EstateException estate => estate.Kind is EstateErrorKind.NotFound or EstateErrorKind.Forbidden or EstateErrorKind.Conflict
            or EstateErrorKind.Rejected or EstateErrorKind.AlreadyExists or EstateErrorKind.Server,
        RollbackException => true,
        _ => false,
    };

    public static CommandError From(Exception failure, object? target = null) => failure switch
    {
        EstateException estate => new CommandError
        {
            ErrorId = estate.Kind.ToString(),
            // 400 is about the words of the request, and those are the operator's: a selector, say.
            Category = estate is { Kind: EstateErrorKind.Rejected, Status: 400 } ? ErrorCategory.InvalidArgument : Category(estate.Kind),
            Message = estate.Message,
            RecommendedAction = estate.Recommendation,
            Target = target ?? estate.Request,
            Exception = estate,
        },
        RollbackException rollback => new CommandError
        {
            ErrorId = rollback.ErrorId,
            Category = Category(rollback.ErrorId),
            Message = rollback.Message,
            RecommendedAction = rollback.NextStep,
            Target = target ?? rollback.Target,
            Exception = rollback,
        },
        OperationCanceledException => Plain("Cancelled", ErrorCategory.OperationStopped, failure, target),
        TimeoutException => Plain("Timeout", ErrorCategory.OperationTimeout, failure, target),
        FormatException => Plain("InvalidValue", ErrorCategory.InvalidArgument, failure, target),
        FileNotFoundException file => Plain("FileNotFound", ErrorCategory.ObjectNotFound, failure, target ?? file.FileName),
        UnauthorizedAccessException => Plain("FileAccessDenied", ErrorCategory.PermissionDenied, failure, target),
        IOException => Plain("FileUnusable", ErrorCategory.ReadError, failure, target),
        _ => Plain("UnexpectedFailure", ErrorCategory.InvalidOperation, failure, target),
    };

    /// <summary>The error that goes with a result whose outcome is Failed.</summary>
    public static CommandError From(RollbackResult failed)
    {
        var id = failed.ErrorId ?? "RollbackFailed";
        return new CommandError
        {
            ErrorId = id,
            Category = Category(id),
            Message = Naming(failed),
            RecommendedAction = failed.NextStep,
            Target = failed,
            Exception = new RollbackException(id, failed.Message) { NextStep = failed.NextStep },
        };
    }

    public static ErrorCategory Category(EstateErrorKind kind) => kind switch
    {
        EstateErrorKind.Unreachable => ErrorCategory.ConnectionError,
        EstateErrorKind.Untrusted => ErrorCategory.SecurityError,
        EstateErrorKind.Unauthenticated => ErrorCategory.AuthenticationError,
        EstateErrorKind.Forbidden => ErrorCategory.PermissionDenied,
        EstateErrorKind.NotFound => ErrorCategory.ObjectNotFound,
        EstateErrorKind.Conflict => ErrorCategory.ResourceBusy,
        EstateErrorKind.AlreadyExists => ErrorCategory.ResourceExists,
        EstateErrorKind.Rejected => ErrorCategory.InvalidOperation,
        EstateErrorKind.Overloaded => ErrorCategory.LimitsExceeded,
        EstateErrorKind.Expired => ErrorCategory.ResourceUnavailable,
        EstateErrorKind.Configuration => ErrorCategory.InvalidData,
        EstateErrorKind.Server => ErrorCategory.ProtocolError,
        _ => ErrorCategory.InvalidResult,
    };

    public static ErrorCategory Category(string errorId) => errorId switch
    {
        _ when Enum.TryParse<EstateErrorKind>(errorId, out var kind) => Category(kind),
        _ when errorId.EndsWith("NotFound", StringComparison.Ordinal) => ErrorCategory.ObjectNotFound,
        "NothingSelected" or "RevisionGone" or "NoHistory" or "NoKnownGoodRevision" or "DeletedMeanwhile" or "ImageNotInKustomization" or "NoVersionTag" or "NothingRemembered"
            or "NoImageUpdater" or "ReferenceMissing" or "ConfigurationMissing" or "NothingStable" => ErrorCategory.ObjectNotFound,
        "Timeout" or "ProgressDeadlineExceeded" or "PracticeNotReady" or "ControllerNotResponding" or "NotTakenUp" or "HelmHookTimeout" => ErrorCategory.OperationTimeout,
        "LockHeld" or "RunInUse" or "ChangedMeanwhile" or "Replaced" or "PushOvertaken" or "RevertConflict" or "OperationInProgress" or "OperationStuck"
            or "SyncWindowBlocked" or "PolicyReverted" or "PolicyNotKept" or "HelmReleaseBusy" or "FieldConflict" => ErrorCategory.ResourceBusy,
        "BranchExists" or "TagExists" => ErrorCategory.ResourceExists,
        "PushRejected" => ErrorCategory.PermissionDenied,
        "QuotaExceeded" => ErrorCategory.LimitsExceeded,
        "HelmKindsMissing" => ErrorCategory.ObjectNotFound,
        "KustomizationUnreadable" => ErrorCategory.InvalidData,
        "PodsFailing" or "PodsRefused" or "ApplicationDegraded" or "ApplicationSuspended" or "SyncFailed" or "HookFailed" or "RolloutDegraded" or "HelmHookFailed" or "ObjectFailed"
            => ErrorCategory.InvalidResult,
        "AmbiguousName" or "AmbiguousContainer" or "InvalidImage" or "AmbiguousRun" or "AmbiguousRevision" or "AmbiguousVersion" or "InvalidName" or "InvalidPattern"
            or "InvalidUrl" or "NameAndSelector" or "NothingNamed" or "NothingToTest" or "NothingToExpectFrom" or "NamespaceMismatch" or "EstateMismatch" or "EstateAmbiguous"
            or "AmbiguousImage" or "AmbiguousApplication" or "NothingToSet" or "SecretInUrl" or "OverlayNotNamed" or "RepositoryNotNamed" or "PolicyNotAutomated" or "NotARollout" => ErrorCategory.InvalidArgument,
        "RunUnreadable" or "HelmRecordUnreadable" or "HelmManifestUnreadable" => ErrorCategory.InvalidData,
        "HelmRecordTooLarge" or "OverlayTooLarge" => ErrorCategory.LimitsExceeded,
        "RuntimeMissing" or "PracticeMissing" => ErrorCategory.NotInstalled,
        "ConfirmationImpossible" => ErrorCategory.ResourceUnavailable,
        _ => ErrorCategory.InvalidOperation,
    };

    // Most messages name their target; those of the wire (a lost connection, say) and of its pods do not.
    private static string Naming(RollbackResult failed)
    {
        var target = failed.Kind.Length > 0 ? TargetName.Of(failed.Kind, failed.Name) : failed.Name;
        return failed.Message.Contains(target, StringComparison.Ordinal) ? failed.Message : $"{target} in {failed.Namespace}: {failed.Message}";
    }

    private static CommandError Plain(string id, ErrorCategory category, Exception failure, object? target) => new()
    {
        ErrorId = id,
        Category = category,
        Message = failure.Message,
        Target = target,
        Exception = failure,
    };
}
