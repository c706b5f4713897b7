using RollbackTools.Practice.Git;

namespace RollbackTools.Tests.Practice.Git;

public sealed class RepositorySeedTests : IDisposable
{
    private static readonly GitAuthor Ana = new("Ana", "ana@example.com");
    private static readonly DateTimeOffset Monday = new(2026, 4, 6, 9, 0, 0, TimeSpan.Zero);

    private readonly RealGit git = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => git.Dispose();

    [Fact]
    public async Task The_same_seed_makes_the_same_commits()
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        var one = await host.CreateAsync("one", Story(), Stop);
        var other = await host.CreateAsync("other", Story(), Stop);

        Assert.Equal(await one.ResolveAsync("main", Stop), await other.ResolveAsync("main", Stop));
    }

    [Fact]
    public async Task A_merge_has_two_parents_and_what_both_sides_changed()
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        var repository = await host.CreateAsync("devops", Story(), Stop);
        var merge = (await repository.ResolveAsync("merged", Stop))!;

        Assert.Equal(2, (await git.RunAsync(repository.Location, $"show -s --format=%P {merge}")).Split(' ').Length);
        Assert.Equal("side", await repository.ReadTextAsync(merge, "b.txt", Stop));
        Assert.Equal("two", await repository.ReadTextAsync(merge, "a.txt", Stop));
        Assert.Null(await repository.ReadTextAsync(merge, "gone.txt", Stop));
    }

    [Fact]
    public async Task A_revert_puts_back_what_was_there()
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        var repository = await host.CreateAsync("devops", Story(), Stop);
        var tip = (await repository.ResolveAsync("main", Stop))!;

        Assert.Equal("two", await repository.ReadTextAsync(tip, "a.txt", Stop));
        Assert.Null(await repository.ReadTextAsync(tip, "bad.txt", Stop));
        Assert.StartsWith("Revert \"bad\"\n", (await repository.DescribeAsync(tip, Stop))!.Message, StringComparison.Ordinal);
        Assert.Equal("", await git.RunAsync(repository.Location, "fsck --strict"));
    }

    [Fact]
    public async Task A_large_history_has_as_many_commits_and_files_as_asked()
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        var repository = await host.CreateAsync("monorepo", null, Stop);

        await new LargeHistory(Commits: 500, Files: 300).ImportAsync(repository, Stop);

        Assert.Equal("500", await git.RunAsync(repository.Location, "rev-list --count main"));
        Assert.Equal(300, (await git.RunAsync(repository.Location, "ls-tree -r --name-only main")).Split('\n').Length);
        Assert.Equal(5, (await git.RunAsync(repository.Location, ["log", "--format=%h", "main", "--", LargeHistory.Overlay])).Split('\n').Length);
    }

    private static RepositorySeed Story()
    {
        RepositorySeed seed = new();
        var first = seed.Commit(Draft(0, "one", ("a.txt", "one"), ("gone.txt", "here")));
        seed.Branch("side", first);
        seed.Commit(Draft(1, "side", ("b.txt", "side"), ("gone.txt", null)), "side");
        seed.Commit(Draft(2, "two", ("a.txt", "two")));
        seed.Tag("merged", seed.Merge("side", Ana, Monday.AddHours(3), "Merge side\n"));
        var bad = seed.Commit(Draft(4, "bad", ("a.txt", "broken"), ("bad.txt", "\"quoted\"\n")));
        seed.Revert(bad, Ana, Monday.AddHours(5), "It broke.");
        return seed;
    }

    private static CommitDraft Draft(int hour, string message, params (string Path, string? Content)[] files) =>
        new(Ana, Monday.AddHours(hour), message + "\n", [.. files.Select(file => new FileChange(file.Path, file.Content))]);
}
