using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;
using RollbackTools.Tests.Operations.Workloads;

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
    public void What_no_runtime_can_read_is_left_for_a_whole_image_and_for_a_tag_of_what_ran_before()
    {
        var snapshot = new Snapshots().Revision(1, "r/a:40", TimeSpan.FromDays(9)).Revision(2, "r/A:41:", TimeSpan.FromMinutes(5)).Current("r/A:41:");

        Assert.Equal("r/a:40", Resolve(snapshot, new RollbackGoal { Image = "r/a:40" }).Template.Images[0].Image);
        var tagged = Resolve(snapshot, new RollbackGoal { Tag = "40" });
        Assert.Equal("r/a:40", tagged.Template.Images[0].Image);
        Assert.Contains("'r/A:41:' of container api is not an image reference: its repository is taken from revision 1, r/a", tagged.Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_runtime_could_ever_read_needs_a_whole_image()
    {
        var snapshot = new Snapshots().Revision(1, "r/A:41:", TimeSpan.FromDays(9)).Current("r/A:41:");

        var refusal = Assert.Throws<RollbackException>(() => Resolve(snapshot, new RollbackGoal { Tag = "40" }));

        Assert.Equal("InvalidImage", refusal.ErrorId);
        Assert.Contains("-ToImage", refusal.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"a","image":"agent:agent-1"},{"name":"b","image":"agent:client-1"}""", "")]
    [InlineData("""{"name":"a","image":"agent:1"},{"name":"b","image":"agent@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""", "")]
    public void Two_containers_of_one_repository_at_different_versions_are_asked_about(string containers, string init)
    {
        foreach (var (goal, to) in (IEnumerable<(RollbackGoal, string)>)[(new() { Tag = "0" }, "-ToTag 0"), (new() { Image = "agent:0" }, "-ToImage agent:0")])
        {
            var refusal = Assert.Throws<RollbackException>(() => Resolve(Of(containers, init), goal));
            Assert.Equal(("AmbiguousContainer", $"for a: Invoke-ImageRollback deployment/api -Namespace prod -Container a {to}; "
                + $"for b: Invoke-ImageRollback deployment/api -Namespace prod -Container b {to}"), (refusal.ErrorId, refusal.NextStep));
        }

        Assert.Equal(["agent:0", "agent:client-1"], Images(Of("""{"name":"a","image":"agent:agent-1"},{"name":"b","image":"agent:client-1"}""", ""), new RollbackGoal { Tag = "0", Container = "a" }));
    }

    [Theory]
    [InlineData("""{"name":"a","image":"agent:1"},{"name":"b","image":"agent:1"}""", "", "0", "agent:0,agent:0")]
    [InlineData("""{"name":"a","image":"app:1"}""", """{"name":"migrate","image":"app:1"}""", "0", "app:0,app:0")]
    [InlineData("""{"name":"a","image":"app:1"}""", """{"name":"migrate","image":"app:migrate-7"}""", "0", "app:0,app:migrate-7")]
    public void A_tag_is_for_the_containers_that_run_the_same_version(string containers, string init, string tag, string expected) =>
        Assert.Equal(expected.Split(','), Images(Of(containers, init), new RollbackGoal { Tag = tag }));

    [Theory]
    [InlineData("""{"name":"a","image":"app:1"}""", """{"name":"migrate","image":"tool:1"}""", "tool:0", "app:1,tool:0")]
    [InlineData("""{"name":"a","image":"app:1"},{"name":"b","image":"side:1"}""", "", "side:0", "app:1,side:0")]
    [InlineData("""{"name":"a","image":"app:1"}""", """{"name":"migrate","image":"tool:1"}""", "moved/app:0", "moved/app:0,tool:1")]
    public void An_image_is_for_the_containers_of_its_repository(string containers, string init, string image, string expected) =>
        Assert.Equal(expected.Split(','), Images(Of(containers, init), new RollbackGoal { Image = image }));

    [Fact]
    public void A_restart_is_no_other_version()
    {
        const string plain = """{"metadata":{"labels":{"app":"api"}},"spec":{"containers":[{"name":"api","image":"r/a:latest"}]}}""";
        var restarted = plain.Replace("""{"labels":{"app":"api"}}""", """{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-02-28T00:00:00Z"},"labels":{"app":"api"}}""", StringComparison.Ordinal);
        var snapshot = new Snapshots().Revision(1, PodTemplates.Of(plain), TimeSpan.FromDays(9)).Revision(2, PodTemplates.Of(restarted), TimeSpan.FromMinutes(5)).Current(PodTemplates.Of(restarted));

        var refusal = Assert.Throws<RollbackException>(() => Resolve(snapshot, RollbackGoal.KnownGood));
        Assert.Equal("OnlyRestarts", refusal.ErrorId);
        Assert.Contains("-ToDigest", refusal.NextStep, StringComparison.Ordinal);
        var named = Resolve(snapshot, new RollbackGoal { Revision = 1 });
        Assert.Equal((snapshot.Build().Template.Hash, "revision 1 is the same version before a restart"), (named.Template.Hash, named.Resting));
    }

    [Fact]
    public void The_restart_of_a_bad_version_is_passed_over()
    {
        const string bad = """{"metadata":{"labels":{"app":"api"}},"spec":{"containers":[{"name":"api","image":"r/a:41"}]}}""";
        var restarted = PodTemplates.Of(bad.Replace("""{"labels":{"app":"api"}}""", """{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-02-28T00:00:00Z"},"labels":{"app":"api"}}""", StringComparison.Ordinal));
        var snapshot = new Snapshots().Revision(1, "r/a:40", TimeSpan.FromDays(9)).Revision(2, PodTemplates.Of(bad), TimeSpan.FromHours(5)).Revision(3, restarted, TimeSpan.FromMinutes(5)).Current(restarted);

        Assert.Equal(1, Resolve(snapshot, RollbackGoal.KnownGood).Revision!.Number);
    }

    [Fact]
    public void The_same_tag_is_not_called_a_way_back()
    {
        var snapshot = new Snapshots().Revision(1, "r/a:latest", TimeSpan.FromDays(9)).Current("r/a:latest");

        var target = Resolve(snapshot, new RollbackGoal { Tag = "latest" });

        Assert.Equal(snapshot.Build().Template.Hash, target.Template.Hash);
        Assert.Contains("reached by its digest alone; name the good build with -ToDigest", target.Resting, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_build_of_the_same_tag_is_named_by_the_digest_its_pods_run()
    {
        const string image = "r/a:latest";
        var (was, now) = ($"sha256:{new string('a', 64)}", $"sha256:{new string('b', 64)}");
        var bad = PodTemplates.Of($$$"""{"metadata":{"labels":{"app":"api"}},"spec":{"containers":[{"name":"api","image":"{{{image}}}","args":["new"]}]}}""");
        var snapshot = new Snapshots().Revision(1, image, TimeSpan.FromDays(9)).Revision(2, bad, TimeSpan.FromMinutes(5)).Current(bad)
            .Pods(1, 2, ready: true, imageId: $"r/a@{was}").Pods(2, 1, ready: false, imageId: $"r/a@{now}");

        var target = Resolve(snapshot, new RollbackGoal { Revision = 1 });

        Assert.Equal([$"{image} is another build now ({now}) than in revision 1 ({was}): the tag alone does not go back to it; " +
            $"to go to that build: Invoke-ImageRollback deployment/api -Namespace prod -ToDigest {was}"], target.Warnings);
    }

    private static List<string> Images(Snapshots snapshot, RollbackGoal goal) => [.. Resolve(snapshot, goal).Template.Images.Select(image => image.Image)];

    private static Snapshots Of(string containers, string init)
    {
        var template = PodTemplates.Of($$$"""{"spec":{"containers":[{{{containers}}}],"initContainers":[{{{init}}}]}}""");
        return new Snapshots().Revision(1, template, TimeSpan.FromDays(1)).Current(template);
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

    [Fact]
    public void Where_every_earlier_revision_is_bad_none_of_them_is_suggested()
    {
        var snapshot = new Snapshots().Revision(1, "r/a:40", TimeSpan.FromMinutes(20)).Revision(2, "r/a:41", TimeSpan.FromMinutes(5)).Current("r/a:41")
            .Annotation(KnownGood.RolledBackFromAnnotation, "api-1@1");

        var refusal = Assert.Throws<RollbackException>(() => Resolve(snapshot, RollbackGoal.KnownGood));

        Assert.Equal("NoKnownGoodRevision", refusal.ErrorId);
        Assert.Contains("1 (r/a:40): Bad", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("Name a version that is known to be good with -ToTag, -ToImage or -ToDigest.", refusal.NextStep);
    }

    [Theory]
    [InlineData("bad tag")]
    [InlineData("")]
    public void A_tag_no_registry_could_have_is_refused(string tag) =>
        Assert.Equal("InvalidImage", Assert.Throws<RollbackException>(() => Resolve(Simple(), new RollbackGoal { Tag = tag })).ErrorId);
}
