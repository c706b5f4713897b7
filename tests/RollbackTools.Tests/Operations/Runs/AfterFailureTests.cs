using RollbackTools.Operations.Helm;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Suspension;
using RollbackTools.Operations.Workloads.History;

namespace RollbackTools.Tests.Operations.Runs;

/// <summary>What is suggested next is about the kind of the target.</summary>
public sealed class AfterFailureTests
{
    [Theory]
    [InlineData("StatefulSet", "Get-ImageHistory statefulset/shop -Namespace prod")]
    [InlineData("Application", "Get-ArgoHistory shop -Namespace prod")]
    [InlineData("HelmRelease", "Get-HelmHistory shop -Namespace prod")]
    [InlineData("CronJob", "Get-RollbackRun 7 | Format-List")]
    public void Where_nothing_was_changed_another_version_is_looked_for_where_that_kind_has_them(string kind, string next) =>
        Assert.Equal(next, AfterFailure.Untouched(RequestFor(kind), new RollbackResult { Namespace = "prod", Kind = kind, Name = "shop", RunId = "7" }));

    [Theory]
    [InlineData("Deployment", "Test-RollbackHealth deployment/shop -Namespace prod")]
    [InlineData("Application", "Get-ArgoApplication shop -Namespace prod")]
    public void After_an_undone_image_rollback_the_target_is_looked_at_by_a_command_that_takes_it(string kind, string next) =>
        Assert.Equal(next, new ImageRollbackRequest().AfterUndo(new RunTarget { Namespace = "prod", Kind = kind, Name = "shop" }));

    [Theory]
    [InlineData("Deployment", "Test-RollbackHealth deployment/shop -Namespace prod")]
    [InlineData("CronJob", null)]
    [InlineData("Application", null)]
    public void After_an_undone_stop_only_workloads_have_a_health_to_test(string kind, string? next) =>
        Assert.Equal(next, new SuspensionRequest().AfterUndo(new RunTarget { Namespace = "prod", Kind = kind, Name = "shop" }));

    private static OperationRequest RequestFor(string kind) => kind switch
    {
        "HelmRelease" => new HelmRollbackRequest(),
        "CronJob" => new SuspensionRequest(),
        _ => new ImageRollbackRequest(),
    };
}
