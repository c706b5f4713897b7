using System.Collections.Concurrent;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kustomize;

namespace RollbackTools.Practice.ImageUpdater;

/// <summary>Commits new tags and pushes them, over the wire and with its own clones.</summary>
internal sealed class GitWriteBack(GitHost host, ImageUpdaterOptions options) : IDisposable
{
    private static readonly GitAuthor Author = new("argocd-image-updater", "noreply@argoproj.io");
    private static readonly string[] KustomizationNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

    private readonly ConcurrentDictionary<string, GitClone> clones = new(StringComparer.Ordinal);

    /// <summary>
    /// Writes every image of an Application; returns the commit, or null when Git says so already. Throws <see cref="GitException"/>,
    /// <see cref="FormatException"/>.
    /// </summary>
    public async Task<string?> WriteAsync(
        ManagedApplication managed, IReadOnlyList<ImageChange> images, DateTimeOffset now, CancellationToken cancellation)
    {
        var source = managed.Application.Read.Object("spec", "source") ?? throw new FormatException("application source is not defined");
        var url = managed.WriteBack.Repository ?? source.Text("repoURL") ?? throw new FormatException("no repository to write to");
        if (!clones.TryGetValue(url, out var clone)) clones[url] = clone = await GitClone.OpenAsync(host, url, cancellation, options.User);
        var branch = managed.WriteBack.Branch ?? source.Text("targetRevision");
        if (branch?.Contains(':') == true)
            throw new FormatException($"a branch to write to beside the one read ('{branch}') is not written in the practice estate");
        if (branch is null or "" or "HEAD") branch = await clone.DefaultBranchAsync(cancellation);
        await clone.FetchAsync(branch, cancellation);

        var path = source.Text("path") ?? ".";
        var change = managed.WriteBack.Target is { } target && target.Split(':')[0] == "kustomization"
            ? await KustomizationAsync(clone, branch, Base(target, path), images, cancellation)
            : await OverrideAsync(clone, branch, path, managed, images, cancellation);
        if (change is null) return null;
        CommitDraft draft = new(Author, now, Message(managed.Application.Name, images), [change]);
        return await clone.PushAsync(branch, draft, cancellation);
    }

    public void Dispose()
    {
        foreach (var clone in clones.Values) clone.Dispose();
    }

    private async Task<FileChange?> OverrideAsync(
        GitClone clone, string branch, string path, ManagedApplication managed, IReadOnlyList<ImageChange> images, CancellationToken cancellation)
    {
        var application = managed.Application;
        var instance = application.Namespace == options.ControllerNamespace ? application.Name : $"{application.Namespace}_{application.Name}";
        var file = TreePath.Join(path, $".argocd-source-{instance}.yaml") ?? throw new FormatException($"{path} is not in the repository");
        var present = await clone.ReadAsync(branch, file, cancellation);

        // What the Application's own source sets is part of it too.
        var entries = ImageEntries.Merge(ImageEntries.Read(application.Read.Object("spec", "source")), images.Select(one => one.Image.Entry(one.NewTag)));
        var text = ImageEntries.OverrideFile(present, entries);
        return text == present ? null : new FileChange(file, text);
    }

    private static async Task<FileChange?> KustomizationAsync(
        GitClone clone, string branch, string directory, IReadOnlyList<ImageChange> images, CancellationToken cancellation)
    {
        foreach (var name in KustomizationNames)
        {
            var file = directory.Length == 0 ? name : $"{directory}/{name}";
            if (await clone.ReadAsync(branch, file, cancellation) is not { } present) continue;
            var text = images.Aggregate(present, (now, one) =>
                KustomizationFile.Set(now, one.Image.KustomizeName ?? one.Image.Repository, one.Image.Repository, one.NewTag));
            return text == present ? null : new FileChange(file, text);
        }

        throw new FormatException($"could not find kustomization in {directory}");
    }

    /// <summary><c>kustomization:/from/the/root</c>, <c>kustomization:../beside/the/path</c>, or the path itself.</summary>
    private static string Base(string target, string path)
    {
        var given = target.Contains(':') ? target[(target.IndexOf(':') + 1)..] : "";
        var directory = given.StartsWith('/') ? TreePath.Join("", given.TrimStart('/')) : TreePath.Join(TreePath.Join("", path) ?? "", given);
        return directory ?? throw new FormatException($"{target} is not in the repository");
    }

    private static string Message(string application, IReadOnlyList<ImageChange> images) =>
        $"build: automatic update of {application}\n\n" + string.Concat(images.Where(one => one.OldTag != one.NewTag)
            .Select(one => $"updates image {one.Image.ShortName} tag '{one.OldTag}' to '{one.NewTag}'\n"));
}

/// <summary>What an image runs now and is to run; the two may be the same.</summary>
internal sealed record ImageChange(ManagedImage Image, string OldTag, string NewTag);
