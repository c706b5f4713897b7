using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Helm;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.Operations.Helm;

/// <summary>Histories in one line: revision, status, how long before now it was begun, its content, and what it went back to.</summary>
public sealed class HelmKnownGoodTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_newest_that_lasted_is_the_target_and_not_simply_the_one_before() => Target(2,
        "4 failed 1h D", "3 superseded 70m C", "2 superseded 3d B", "1 superseded 9d A");

    [Fact]
    public void One_that_failed_is_no_target_even_where_its_status_was_covered_up() => Target(1,
        "3 deployed 5m C", "2 superseded 2d B Upgrade \"api\" failed: timed out", "1 superseded 9d A");

    [Fact]
    public void What_a_rollback_left_is_no_target_nor_another_of_the_same() => Target(1,
        "5 deployed 1h C 3", "4 superseded 1d B", "3 superseded 2d C", "2 superseded 3d B", "1 superseded 9d A");

    [Fact]
    public void What_was_left_and_deployed_again_later_has_its_chance() => Target(5,
        "6 failed 1h E", "5 superseded 3d B", "4 superseded 4d A 2", "3 superseded 5d B", "2 superseded 6d A", "1 superseded 9d Z");

    [Fact]
    public void Sent_by_hand_to_what_was_left_before_it_does_not_rest_there_and_what_it_left_is_the_way_back()
    {
        Target(3, "4 deployed 1m B 2", "3 superseded 1d A 1", "2 superseded 3d B", "1 superseded 9d A");
        Assert.False(Rests("4 deployed 1m B 2", "3 superseded 1d A 1", "2 superseded 3d B", "1 superseded 9d A"));
        Target(1, "5 deployed 1m A 3", "4 superseded 2m B 2", "3 superseded 1d A 1", "2 superseded 3d B", "1 superseded 9d Z");
    }

    [Fact]
    public void What_was_left_before_and_comes_with_an_upgrade_has_its_chance() =>
        Assert.NotEqual(RevisionHealth.Bad, Judge("4 deployed 1m B", "3 superseded 1d A 1", "2 superseded 3d B", "1 superseded 9d A")[0].Health);

    [Fact]
    public void Older_helms_say_only_in_words_what_they_went_back_to() => Target(1,
        "4 deployed 1h B Rollback to 2", "3 superseded 1d C", "2 superseded 3d B", "1 superseded 9d A");

    [Fact]
    public void A_second_and_a_third_rollback_never_return_to_a_bad_one()
    {
        Target(2, "3 deployed 1h C", "2 superseded 1d B", "1 superseded 9d A");
        Target(1, "4 deployed 1m B 2", "3 superseded 1h C", "2 superseded 1d B", "1 superseded 9d A");
        Target(null, "5 deployed 0m A 1", "4 superseded 1m B 2", "3 superseded 1h C", "2 superseded 1d B", "1 superseded 9d A");
    }

    [Fact]
    public void What_is_still_deployed_under_a_failed_or_pending_one_is_the_target_however_short_it_ran()
    {
        Target(2, "3 failed 1m C", "2 deployed 10m B", "1 superseded 9d A");
        Target(2, "3 pending-upgrade 1m C", "2 deployed 10m B", "1 superseded 9d A");
    }

    [Fact]
    public void What_still_runs_is_no_target_unless_it_did_well_for_long()
    {
        string[] hasty = ["3 failed 1m C", "2 deployed 10m B", "1 superseded 9d A"];
        Assert.Equal((1, "Is what still runs: nothing of revision 3 reached the cluster; Was current for only 9m"), Picked(hasty, 2));
        Assert.Equal((2, "Is what still runs: nothing of revision 3 reached the cluster; Was current for 2d"), Picked(["3 failed 1d C", "2 deployed 3d B", "1 superseded 9d A"], 2));
        Assert.Equal((null, "Is what still runs: nothing of revision 3 reached the cluster; Was current for only 9m"), Picked(["3 failed 1m C", "2 deployed 10m B", "1 failed 9d A"], 2));

        Assert.Equal(2, Picked(["3 pending-upgrade 1m C", "2 deployed 10m B", "1 failed 9d A"], 2).Item1);
        Assert.Equal(1, Picked(["3 pending-upgrade 1m C", "2 deployed 10m B", "1 superseded 9d A"], 2).Item1);

        static (int?, string) Picked(string[] revisions, int running)
        {
            var judged = HelmKnownGood.Judge(Release(revisions) with { StillRunning = running }, [], "prod-eu", Now);
            return (judged.SingleOrDefault(one => one.IsDefaultTarget)?.Revision, string.Join("; ", judged.Single(one => one.Revision == running).Evidence));
        }
    }

    [Fact]
    public void A_rollback_that_was_cut_off_may_be_tried_again() => Target(2,
        "4 pending-rollback 1m B 2", "3 deployed 1h C", "2 superseded 3d B", "1 superseded 9d A");

    [Fact]
    public void One_that_ran_for_moments_only_is_no_target() => Target(null, "2 deployed 1h B", "1 superseded 61m A");

    [Fact]
    public void A_pending_one_that_others_came_after_is_bad() => Target(1, "3 deployed 1h C", "2 pending-upgrade 3d B", "1 superseded 9d A");

    [Fact]
    public void A_release_rests_on_a_rollback_that_has_just_been_made()
    {
        Assert.True(Rests("2 deployed 1m A 1", "1 superseded 9d A"));
        Assert.False(Rests("2 deployed 1m A", "1 superseded 9d A"));
        Assert.False(Rests("3 pending-rollback 1m A 1", "2 deployed 1d B", "1 superseded 9d A"));
    }

    [Fact]
    public void The_evidence_says_why()
    {
        var judged = Judge("4 deployed 2h C 2", "3 superseded 1d B", "2 superseded 5d C", "1 failed 9d A Install failed: quota");

        Assert.Equal(
            ["4 Unknown Current for 2h", "3 Bad Was rolled away from (revision 4 went back to 2)", "2 Likely Was current for 4d", "1 Bad Install failed: quota"],
            judged.Select(one => $"{one.Revision} {one.Health} {string.Join("; ", one.Evidence)}"));
        Assert.Equal((2, 2), (judged[0].SameAs, judged[0].RollbackRevision));
    }

    private static void Target(int? expected, params string[] revisions) => Assert.Equal(expected, Judge(revisions).SingleOrDefault(one => one.IsDefaultTarget)?.Revision);

    private static bool Rests(params string[] revisions) => HelmKnownGood.IsRestingAfterRollback(Release(revisions), Judge(revisions), Now);

    private static IReadOnlyList<HelmRevision> Judge(params string[] revisions) => HelmKnownGood.Judge(Release(revisions), [], "prod-eu", Now);

    private static HelmReleaseContent Release(params string[] revisions) => new("prod", "api", [.. revisions.Select(Revision)]);

    private static HelmRevisionContent Revision(string line)
    {
        var words = line.Split(' ', 5);
        var number = int.Parse(words[0], System.Globalization.CultureInfo.InvariantCulture);
        var size = int.Parse(words[2][..^1], System.Globalization.CultureInfo.InvariantCulture);
        var ago = words[2][^1] switch { 'm' => TimeSpan.FromMinutes(size), 'h' => TimeSpan.FromHours(size), _ => TimeSpan.FromDays(size) };
        var rest = words.ElementAtOrDefault(4);
        int? back = int.TryParse(rest, out var to) ? to : null;
        return new HelmRevisionContent(new HelmRecordHeader(new HelmRecordName("prod", "api", number, HelmDriver.Secret)) { Status = words[1] })
        {
            Info = new HelmInfo { Status = words[1], LastDeployed = Now - ago, Description = back is null ? rest ?? "" : "", RollbackRevision = back },
            Chart = new HelmChart("api", "1.0.0", null),
            ContentKey = words[3],
        };
    }
}
