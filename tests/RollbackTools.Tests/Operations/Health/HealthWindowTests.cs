using RollbackTools.Operations.Health;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;
using RollbackTools.Tests.Operations.Workloads;

namespace RollbackTools.Tests.Operations.Health;

public sealed class HealthWindowTests
{
    [Fact]
    public void It_opens_with_the_first_pod_of_the_version_not_with_the_last() =>
        Assert.Equal(TimeSpan.FromMinutes(4), Window(Two()
            .Pods(2, 1, ready: true, age: TimeSpan.FromMinutes(4)).Pods(2, 1, ready: true, age: TimeSpan.FromSeconds(3))));

    [Fact]
    public void It_does_not_open_before_the_rollback_although_pods_of_the_good_version_outlived_the_bad_one()
    {
        var snapshot = Two().Pods(2, 2, ready: true, age: TimeSpan.FromMinutes(9))
            .Annotation(KnownGood.RolledBackToAnnotation, PodTemplates.WithImage("r/a:41").Hash).Written("rollbacktools", TimeSpan.FromMinutes(2));

        Assert.Equal(TimeSpan.FromMinutes(2), Window(snapshot));
    }

    [Fact]
    public void A_rollback_that_was_long_ago_or_to_another_version_does_not_matter()
    {
        var left = Two().Pods(2, 2, ready: true, age: TimeSpan.FromMinutes(9))
            .Annotation(KnownGood.RolledBackToAnnotation, PodTemplates.WithImage("r/a:40").Hash).Written("rollbacktools", TimeSpan.FromMinutes(2));

        Assert.Equal(TimeSpan.FromMinutes(9), Window(left));
    }

    [Fact]
    public void It_is_about_now_and_not_about_last_month() =>
        Assert.Equal(TimeSpan.FromMinutes(15), Window(Two().Pods(2, 2, ready: true, age: TimeSpan.FromDays(30))));

    [Fact]
    public void Pods_of_another_version_do_not_open_it() =>
        Assert.Equal(TimeSpan.FromMinutes(1), Window(Two()
            .Pods(1, 1, ready: true, age: TimeSpan.FromMinutes(10)).Pods(2, 1, ready: true, age: TimeSpan.FromMinutes(1))));

    [Fact]
    public void Without_pods_nothing_dates_it() => Assert.Null(HealthWindow.Of(Two().Build(), [], Snapshots.Now));

    private static Snapshots Two() =>
        new Snapshots().Revision(1, "r/a:40", TimeSpan.FromDays(9)).Revision(2, "r/a:41", TimeSpan.FromMinutes(5)).Current("r/a:41");

    private static TimeSpan? Window(Snapshots snapshots)
    {
        var workload = snapshots.Build();
        return Snapshots.Now - HealthWindow.Of(workload, workload.Pods, Snapshots.Now);
    }
}
