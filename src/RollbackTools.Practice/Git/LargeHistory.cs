using System.Globalization;

namespace RollbackTools.Practice.Git;

/// <summary>
/// A company's monorepo for benchmarks: many files in many directories, and many commits, of which every hundredth moves an image tag
/// in an overlay. Written as a stream, since nobody wants to hold it.
/// </summary>
public sealed record LargeHistory(int Commits, int Files)
{
    private const int PerDirectory = 100;

    private static readonly GitAuthor Bot = new("build", "build@practice.example");
    private static readonly DateTimeOffset Beginning = new(2019, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Where the overlay is.</summary>
    public static string Overlay => "k8s/apps/shop/overlays/prod/kustomization.yaml";

    /// <summary>Adds it to a repository.</summary>
    public Task ImportAsync(GitRepository repository, CancellationToken cancellation) => repository.ImportAsync(WriteAsync, cancellation);

    private async Task WriteAsync(Stream stream)
    {
        FastImport import = new(stream);
        List<FileChange> all = [.. Enumerable.Range(0, Files - 3).Select(number => new FileChange(PathOf(number), Content(number, 0))), .. Base, Tag(0)];
        await import.CommitAsync("refs/heads/main", Draft(0, "Begin", all));
        for (var number = 1; number < Commits; number++)
        {
            var file = (int)((number * 7919L) % (Files - 3));
            await import.CommitAsync("refs/heads/main", number % 100 == 0
                ? Draft(number, $"shop: release {number / 100}", [Tag(number / 100)])
                : Draft(number, $"Change {PathOf(file)}", [new FileChange(PathOf(file), Content(file, number))]));
        }

        await import.EndAsync();
    }

    private static FileChange[] Base { get; } =
    [
        new("k8s/apps/shop/base/kustomization.yaml", "resources: [deployment.yaml]\n"),
        new("k8s/apps/shop/base/deployment.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: shop }
            spec:
              selector: { matchLabels: { app: shop } }
              template:
                metadata: { labels: { app: shop } }
                spec: { containers: [{ name: shop, image: shop }] }

            """),
    ];

    private static CommitDraft Draft(int number, string message, IReadOnlyList<FileChange> changes) =>
        new(Bot, Beginning.AddMinutes(number * 67L), message + "\n", changes);

    private static FileChange Tag(int release) => new(Overlay, $"resources: [../../base]\nimages:\n  - name: shop\n    newTag: \"{release}\"\n");

    private static string PathOf(int number) => string.Create(
        CultureInfo.InvariantCulture, $"services/team-{number / PerDirectory / 20:000}/part-{number / PerDirectory:0000}/file-{number % PerDirectory:00}.txt");

    private static string Content(int number, int change) => string.Create(CultureInfo.InvariantCulture, $"file {number}\nchange {change}\n");
}
