using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Reading;

/// <summary>
/// watch: one JSON object a line. What goes out is the stored bytes, so a change costs the same however many watch it.
/// </summary>
internal sealed class WatchHandler(ApiContext context)
{
    public async Task WatchAsync(ApiRequest request)
    {
        var selection = Selection.From(request);
        var lines = new WatchLines(request, context.Time, Negotiation.Of(request.Http));
        var (initial, after) = Begin(request, selection);
        request.Http.Response.ContentType = ApiResponse.Json;
        WatchFaults cut = new(request);

        StoreWatch? watch = null;
        try
        {
            watch = context.Store.Open(request.Type, after, selection.Prefilter());
        }
        catch (StoreConflictException expired) when (expired.Conflict == StoreConflict.Expired)
        {
            // As apiserver does: the request succeeds, and the first event is the error.
            lines.Error(Refusals.TooOld(expired.Message).Status);
            await lines.FlushAsync();
            return;
        }

        using (watch)
        {
            foreach (var item in initial)
            {
                if (cut.Stop(lines))
                {
                    await lines.FlushAsync();
                    return;
                }

                lines.Event("ADDED", item);
            }

            if (request.Flag("sendInitialEvents")) lines.Bookmark(after, initialEnd: true);
            await lines.FlushAsync();
            await FollowAsync(request, selection, lines, watch, cut);
        }
    }

    private async Task FollowAsync(ApiRequest request, Selection selection, WatchLines lines, StoreWatch watch, WatchFaults cut)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted);
        var deadline = Deadline(request, stop.Token);
        var bookmarks = request.Flag("allowWatchBookmarks");
        var bookmark = bookmarks ? Task.Delay(context.Options.BookmarkInterval, context.Time, stop.Token) : null;
        Task<bool>? more = null;
        try
        {
            while (!request.Aborted.IsCancellationRequested)
            {
                if (!Drain(selection, lines, watch, cut)) break;
                await lines.FlushAsync();
                if (more is null or { IsCompleted: true }) more = watch.Events.WaitToReadAsync(stop.Token).AsTask();
                var first = bookmark is null ? await Task.WhenAny(more, deadline) : await Task.WhenAny(more, deadline, bookmark);
                if (first == deadline || request.Aborted.IsCancellationRequested) break;
                if (first != bookmark) continue;

                // The version is read before the last drain, so no event at or below it can still be on its way.
                var version = context.Store.Version;
                if (!Drain(selection, lines, watch, cut)) break;
                lines.Bookmark(version, initialEnd: false);
                bookmark = Task.Delay(context.Options.BookmarkInterval, context.Time, stop.Token);
            }

            await lines.FlushAsync();
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    private static bool Drain(Selection selection, WatchLines lines, StoreWatch watch, WatchFaults cut)
    {
        while (watch.Events.TryRead(out var change))
        {
            var now = change.Type != StoreEventType.Deleted && selection.Matches(change.Object);
            var before = change.Previous is { } previous && selection.Matches(previous);
            if (!now && !before) continue;
            if (cut.Stop(lines)) return false;
            if (now) lines.Event(before ? "MODIFIED" : "ADDED", change.Object);
            else if (change.Type == StoreEventType.Deleted) lines.Event("DELETED", change.Object);
            else lines.Left(change);
        }

        return !cut.Stop(lines);
    }

    private (IReadOnlyList<StoredObject> Initial, long After) Begin(ApiRequest request, Selection selection)
    {
        var text = request.Query("resourceVersion");
        if (!long.TryParse(text is { Length: > 0 } ? text : "0", out var version) || version < 0)
            throw Refusals.NoVersion(text!);
        if (version > context.Store.Version) throw Refusals.TooLargeResourceVersion(version, context.Store.Version);
        if (version > 0 && !request.Flag("sendInitialEvents")) return ([], version);

        var snapshot = context.Store.List(request.Type, selection.Namespace);
        if (request.Query("sendInitialEvents") == "false") return ([], snapshot.Version);
        return ([.. snapshot.Items.Where(selection.Matches)], snapshot.Version);
    }

    private Task Deadline(ApiRequest request, CancellationToken stop) =>
        int.TryParse(request.Query("timeoutSeconds"), out var seconds) && seconds > 0
            ? Task.Delay(TimeSpan.FromSeconds(seconds), context.Time, stop)
            : Task.Delay(Timeout.InfiniteTimeSpan, stop);
}
