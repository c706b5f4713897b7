using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Cmdlets.Shared;

public sealed class ErrorMappingTests
{
    public static TheoryData<EstateErrorKind, ErrorCategory> EveryKind => new()
    {
        { EstateErrorKind.Unreachable, ErrorCategory.ConnectionError },
        { EstateErrorKind.Untrusted, ErrorCategory.SecurityError },
        { EstateErrorKind.Unauthenticated, ErrorCategory.AuthenticationError },
        { EstateErrorKind.Forbidden, ErrorCategory.PermissionDenied },
        { EstateErrorKind.NotFound, ErrorCategory.ObjectNotFound },
        { EstateErrorKind.Conflict, ErrorCategory.ResourceBusy },
        { EstateErrorKind.AlreadyExists, ErrorCategory.ResourceExists },
        { EstateErrorKind.Rejected, ErrorCategory.InvalidOperation },
        { EstateErrorKind.Overloaded, ErrorCategory.LimitsExceeded },
        { EstateErrorKind.Expired, ErrorCategory.ResourceUnavailable },
        { EstateErrorKind.Configuration, ErrorCategory.InvalidData },
        { EstateErrorKind.Server, ErrorCategory.ProtocolError },
    };

    [Theory]
    [MemberData(nameof(EveryKind))]
    public void Every_refusal_of_an_estate_has_its_id_and_category(EstateErrorKind kind, ErrorCategory category)
    {
        EstateException refusal = new(kind, "no") { Request = "PATCH apps/v1 deployments/api -n prod", Recommendation = "kubectl auth can-i" };

        var error = ErrorMapping.From(refusal);

        Assert.Equal(kind.ToString(), error.ErrorId);
        Assert.Equal(category, error.Category);
        Assert.Equal("PATCH apps/v1 deployments/api -n prod", error.Target);
        Assert.Equal("kubectl auth can-i", error.RecommendedAction);
        Assert.Same(refusal, error.Exception);
    }

    [Fact]
    public void What_the_server_cannot_read_is_an_argument_that_was_wrong() =>
        Assert.Equal(ErrorCategory.InvalidArgument, ErrorMapping.From(new EstateException(EstateErrorKind.Rejected, "unable to parse requirement") { Status = 400 }).Category);

    [Fact]
    public void No_kind_is_forgotten()
    {
        Assert.Equal(Enum.GetValues<EstateErrorKind>().Order(), EveryKind.Select(row => row.Data.Item1).Order());
    }

    [Theory]
    [InlineData("WorkloadNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("RunNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("LockHeld", ErrorCategory.ResourceBusy)]
    [InlineData("Timeout", ErrorCategory.OperationTimeout)]
    [InlineData("PodsFailing", ErrorCategory.InvalidResult)]
    [InlineData("NoKnownGoodRevision", ErrorCategory.ObjectNotFound)]
    [InlineData("EstateMismatch", ErrorCategory.InvalidArgument)]
    [InlineData("RuntimeMissing", ErrorCategory.NotInstalled)]
    [InlineData("Forbidden", ErrorCategory.PermissionDenied)]
    [InlineData("Paused", ErrorCategory.InvalidOperation)]
    public void A_named_failure_keeps_its_name(string id, ErrorCategory category)
    {
        var error = ErrorMapping.From(new RollbackException(id, "why") { Target = "deployment/api in prod", NextStep = "do this" });

        Assert.Equal((id, category, "deployment/api in prod", "do this"), (error.ErrorId, error.Category, error.Target, error.RecommendedAction));
    }

    [Fact]
    public void A_failed_result_becomes_an_error_about_that_result()
    {
        RollbackResult failed = new() { Kind = "Deployment", Name = "api", Namespace = "prod", ErrorId = "RolloutFailed", Message = "it crashes", NextStep = "kubectl logs", Outcome = RollbackOutcome.Failed };

        var error = ErrorMapping.From(failed);

        Assert.Equal("RolloutFailed", error.ErrorId);
        Assert.Equal("deployment/api in prod: it crashes", error.Message);
        Assert.Same(failed, error.Target);
        Assert.Equal("kubectl logs", error.RecommendedAction);
    }

    [Theory]
    [InlineData("deployment/api is paused.", "deployment/api is paused.")]
    [InlineData("A pod of repo/api:42 does not start.", "deployment/api in prod: A pod of repo/api:42 does not start.")]
    [InlineData("The connection was lost.", "deployment/api in prod: The connection was lost.")]
    public void A_failed_results_message_names_its_target_once(string message, string said)
    {
        Assert.Equal(said, ErrorMapping.From(new RollbackResult { Kind = "Deployment", Name = "api", Namespace = "prod", Message = message }).Message);
    }

    [Fact]
    public void What_nobody_foresaw_still_has_a_name()
    {
        Assert.Equal("UnexpectedFailure", ErrorMapping.From(new NotImplementedException("x")).ErrorId);
        Assert.Equal("FileAccessDenied", ErrorMapping.From(new UnauthorizedAccessException("x")).ErrorId);
        Assert.Equal("Timeout", ErrorMapping.From(new TimeoutException("x")).ErrorId);
    }

    [Theory]
    [InlineData(EstateErrorKind.NotFound, true)]
    [InlineData(EstateErrorKind.Forbidden, true)]
    [InlineData(EstateErrorKind.Unreachable, false)]
    [InlineData(EstateErrorKind.Unauthenticated, false)]
    [InlineData(EstateErrorKind.Untrusted, false)]
    public void Only_what_concerns_one_input_lets_the_next_one_try(EstateErrorKind kind, bool goesOn)
    {
        Assert.Equal(goesOn, ErrorMapping.ConcernsOneInput(new EstateException(kind, "no")));
    }
}
