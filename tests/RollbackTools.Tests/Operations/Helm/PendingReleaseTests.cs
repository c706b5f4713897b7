using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.Operations.Helm;

public sealed class PendingReleaseTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void One_that_has_just_begun_is_left_to_who_began_it_though_it_has_the_labels_of_the_record_before()
    {
        var busy = Assert.Throws<RollbackException>(() => Judge(begun: TimeSpan.FromSeconds(3), label: TimeSpan.FromHours(2)));

        Assert.Equal("HelmReleaseBusy", busy.ErrorId);
        Assert.Contains("is pending-upgrade for 3s: somebody may be working on it", busy.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_somebody_wrote_to_lately_is_left_to_them_however_long_ago_it_began() =>
        Assert.Equal("HelmReleaseBusy", Assert.Throws<RollbackException>(() => Judge(begun: TimeSpan.FromHours(2), label: TimeSpan.FromSeconds(3))).ErrorId);

    [Fact]
    public void One_that_nobody_touched_for_long_is_gone_over_and_a_warning_says_so() =>
        Assert.Equal(["Revision 2 of release/api in prod is pending-upgrade for 11m; this goes on over it and marks it failed."], Judge(begun: TimeSpan.FromMinutes(11), label: TimeSpan.FromHours(2)));

    private static IReadOnlyList<string> Judge(TimeSpan begun, TimeSpan label)
    {
        HelmRecordHeader header = new(new HelmRecordName("prod", "api", 2, HelmDriver.Secret)) { Status = "pending-upgrade", CreatedAt = Now - label, ModifiedAt = Now - label };
        HelmRevisionContent newest = new(header) { Info = new HelmInfo { Status = "pending-upgrade", LastDeployed = Now - begun } };
        return PendingRelease.Judge(new HelmReleaseContent("prod", "api", [newest]), new HelmRollbackRequest(), Now);
    }
}
