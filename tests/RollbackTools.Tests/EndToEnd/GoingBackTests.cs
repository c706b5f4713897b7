using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Registry;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>Where a rollback goes, and that it stays there.</summary>
public sealed class GoingBackTests(SharedCluster shared)
{
    [Fact]
    public async Task What_is_scaled_to_nothing_goes_back_without_a_claim_that_it_works()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        production.Scale("api", 0);
        await production.CompleteAsync("api");

        var result = await production.RollBackAsync("Invoke-ImageRollback api");

        Assert.Equal((RollbackOutcome.Unverified, "shop/api:1.0"), (result.Outcome, production.Image("api")));
        Assert.Contains("nothing runs", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_default_it_goes_to_the_newest_revision_that_worked()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-crash", "CrashLoopBackOff");

        var result = await production.RollBackAsync("Invoke-ImageRollback api -Reason 'INC-1'");

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Equal(("shop/api:2.0-crash", "shop/api:1.0"), (result.From, result.To));
        Assert.Equal("shop/api:1.0", production.Image("api"));
        Assert.Equal(["shop/api:1.0"], production.Running("api"));
        Assert.Contains("INC-1", production.Annotation("api", "kubernetes.io/change-cause"), StringComparison.Ordinal);
        Assert.Equal(RunState.Succeeded, production.Runs.Read(result.RunId).State);
        Assert.Empty(production.List(Resources.Leases));
    }

    [Fact]
    public async Task It_passes_over_a_revision_that_never_worked()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-crash", "CrashLoopBackOff");
        production.Ship("api", "2.1-crash");
        await production.UntilAsync(() => production.Running("api").Contains("shop/api:2.1-crash"));

        var result = await production.RollBackAsync("Invoke-ImageRollback api");

        Assert.Equal("shop/api:1.0", result.To);
    }

    [Fact]
    public async Task It_goes_to_the_revision_that_is_named()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        foreach (var tag in (string[])["1.1", "1.2"])
        {
            production.Ship("api", tag);
            await production.CompleteAsync("api");
        }

        var result = await production.RollBackAsync("Invoke-ImageRollback api -ToRevision 1");

        Assert.Equal(("shop/api:1.2", "shop/api:1.0"), (result.From, result.To));
        Assert.Equal(["shop/api:1.0"], production.Running("api"));
    }

    [Fact]
    public async Task A_revision_from_the_history_means_exactly_that_one()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        production.Ship("api", "1.1");
        await production.CompleteAsync("api");
        production.Ship("api", "1.2-errors");
        await production.CompleteAsync("api");
        var history = (await production.RunAsync("Get-ImageHistory api")).Of<ImageRevision>();

        Assert.Equal([3, 2, 1], history.Select(revision => revision.Revision));
        var output = await production.RunAsync("Invoke-ImageRollback", history.Single(revision => revision.Revision == 1));

        Assert.Equal("shop/api:1.0", Assert.Single(output.Of<RollbackResult>()).To);
        Assert.Equal("shop/api:1.0", production.Image("api"));
    }

    [Theory]
    [InlineData("-ToImage mirror.example.com:5000/shop/api:0.9", "mirror.example.com:5000/shop/api:0.9")]
    [InlineData("-ToTag 0.9", "shop/api:0.9")]
    public async Task It_goes_to_an_image_that_history_does_not_know(string to, string image)
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");

        var result = await production.RollBackAsync($"Invoke-ImageRollback api {to}");

        Assert.Equal(image, result.To);
        Assert.Equal([image], production.Running("api"));
    }

    [Fact]
    public async Task It_goes_to_a_digest_and_the_tag_no_longer_counts()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        var digest = ImageCatalogue.DigestOf("shop/api", "1.0");

        var result = await production.RollBackAsync($"Invoke-ImageRollback api -ToDigest {digest}");

        Assert.Equal($"shop/api@{digest}", result.To);
        Assert.Equal([$"shop/api@{digest}"], production.Running("api"));
    }

    [Fact]
    public async Task A_second_and_a_third_rollback_never_return_to_the_bad_version()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        await production.RollBackAsync("Invoke-ImageRollback api");

        for (var again = 0; again < 2; again++)
        {
            var result = await production.RollBackAsync("Invoke-ImageRollback api");
            Assert.Equal(RollbackOutcome.AlreadyThere, result.Outcome);
            Assert.Equal(["shop/api:1.0"], production.Running("api"));
        }
    }

    [Fact]
    public async Task When_the_bad_version_is_shipped_again_it_goes_back_again()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        await production.RollBackAsync("Invoke-ImageRollback api");
        production.Ship("api", "2.0-errors");
        await production.CompleteAsync("api");

        var result = await production.RollBackAsync("Invoke-ImageRollback api");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/api:1.0"), (result.Outcome, result.To));
    }

    [Fact]
    public async Task What_runs_already_is_left_alone()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        var before = await production.EverythingAsync();

        var result = await production.RollBackAsync("Invoke-ImageRollback api -ToTag 1.0");

        Assert.Equal(RollbackOutcome.AlreadyThere, result.Outcome);
        Assert.Equal(before, await production.EverythingAsync());
    }

    [Fact]
    public async Task Undo_takes_it_all_back()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        var result = await production.RollBackAsync("Invoke-ImageRollback api");

        var undone = await production.RollBackAsync($"Undo-RollbackRun {result.RunId}");

        Assert.Equal((RollbackOutcome.Undone, "shop/api:2.0-errors"), (undone.Outcome, undone.To));
        Assert.Equal("shop/api:2.0-errors", production.Image("api"));
        Assert.Equal(RunState.Undone, production.Runs.Read(result.RunId).State);
    }
}
