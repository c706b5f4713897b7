using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.ImageUpdater;

/// <summary>What it has done, or could not do, for one Application.</summary>
/// <param name="Commit">The commit it pushed; null when it pushed none.</param>
public sealed record ImageUpdaterEntry(DateTimeOffset At, string Application, string Message, string? Commit, bool Failed);

/// <summary>
/// Argo CD Image Updater: every so often it compares the images that run (<c>status.summary.images</c>, not Git) with the newest
/// allowed tags of the registry, and writes what is newer. It remembers nothing: a tag that was rolled back is new to it again.
/// </summary>
public sealed class ImageUpdaterAgent(ObjectStore store, ImageCatalogue images, GitHost host, TimeProvider time, ImageUpdaterOptions options)
    : IAsyncDisposable
{
    private readonly GitWriteBack git = new(host, options);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentQueue<ImageUpdaterEntry> entries = new();
    private Task? running;

    /// <summary>Everything so far, oldest first.</summary>
    public IReadOnlyCollection<ImageUpdaterEntry> Entries => entries;

    /// <summary>Begins its rounds; the first is after one interval.</summary>
    public void Start() => running ??= RunAsync();

    /// <summary>One round over all Applications. A failure for one is written down and does not keep it from the others.</summary>
    public async Task RoundAsync(CancellationToken cancellation)
    {
        if (options.AnnotationsOnly)
        {
            foreach (var application in store.List(ArgoResources.Applications).Items)
                if (AnnotationSettings.Read(application) is { } managed) await UpdateAsync(managed, cancellation);
            return;
        }

        foreach (var updater in store.List(ArgoResources.ImageUpdaters).Items)
        {
            var managed = CustomResourceSettings.Read(updater, store.List(ArgoResources.Applications, updater.Namespace).Items).ToList();
            List<ImageChange> updated = [];
            foreach (var one in managed) updated.AddRange(await UpdateAsync(one, cancellation));
            Report(updater, managed, updated);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (running is not null) await running;
        git.Dispose();
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        using PeriodicTimer timer = new(options.Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token)) await RoundAsync(stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // It was told to stop.
        }
    }

    /// <summary>The images that were written anew.</summary>
    private async Task<IReadOnlyList<ImageChange>> UpdateAsync(ManagedApplication managed, CancellationToken cancellation)
    {
        var name = managed.Application.Name;
        try
        {
            // Not a word of those that are not kustomized: the real one skips them too.
            if (managed.Application.Read.Text("status", "sourceType") is not (null or "Kustomize")) return [];
            var changes = Changes(managed);
            var newer = changes.Where(one => one.OldTag != one.NewTag).ToList();
            if (newer.Count == 0) return [];
            var what = string.Join(", ", newer.Select(one => $"{one.Image.Repository}: {one.OldTag} → {one.NewTag}"));
            if (managed.WriteBack.Git)
            {
                if (await git.WriteAsync(managed, changes, time.GetUtcNow(), cancellation) is not { } commit) return [];
                Note(name, what, commit);
            }
            else
            {
                if (!Patch(managed.Application, changes)) return [];
                Note(name, what);
            }

            return newer;
        }
        catch (Exception error) when (error is GitException or IOException or FormatException or StoreConflictException or ArgumentException)
        {
            Note(name, error.Message, failed: true);
            return [];
        }
    }

    /// <summary>Every managed image that runs, with the tag it is to have.</summary>
    private List<ImageChange> Changes(ManagedApplication managed)
    {
        var live = (managed.Application.Read.At("status", "summary", "images") as JsonArray ?? [])
            .Select(image => ImageReference.Parse(image.Text() ?? "")).OfType<ImageReference>().ToList();
        List<ImageChange> changes = [];
        foreach (var image in managed.Images)
        {
            if (live.Find(one => one.Repository == image.Repository)?.Tag is not { } tag) continue;
            changes.Add(new ImageChange(image, tag, TagSelection.Newest(images.Tags(image.Repository), image)?.Tag ?? tag));
        }

        return changes;
    }

    /// <summary>Write-back to the Application itself; false when it says so already.</summary>
    private bool Patch(StoredObject application, IReadOnlyList<ImageChange> changes)
    {
        var changed = false;
        store.Update(ArgoResources.Applications, application.Namespace, application.Name, body =>
        {
            if (body.Object("spec", "source") is not { } source) return false;
            var before = ImageEntries.Read(source).ToList();
            var after = ImageEntries.Merge(before, changes.Select(one => one.Image.Entry(one.NewTag)));
            changed = !before.SequenceEqual(after);
            if (changed) source.Child("kustomize")["images"] = new JsonArray([.. after.Select(entry => (JsonNode)entry)]);
            return changed;
        }, application.Version);
        return changed;
    }

    private void Report(StoredObject updater, IReadOnlyList<ManagedApplication> managed, List<ImageChange> updated)
    {
        var now = ObjectStore.Timestamp(time.GetUtcNow());
        store.Update(ArgoResources.ImageUpdaters, updater.Namespace, updater.Name, body =>
        {
            var status = body.Child("status");
            status["observedGeneration"] = updater.Generation();
            status["lastCheckedAt"] = now;
            status["applicationsMatched"] = managed.Count;
            status["imagesManaged"] = managed.Sum(one => one.Images.Count);
            if (updated.Count == 0) return true;
            status["lastUpdatedAt"] = now;
            status["recentUpdates"] = new JsonArray([.. updated.Select(one => (JsonNode)new JsonObject
            {
                ["alias"] = one.Image.Alias,
                ["image"] = one.Image.Repository,
                ["newVersion"] = one.NewTag,
                ["applicationsUpdated"] = 1,
                ["updatedAt"] = now,
                ["message"] = $"updated from {one.OldTag} to {one.NewTag}",
            })]);
            return true;
        });
    }

    private void Note(string application, string message, string? commit = null, bool failed = false) =>
        entries.Enqueue(new ImageUpdaterEntry(time.GetUtcNow(), application, message, commit, failed));
}
