using System.Globalization;
using RollbackTools.Practice.Git;

namespace RollbackTools.Benchmarks;

/// <summary>Pinning an image in a monorepo over HTTP, beside what one would do by hand; and how it grows with the history.</summary>
internal sealed class GitPin : Benchmark
{
    private const string Overlay = "k8s/apps/shop/overlays/prod";

    private int version;

    public override string Name => "git";

    public override string Title => "(g) Pin an image in a large repository, and push";

    public override async Task RunAsync(Report report, bool quick)
    {
        if (GitTool.Executable is null)
        {
            report.Line("Skipped: no git on PATH.");
            return;
        }

        using Workplace workplace = new();
        await using var host = await GitHost.StartAsync(new GitHostOptions(), CancellationToken.None);
        var (commits, files) = quick ? (5_000, 5_000) : (50_000, 20_000);
        var large = await CreateAsync(host, "large", commits, files);
        using Session session = new("/dev/null");

        (Samples warm, Samples cold, Samples sparse, Samples full) = (new(), new(), new(), new());
        for (var i = 0; i < (quick ? 3 : 5); i++)
        {
            workplace.ForgetCache();
            cold.Add(Pin(session, large));
            for (var again = 0; again < 3; again++)
            {
                // Somebody else's commit in between, as in life.
                await CommitAsync(large);
                warm.Add(Pin(session, large));
            }

            sparse.Add(await workplace.ByHandAsync(large, Overlay, Next(), "clone --quiet --depth=1 --filter=blob:none --sparse"));
            if (i < (quick ? 2 : 3)) full.Add(await workplace.ByHandAsync(large, Overlay, Next(), "clone --quiet"));
        }

        report.Line($"{commits:N0} commits, {files:N0} files, smart HTTP on loopback; each includes the push.\n");
        report.Compare("", ("Set-KustomizeImage", warm), ("Set-KustomizeImage, nothing cached", cold),
            ("git clone --depth=1 --filter=blob:none --sparse, edit, commit, push", sparse), ("git clone, edit, commit, push", full));

        report.Line("");
        List<string[]> rows = [];
        foreach (var size in quick ? (int[])[500, 5_000] : [1_000, 10_000, 50_000])
        {
            var repository = size == commits ? large : await CreateAsync(host, $"grow-{size}", size, files);
            (Samples first, Samples next) = (new(), new());
            for (var i = 0; i < 5; i++)
            {
                workplace.ForgetCache();
                first.Add(Pin(session, repository));
                await CommitAsync(repository);
                next.Add(Pin(session, repository));
            }

            rows.Add([$"{size:N0}", Report.Ms(next.Median), Report.Ms(first.Median)]);
        }

        report.Table(["commits", "Set-KustomizeImage", "nothing cached"], rows);
    }

    private static async Task<GitRepository> CreateAsync(GitHost host, string name, int commits, int files)
    {
        var repository = await host.CreateAsync(name, null, CancellationToken.None);
        await new LargeHistory(commits, files).ImportAsync(repository, CancellationToken.None);
        return repository;
    }

    private static Task CommitAsync(GitRepository repository) => repository.CommitAsync(
        new CommitDraft(new GitAuthor("Dev", "dev@example.com"), DateTimeOffset.UtcNow, "work\n", [new FileChange("services/work.txt", $"{Guid.NewGuid()}\n")]), CancellationToken.None);

    private TimeSpan Pin(Session session, GitRepository repository) =>
        session.Time($"Set-KustomizeImage shop -Tag {Next()} -Overlay {Overlay} -Repository {repository.HttpUrl}");

    private string Next() => string.Create(CultureInfo.InvariantCulture, $"v{++version}");
}
