using RollbackTools.Operations.Argo;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;
using RollbackTools.Tests.Operations.Workloads;

namespace RollbackTools.Tests.Operations.Argo.Applications;

public sealed class ApplicationKnownGoodTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 3, 30, 0, TimeSpan.Zero);
    private static readonly string A = new('a', 40), B = new('b', 40), C = new('c', 40);

    [Fact]
    public void The_target_is_the_newest_deployment_that_lasted()
    {
        var judged = Judge(Apps.WithHistory(Now, "Degraded", "", (A, 100), (B, 0.5), (C, 0.1)));

        Assert.Equal([RevisionHealth.Bad, RevisionHealth.Unknown, RevisionHealth.Likely], judged.Select(entry => entry.Health));
        Assert.Equal(0, Assert.Single(judged, entry => entry.IsDefaultTarget).Id);
        Assert.True(judged[0].Current);
    }

    [Fact]
    public void What_was_rolled_away_from_is_no_target_even_if_it_lasted()
    {
        var first = Apps.WithHistory(Now, "Healthy", "", (A, 100), (B, 50), (C, 0.1));
        var key = first.History[1].Version.Key;

        var judged = Judge(Apps.WithHistory(Now, "Healthy", $"\"{VersionMarks.BadAnnotation}\":\"{key}@1\"", (A, 100), (B, 50), (C, 0.1)));

        Assert.Equal(0, Assert.Single(judged, entry => entry.IsDefaultTarget).Id);
        Assert.Equal(RevisionHealth.Bad, judged[1].Health);
    }

    [Fact]
    public void The_same_version_deployed_again_later_has_its_chance()
    {
        var first = Apps.WithHistory(Now, "Healthy", "", (A, 100), (B, 50), (C, 0.1));
        var key = first.History[1].Version.Key;

        var judged = Judge(Apps.WithHistory(Now, "Healthy", $"\"{VersionMarks.BadAnnotation}\":\"{key}@0\"", (A, 100), (B, 50), (C, 0.1)));

        Assert.Equal(1, Assert.Single(judged, entry => entry.IsDefaultTarget).Id);
    }

    [Fact]
    public void The_version_that_runs_is_no_target_under_another_number()
    {
        var judged = Judge(Apps.WithHistory(Now, "Degraded", "", (A, 100), (B, 50), (B, 1)));

        Assert.Equal(0, Assert.Single(judged, entry => entry.IsDefaultTarget).Id);
    }

    [Fact]
    public void A_failed_sync_is_what_runs_now_and_the_newest_entry_is_the_target()
    {
        var history = Apps.WithHistory(Now, "Degraded", "", (A, 100), (B, 50)).Json;
        var text = history.GetRawText().Replace("\"health\"", $$"""
            "operationState":{"phase":"Failed","message":"job failed","startedAt":"{{Now.AddMinutes(-5):yyyy-MM-ddTHH:mm:ssZ}}","operation":{"sync":{ } },
              "syncResult":{"revision":"{{C}}","source":{"repoURL":"r","path":"p"} } },"health"
            """, StringComparison.Ordinal);
        ArgoApplication application = new(new(Apps.Json(text)));

        var judged = Judge(application);

        Assert.Equal([(null, true), (1L, false), (0L, false)], judged.Select(entry => (entry.Id, entry.Current)));
        Assert.Equal(1, Assert.Single(judged, entry => entry.IsDefaultTarget).Id);
        Assert.Equal(C, Assert.Single(Deployed.Of(application)!.Version.Revisions));
        Assert.False(Deployed.Of(application)!.Complete);
    }

    [Theory]
    [InlineData("SyncFailed", true)]
    [InlineData("Synced", false)]
    public void Where_a_failed_sync_applied_nothing_the_target_is_said_to_run_still(string status, bool still)
    {
        var text = Apps.WithHistory(Now, "Degraded", "", (A, 100), (B, 50)).Json.GetRawText().Replace("\"health\"", $$"""
            "operationState":{"phase":"Error","startedAt":"{{Now.AddMinutes(-5):yyyy-MM-ddTHH:mm:ssZ}}","operation":{"sync":{ } },
              "syncResult":{"revision":"{{C}}","source":{"repoURL":"r","path":"p"},"resources":[{"kind":"Deployment","name":"api","status":"{{status}}"}] } },"health"
            """, StringComparison.Ordinal);

        var target = Target(new ArgoApplication(new(Apps.Json(text))), ApplicationGoal.KnownGood);

        Assert.Equal(1, target.HistoryId);
        Assert.Equal(still, target.Warnings.Any(warning => warning.Contains("runs history 1 still", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_a_failed_rollback_was_to_leave_is_no_target_however_long_it_ran()
    {
        var left = Apps.WithHistory(Now, "Degraded", "", (A, 100), (B, 50)).History[1].Version.Key;
        var text = Apps.WithHistory(Now, "Degraded", "", (A, 100), (B, 50)).Json.GetRawText().Replace("\"health\"", $$"""
            "operationState":{"phase":"Error","startedAt":"{{Now.AddMinutes(-5):yyyy-MM-ddTHH:mm:ssZ}}",
              "operation":{"sync":{ },"info":[{"name":"{{SyncApplication.LeavesInfo}}","value":"{{left}}"}] },
              "syncResult":{"revision":"{{C}}","source":{"repoURL":"r","path":"p"} } },"health"
            """, StringComparison.Ordinal);

        Assert.Equal(0, Target(new ArgoApplication(new(Apps.Json(text))), ApplicationGoal.KnownGood).HistoryId);
    }

    [Fact]
    public void Lists_are_readable_in_one_cell()
    {
        var entry = Judge(Apps.WithHistory(Now, "Healthy", "", (A, 100)))[0] with { Images = ["a:1", "b:2"] };

        Assert.Equal("Health is Healthy; Current for 4d4h", $"{entry.Evidence}");
        Assert.Equal("a:1; b:2", $"{entry.Images}");
        Assert.Equal("x; y", $"{new ApplicationReport { Interference = ["x", "y"] }.Interference}");
    }

    [Fact]
    public void A_dry_run_deploys_nothing()
    {
        var text = Apps.WithHistory(Now, "Healthy", "", (A, 100), (B, 50)).Json.GetRawText().Replace("\"health\"", $$"""
            "operationState":{"phase":"Succeeded","startedAt":"{{Now.AddMinutes(-5):yyyy-MM-ddTHH:mm:ssZ}}","operation":{"sync":{"dryRun":true} },
              "syncResult":{"revision":"{{C}}","source":{"repoURL":"r","path":"p"} } },"health"
            """, StringComparison.Ordinal);

        Assert.Equal([B], Deployed.Of(new ArgoApplication(new(Apps.Json(text))))!.Version.Revisions);
    }

    [Fact]
    public void Other_overrides_at_the_same_commit_are_another_version()
    {
        ApplicationVersion one = new() { Sources = [Apps.Json("""{"repoURL":"r","kustomize":{"images":["api:1"]}}""")], Revisions = [A] };
        ApplicationVersion same = new() { Sources = [Apps.Json("""{ "kustomize": {"images":["api:1"]}, "repoURL":"r" }""")], Revisions = [A] };
        ApplicationVersion other = new() { Sources = [Apps.Json("""{"repoURL":"r","kustomize":{"images":["api:2"]}}""")], Revisions = [A] };

        Assert.True(one.SameAs(same));
        Assert.False(one.SameAs(other));
    }

    [Fact]
    public void A_commit_may_be_named_by_its_beginning_and_one_that_is_gone_by_itself()
    {
        var application = Apps.WithHistory(Now, "Healthy", "", (A, 100), (B, 1));

        Assert.Equal(0, Target(application, new ApplicationGoal { Revision = "aaaaaaa" }).HistoryId);
        var beyond = Target(application, new ApplicationGoal { Revision = C });
        Assert.Null(beyond.HistoryId);
        Assert.Equal([C], beyond.Version.Revisions);
        Assert.Equal("InvalidName", Assert.Throws<RollbackException>(() => Target(application, new ApplicationGoal { Revision = "--upload-pack=x" })).ErrorId);
        Assert.Equal("InvalidName", Assert.Throws<RollbackException>(() => Target(application, new ApplicationGoal { Revision = "a..b" })).ErrorId);
    }

    [Fact]
    public void Without_a_good_one_the_error_lists_what_there_is()
    {
        var application = Apps.WithHistory(Now, "Degraded", "", (A, 0.3), (B, 0.1));

        var error = Assert.Throws<RollbackException>(() => Target(application, ApplicationGoal.KnownGood));

        Assert.Equal("NoKnownGoodRevision", error.ErrorId);
        Assert.Contains("0 (aaaaaaaaaa): Unknown, Was current for only 12m", error.Message, StringComparison.Ordinal);
        Assert.Contains("-Id 0", error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_every_earlier_deployment_is_bad_none_of_them_is_suggested()
    {
        var key = Apps.WithHistory(Now, "Healthy", "", (A, 0.3), (B, 0.1)).History[0].Version.Key;
        var application = Apps.WithHistory(Now, "Degraded", $"\"{VersionMarks.BadAnnotation}\":\"{key}@0\"", (A, 0.3), (B, 0.1));

        var error = Assert.Throws<RollbackException>(() => Target(application, ApplicationGoal.KnownGood));

        Assert.Equal("NoKnownGoodRevision", error.ErrorId);
        Assert.Equal("Name a commit that is known to be good with -ToRevision.", error.NextStep);
    }

    [Fact]
    public void A_chart_version_is_not_the_beginning_of_another()
    {
        var application = Apps.WithHistory(Now, "Healthy", "", ("1.1.0", 100), ("1.1.0-rc1", 50), ("1.10.0", 1));

        Assert.Equal(0, Target(application, new ApplicationGoal { Revision = "1.1.0" }).HistoryId);
        Assert.Null(Target(application, new ApplicationGoal { Revision = "1.1" }).HistoryId);
    }

    [Fact]
    public void The_beginning_of_two_commits_is_refused_naming_both()
    {
        var application = Apps.WithHistory(Now, "Healthy", "", ("abc1" + A[4..], 100), ("abc2" + A[4..], 50), (C, 1));

        Assert.Equal(1, Target(application, new ApplicationGoal { Revision = "abc2" }).HistoryId);
        var error = Assert.Throws<RollbackException>(() => Target(application, new ApplicationGoal { Revision = "abc" }));
        Assert.Equal("AmbiguousRevision", error.ErrorId);
        Assert.Contains("0 (abc1aaaaaa), 1 (abc2aaaaaa)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deployments_of_the_same_second_are_told_apart_by_their_order()
    {
        var hour = TimeSpan.FromHours(1);
        var application = Apps.WithHistory(Snapshots.Now, "Healthy", "", (A, 100), (B, 1), (C, 1));
        var each = new Snapshots().Revision(1, "shop/api:1", 100 * hour).Revision(2, "shop/api:2", hour).Revision(3, "shop/api:3", hour).Current("shop/api:3").Build();
        var one = new Snapshots().Revision(1, "shop/api:1", 100 * hour).Revision(2, "shop/api:2", hour).Current("shop/api:2").Build();

        string Images(WorkloadSnapshot workload) => string.Join(' ', application.History.Select(entry => new DeploymentImages(application, [workload]).Of(entry)).Select(images => images.Count == 0 ? "?" : images[0]));

        Assert.Equal("shop/api:1 shop/api:2 shop/api:3", Images(each));
        // Which of the two brought it, nothing tells; never is the one before them taken for either.
        Assert.Equal("shop/api:1 ? shop/api:2", Images(one));
    }

    private static IReadOnlyList<ArgoHistoryEntry> Judge(ArgoApplication application) => ApplicationKnownGood.Judge(application, [], "here", Now);

    private static ApplicationTarget Target(ArgoApplication application, ApplicationGoal goal) =>
        ApplicationTarget.Resolve(application, goal, Judge(application), Deployed.Of(application)!);
}
