using System.Collections.Concurrent;
using System.Text.Json;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Reading;

/// <summary>
/// Continue tokens. A page is cut from the snapshot its first page was cut from, for as long as that is kept; afterwards the
/// token gets 410 with a token to go on from where it stopped, in the present.
/// </summary>
internal sealed class Pages(ObjectStore store, TimeProvider time, TimeSpan lifetime)
{
    private const string TooOld =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue " +
        "parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided " +
        "token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was " +
        "returned and now may show up in the list.";

    private readonly ConcurrentDictionary<(ResourceType, string?, long), (StoreSnapshot Snapshot, DateTimeOffset Until)> kept = new();

    /// <summary>The snapshot to cut from, and the key the page starts after.</summary>
    public (StoreSnapshot Snapshot, string After) Resume(ResourceType type, string? ns, string token)
    {
        var (version, after) = Decode(token);
        if (version < 0) return (store.List(type, ns), after);
        if (kept.TryGetValue((type, ns, version), out var found) && found.Until > time.GetUtcNow()) return (found.Snapshot, after);
        throw new ApiException(new ApiStatus(410, "Expired", TooOld) { Continue = Encode(-1, after) });
    }

    /// <summary>A token for what comes after <paramref name="last"/> in this snapshot.</summary>
    public string Continue(ResourceType type, string? ns, StoreSnapshot snapshot, StoredObject last)
    {
        var now = time.GetUtcNow();
        foreach (var (key, value) in kept)
            if (value.Until <= now) kept.TryRemove(key, out _);
        kept.TryAdd((type, ns, snapshot.Version), (snapshot, now + lifetime));
        return Encode(snapshot.Version, last.Key);
    }

    /// <summary>Every open token expires, as after an etcd compaction.</summary>
    public void Expire() => kept.Clear();

    /// <summary>The index of the first item after the key.</summary>
    public static int Start(StoreSnapshot snapshot, string after)
    {
        var (low, high) = (0, snapshot.Items.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(snapshot.Items[middle].Key, after) <= 0) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static string Encode(long version, string after) =>
        Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new Token("meta.k8s.io/v1", version, after + "\0")))
            .TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static (long Version, string After) Decode(string token)
    {
        try
        {
            var text = token.Replace('-', '+').Replace('_', '/');
            var json = Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
            if (JsonSerializer.Deserialize<Token>(json) is { v: "meta.k8s.io/v1" } read) return (read.rv, read.start.TrimEnd('\0'));
        }
        catch (Exception bad) when (bad is FormatException or JsonException)
        {
            // Falls through to the refusal.
        }

        throw Refusals.BadRequest($"continue key is not valid: {token}");
    }

    // The members are named as apiserver's token names them.
    private sealed record Token(string v, long rv, string start);
}
