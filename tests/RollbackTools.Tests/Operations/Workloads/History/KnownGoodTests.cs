using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.Operations.Workloads.History;

public sealed class KnownGoodTests
{
    private static TimeSpan Days(double days) => TimeSpan.FromDays(days);

    private static TimeSpan Minutes(double minutes) => TimeSpan.FromMinutes(minutes);

    [Fact]
    public void The_revision_that_still_serves_beside_a_failing_rollout_is_the_target()
    {
        var judged = new Snapshots().Revision(1, "a:39", Days(30)).Revision(2, "a:40", Days(7)).Revision(3, "a:41", Minutes(5)).Current("a:41")
            .Pods(2, 2, ready: true).Pods(3, 2, ready: false, "CrashLoopBackOff").Judge();

        Assert.Equal(2, judged.Single(r => r.IsDefaultTarget).Revision);
        Assert.Equal(RevisionHealth.KnownGood, judged.Single(r => r.Revision == 2).Health);
        Assert.Equal(RevisionHealth.Bad, judged.Single(r => r.Current).Health);
    }

    [Fact]
    public void A_broken_revision_that_was_quickly_replaced_by_another_broken_one_is_skipped()
    {
        // 41 was up for four minutes before somebody shipped 42 as a fix: one back is not known good.
        var target = new Snapshots().Revision(1, "a:40", Days(7)).Revision(2, "a:41", Minutes(9)).Revision(3, "a:42", Minutes(5)).Current("a:42")
            .DefaultTarget();

        Assert.Equal(1, target);
    }

    [Fact]
    public void After_a_rollback_the_bad_revision_is_never_the_way_back()
    {
        // 5 was bad and became the past when 3 was restored as 6.
        var target = new Snapshots().Revision(4, "a:40", Days(20)).Revision(5, "a:42", Days(1)).Revision(6, "a:41", Days(10), 3).Current("a:41")
            .Annotation(KnownGood.RolledBackFromAnnotation, "api-5").DefaultTarget();

        Assert.NotEqual(5, target);
        Assert.Equal(4, target);
    }

    [Fact]
    public void A_revision_current_for_days_is_likely_good_and_for_minutes_is_unknown()
    {
        var judged = new Snapshots().Revision(1, "a:39", Days(30)).Revision(2, "a:40", Minutes(20)).Revision(3, "a:41", Minutes(5)).Current("a:41").Judge();

        Assert.Equal(RevisionHealth.Likely, judged.Single(r => r.Revision == 1).Health);
        Assert.Equal(RevisionHealth.Unknown, judged.Single(r => r.Revision == 2).Health);
        Assert.Equal(1, judged.Single(r => r.IsDefaultTarget).Revision);
    }

    [Fact]
    public void A_revision_whose_pods_all_keep_restarting_is_bad_even_while_they_look_ready()
    {
        var all = new Snapshots().Revision(1, "a:40", Days(9)).Revision(2, "a:41", Minutes(5)).Current("a:41").Pods(2, 3, ready: true, crashed: Minutes(1));
        var one = new Snapshots().Revision(1, "a:40", Days(9)).Revision(2, "a:41", Minutes(5)).Current("a:41").Pods(2, 3, ready: true)
            .Pods(2, 1, ready: true, crashed: Minutes(1));

        Assert.Equal(RevisionHealth.Bad, all.Judge().Single(r => r.Current).Health);
        Assert.Equal(RevisionHealth.Unknown, one.Judge().Single(r => r.Current).Health);
    }

    [Fact]
    public void Without_evidence_there_is_no_default_target()
    {
        var snapshot = new Snapshots().Revision(1, "a:40", Minutes(20)).Revision(2, "a:41", Minutes(5)).Current("a:41");

        Assert.Null(snapshot.DefaultTarget());
    }

    [Fact]
    public void A_deployment_at_rest_after_a_rollback_says_so_and_a_broken_one_does_not()
    {
        var hash = PodTemplates.WithImage("a:41").Hash;
        var resting = new Snapshots().Revision(4, "a:40", Days(20)).Revision(6, "a:41", Days(10), 3).Current("a:41")
            .Annotation(KnownGood.RolledBackToAnnotation, hash).Pods(6, 3, ready: true);
        var broken = new Snapshots().Revision(4, "a:40", Days(20)).Revision(6, "a:41", Days(10), 3).Current("a:41")
            .Annotation(KnownGood.RolledBackToAnnotation, hash).Pods(6, 3, ready: false, "CrashLoopBackOff");

        Assert.True(KnownGood.IsRestingAfterRollback(resting.Build(), resting.Judge(), Snapshots.Now));
        Assert.False(KnownGood.IsRestingAfterRollback(broken.Build(), broken.Judge(), Snapshots.Now));
    }

    [Fact]
    public void A_current_revision_past_its_progress_deadline_is_bad()
    {
        var judged = new Snapshots().Revision(1, "a:40", Days(9)).Revision(2, "a:41", Minutes(15)).Current("a:41")
            .Progressing("ProgressDeadlineExceeded", "api-2").Judge();

        Assert.Equal(RevisionHealth.Bad, judged.Single(r => r.Current).Health);
    }

    [Fact]
    public void How_long_a_revision_was_current_counts_to_the_next_ones_first_turn()
    {
        // Numbers 1 2 4 5 6, and 6 was 3 before: 2 ended when 3 (now 6) was first made.
        var judged = new Snapshots().Revision(1, "a:1", Days(40)).Revision(2, "a:2", Days(30)).Revision(6, "a:3", Days(20), 3)
            .Revision(4, "a:4", Days(12)).Revision(5, "a:5", Days(1)).Current("a:3").Judge();

        Assert.Equal(Days(10), judged.Single(r => r.Revision == 2).CurrentFor);
        Assert.Equal(Days(11), judged.Single(r => r.Revision == 4).CurrentFor);
        Assert.Null(judged.Single(r => r.Revision == 5).CurrentFor);
    }
}
