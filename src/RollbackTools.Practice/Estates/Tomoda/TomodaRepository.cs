using RollbackTools.Practice.Git;

namespace RollbackTools.Practice.Estates.Tomoda;

/// <summary>
/// tomoda's devops repository: the overlays of prod and staging, and three weeks of releases, most of them written by Image Updater.
/// v2.13.0 reached prod's backend, crashed, and was put back by hand. The dates are those of <see cref="TomodaEstate"/>.
/// </summary>
public static class TomodaRepository
{
    public const string Name = "tomoda/devops";

    /// <summary>The path of an Application's source.</summary>
    public static string PathOf(string environment) => $"{TomodaOverlays.Root}/overlays/{environment}";

    private static readonly GitAuthor Mei = new("Mei Tanaka", "mei@tomoda.life");
    private static readonly GitAuthor Jonas = new("Jonas Weber", "jonas@tomoda.life");
    private static readonly GitAuthor Updater = new("argocd-image-updater", "noreply@argoproj.io");
    private static readonly TimeSpan Beginning = TimeSpan.FromDays(21);

    /// <summary>The history, ending four days before <paramref name="now"/>.</summary>
    public static RepositorySeed Seed(DateTimeOffset now)
    {
        RepositorySeed seed = new();
        var start = now - Beginning;
        var first = seed.Commit(new CommitDraft(Mei, start.AddHours(-2), "tomoda: base and overlays for staging and prod\n",
            [new FileChange("README.md", "# devops\n\nWhat runs where. Argo CD applies it.\n"), .. TomodaOverlays.Files("v2.11.0")]));
        seed.Branch("docs/runbook", first);
        seed.Commit(new CommitDraft(Jonas, start.AddDays(1), "docs: how we roll back\n",
            [new FileChange("docs/rollback.md", "# Rollback\n\nWhen a deploy breaks prod, get back to known-good first, then clean up Git.\n")]),
            "docs/runbook");

        Promote(seed, start.AddDays(5), "v2.11.0", "v2.12.0");
        seed.Merge("docs/runbook", Mei, start.AddDays(6), "Merge pull request #41 from tomoda/docs/runbook\n\ndocs: how we roll back\n");
        Promote(seed, start.AddDays(9), "v2.12.0", "v2.12.1");
        FailAndGoBack(seed, start.AddDays(12));
        Promote(seed, start.AddDays(15), "v2.12.1", "v2.13.1");
        Promote(seed, start.AddDays(17), "v2.13.1", TomodaImages.Current);
        return seed;
    }

    /// <summary>
    /// Ships a tag as Image Updater does: commits it to an environment's overlay and pushes. Returns the commit; throws
    /// <see cref="GitException"/> when the push is refused.
    /// </summary>
    /// <param name="images">Which images; all of the environment's when none is named.</param>
    public static Task<string> ShipAsync(
        GitClone devops, string environment, string tag, DateTimeOffset now, CancellationToken cancellation, params string[] images)
    {
        IReadOnlyList<string> shipped = images.Length > 0 ? images : ImagesOf(environment);
        var message = Message(environment, shipped.Select(image => (image, (string?)null)), tag);
        return Release.PushAsync(devops, TomodaOverlays.PathOf(environment), file => Release.SetTags(file, shipped.Select(image => (image, image, tag))),
            Updater, now, message, cancellation);
    }

    /// <summary>The images an environment runs.</summary>
    internal static IReadOnlyList<string> ImagesOf(string environment) =>
        environment == "prod" ? [.. TomodaOverlays.Images, TomodaImages.LogAgent] : TomodaOverlays.Images;

    /// <summary>First to staging, an hour later to prod.</summary>
    private static void Promote(RepositorySeed seed, DateTimeOffset at, string from, string to)
    {
        foreach (var (environment, moment) in ((string, DateTimeOffset)[])[("staging", at.AddHours(-1)), ("prod", at)])
            Write(seed, environment, ImagesOf(environment), from, to, Updater, moment, null);
    }

    private static void FailAndGoBack(RepositorySeed seed, DateTimeOffset at)
    {
        Write(seed, "prod", [TomodaImages.Backend], "v2.12.1", "v2.13.0", Updater, at, null);
        Write(seed, "prod", [TomodaImages.Backend], "v2.13.0", "v2.12.1", Jonas, at.AddMinutes(12),
            "rollback: prod backend to v2.12.1\n\nv2.13.0 expects tenant_id, and its migration has not run.\n");
    }

    private static void Write(
        RepositorySeed seed, string environment, IReadOnlyList<string> images, string from, string to, GitAuthor author, DateTimeOffset at,
        string? message)
    {
        var path = TomodaOverlays.PathOf(environment);
        var file = Release.SetTags(seed.Tip().Files[path], images.Select(image => (image, image, to)));
        message ??= Message(environment, images.Select(image => (image, (string?)from)), to);
        seed.Commit(new CommitDraft(author, at, message, [new FileChange(path, file)]));
    }

    private static string Message(string environment, IEnumerable<(string Image, string? From)> images, string to) =>
        $"build: automatic update of {environment}-tomoda\n\n" + string.Concat(images.Select(one =>
            $"updates image {one.Image[(one.Image.IndexOf('/') + 1)..]} tag{(one.From is null ? "" : $" '{one.From}'")} to '{to}'\n"));
}
