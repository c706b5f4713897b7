using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Operations.Images;

public sealed class ImageTargetTests
{
    private static ImageTarget Resolve(Snapshots snapshot, RollbackGoal goal) => ImageTarget.Resolve(snapshot.Build(), goal, "test", Snapshots.Now);

    private static Snapshots Simple() =>
        new Snapshots().Revision(1, "r/a:40", TimeSpan.FromDays(9)).Revision(2, "r/a:41", TimeSpan.FromMinutes(5)).Current("r/a:41");

    [Fact]
    public void A_revision_that_was_garbage_collected_is_named_with_those_that_are_left()
    {
        var refusal = Assert.Throws<RollbackException>(() => Resolve(Simple(), new RollbackGoal { Revision = 7 }));

        Assert.Equal("RevisionNotFound", refusal.ErrorId);
        Assert.Contains("no revision 7; the cluster keeps 1, 2", refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith("Get-ImageHistory", refusal.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_that_an_earlier_rollback_renumbered_still_finds_its_template()
    {
        var snapshot = new Snapshots().Revision(5, "r/a:42", TimeSpan.FromDays(1)).Revision(6, "r/a:41", TimeSpan.FromDays(9), 3).Current("r/a:42");

        var target = Resolve(snapshot, new RollbackGoal { Revision = 3 });

        Assert.Equal(6, target.Revision!.Number);
        Assert.Contains("Revision 3 is now revision 6", target.Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_runtime_can_read_is_left_for_a_whole_image()
    {
        var snapshot = new Snapshots().Revision(1, "r/a:40", TimeSpan.FromDays(9)).Revision(2, "r/A:41:", TimeSpan.FromMinutes(5)).Current("r/A:41:");

        Assert.Equal("r/a:40", Resolve(snapshot, new RollbackGoal { Image = "r/a:40" }).Template.Images[0].Image);
        Assert.Equal("InvalidImage", Assert.Throws<RollbackException>(() => Resolve(snapshot, new RollbackGoal { Tag = "40" })).ErrorId);
    }

    [Fact]
    public void A_tag_changes_only_the_image_and_finds_the_revision_that_had_it()
    {
        var target = Resolve(Simple(), new RollbackGoal { Tag = "40" });

        Assert.Equal("r/a:40", target.Template.Images[0].Image);
        Assert.Equal(1, target.Revision!.Number);
    }

    [Fact]
    public void No_history_at_all_is_its_own_answer()
    {
        var snapshot = new Snapshots().Revision(1, "r/a:41", TimeSpan.FromDays(1)).Current("r/a:41");

        Assert.Equal("NoHistory", Assert.Throws<RollbackException>(() => Resolve(snapshot, RollbackGoal.KnownGood)).ErrorId);
    }

    [Fact]
    public void History_without_evidence_is_listed_and_never_guessed_at()
    {
        var snapshot = new Snapshots().Revision(1, "r/a:40", TimeSpan.FromMinutes(20)).Revision(2, "r/a:41", TimeSpan.FromMinutes(5)).Current("r/a:41");

        var refusal = Assert.Throws<RollbackException>(() => Resolve(snapshot, RollbackGoal.KnownGood));

        Assert.Equal("NoKnownGoodRevision", refusal.ErrorId);
        Assert.EndsWith("-ToRevision 1", refusal.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bad tag")]
    [InlineData("")]
    public void A_tag_no_registry_could_have_is_refused(string tag) =>
        Assert.Equal("InvalidImage", Assert.Throws<RollbackException>(() => Resolve(Simple(), new RollbackGoal { Tag = tag })).ErrorId);
}
