using RollbackTools.Practice.Git;
using RollbackTools.Practice.ImageUpdater;

namespace RollbackTools.Practice.Estates;

/// <summary>Ships by Git: new tags in an overlay, committed and pushed over the wire.</summary>
internal static class Release
{
    /// <summary>Sets tags in a kustomization; every other byte stays.</summary>
    public static string SetTags(string kustomization, IEnumerable<(string Name, string Image, string Tag)> images) =>
        images.Aggregate(kustomization, (file, one) => KustomizationFile.Set(file, one.Name, one.Image, one.Tag));

    /// <summary>
    /// Fetches the branch, changes a file and pushes; returns the commit. Throws <see cref="GitException"/> when the push is refused,
    /// <see cref="InvalidOperationException"/> when there is no such file.
    /// </summary>
    public static async Task<string> PushAsync(
        GitClone clone, string path, Func<string, string> change, GitAuthor author, DateTimeOffset now, string message,
        CancellationToken cancellation, params string[] tags)
    {
        await clone.FetchAsync("main", cancellation);
        var file = await clone.ReadAsync("main", path, cancellation) ?? throw new InvalidOperationException($"There is no {path}.");
        return await clone.PushAsync("main", new CommitDraft(author, now, message, [new FileChange(path, change(file))]), cancellation, tags);
    }
}
