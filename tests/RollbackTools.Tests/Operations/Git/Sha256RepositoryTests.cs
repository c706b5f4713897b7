using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Releases;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Operations.Git;

/// <summary>A repository whose ids have 64 digits is read and written as any other.</summary>
public sealed class Sha256RepositoryTests : IDisposable
{
    private readonly GitSession _session = new("sha256");

    public void Dispose() => _session.Dispose();

    [Fact]
    public async Task Images_are_set_reverted_tagged_and_taken_back()
    {
        _session.Host.Commit(GitSession.File, GitSession.Pinned.Replace("v2", "v1", StringComparison.Ordinal), "good");
        _session.Host.Git(_session.Host.Copy, "tag", "-a", "-m", "one", "v1.0.0");
        _session.Host.Git(_session.Host.Copy, "push", "--quiet", "--tags", "origin");
        var bad = _session.Host.Commit([(GitSession.File, GitSession.Pinned), ("deep/er/file", "x")], "promote v2");
        Assert.Equal(64, bad.Length);

        var reverted = await _session.RunAsync(_session.Revert(bad[..45]) with { PatchTagOf = "v*" });
        Assert.Equal((RollbackOutcome.RolledBack, "v1.0.1", 64), (reverted.Outcome, reverted.Tag, reverted.Commit.Length));
        Assert.Contains("newTag: v1", _session.Host.Show(GitSession.File));
        Assert.Equal(RollbackOutcome.AlreadyThere, (await _session.RunAsync(_session.Revert(bad))).Outcome);

        var pinned = await _session.RunAsync(_session.Pin("v0"));
        Assert.Equal(RollbackOutcome.Changed, pinned.Outcome);
        Assert.Equal(RollbackOutcome.Undone, (await _session.UndoAsync(pinned.RunId)).Outcome);
        Assert.Contains("newTag: v1", _session.Host.Show(GitSession.File));
        _session.Host.Git(_session.Host.Bare, "fsck", "--strict");

        await using var estate = _session.Open(new() { EstateName = "prod" }, _ => { });
        var tags = await new ReleaseTags(estate).ReadAsync(_session.Host.Url, null, "v*", GitSession.Overlay, 10, ReleaseExperience.None, CancellationToken.None);
        Assert.Equal([("v1.0.1", true), ("v1.0.0", false)], tags.Select(tag => (tag.Name, tag.Current)));
    }

    [Fact]
    public async Task A_cache_that_goes_away_and_a_repository_that_was_made_anew_are_no_hindrance()
    {
        _session.Host.Commit(GitSession.File, GitSession.Pinned, "v2");
        await using var estate = _session.Open(new() { EstateName = "prod" }, _ => { });
        var repository = await estate.Git.OpenAsync(_session.Host.Url, CancellationToken.None);
        var branch = await repository.ReadBranchAsync("main", CancellationToken.None);
        Directory.Delete(Path.Combine(_session.Host.Machine.Home, ".cache"), recursive: true);

        Assert.NotNull(await repository.ReadFileAsync(branch.Tip, GitSession.File, CancellationToken.None));

        Directory.Delete(_session.Host.Bare, recursive: true);
        using GitSession other = new();
        other.Host.Commit(GitSession.File, GitSession.Pinned, "v2");
        _session.Host.Git(_session.Host.Machine.Home, "clone", "--quiet", "--bare", other.Host.Bare, _session.Host.Bare);
        Assert.Equal(other.Host.Tip(), (await repository.ReadBranchAsync("main", CancellationToken.None)).Tip);
    }
}
