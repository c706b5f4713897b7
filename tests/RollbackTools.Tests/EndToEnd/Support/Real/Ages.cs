using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace RollbackTools.Tests.EndToEnd.Support.Real;

/// <summary>
/// What a real server cannot be told: that an object has been there for long. The times in its answers are made earlier on their way, in
/// place, so that every other byte stays as the server sent it. Thread-safe.
/// </summary>
internal sealed class Ages
{
    private const string Layout = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private readonly ConcurrentDictionary<string, ImmutableArray<Shift>> byUid = new();

    public bool Any => !byUid.IsEmpty;

    /// <summary>Whatever was written to the object until then is so much older from now on.</summary>
    public void Add(string uid, DateTimeOffset until, TimeSpan by)
    {
        Shift shift = new(until, by);
        byUid.AddOrUpdate(uid, [shift], (_, shifts) => shifts.Add(shift));
    }

    /// <summary>One object takes the place of another.</summary>
    public void Inherit(string uid, string from)
    {
        if (byUid.TryGetValue(from, out var shifts)) byUid[uid] = shifts;
    }

    /// <summary>Makes the times of aged objects earlier in an object, a list, a table or a watch's event.</summary>
    public void Apply(byte[] json)
    {
        List<(int At, ImmutableArray<Shift> Shifts)> found = [];
        Utf8JsonReader reader = new(json);
        try
        {
            while (reader.Read())
                if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("metadata"u8)) ReadMetadata(ref reader, found);
        }
        catch (JsonException)
        {
            // Not JSON, or cut off: what was found so far is as true.
        }

        foreach (var (at, shifts) in found) Earlier(json.AsSpan(at, 20), shifts);
    }

    private void ReadMetadata(ref Utf8JsonReader reader, List<(int At, ImmutableArray<Shift> Shifts)> found)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return;
        var depth = reader.CurrentDepth;
        string? uid = null;
        List<int> times = [];
        while (reader.Read() && !(reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth))
        {
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            var own = reader.CurrentDepth == depth + 1;
            var isUid = own && reader.ValueTextEquals("uid"u8);
            // metadata.managedFields[].time is two levels down.
            var isTime = own
                ? reader.ValueTextEquals("creationTimestamp"u8)
                : reader.CurrentDepth == depth + 3 && reader.ValueTextEquals("time"u8);
            if (!isUid && !isTime) continue;
            if (!reader.Read() || reader.TokenType != JsonTokenType.String) continue;
            if (isUid) uid = reader.GetString();
            else if (reader.ValueSpan.Length == 20) times.Add((int)reader.TokenStartIndex + 1);
        }

        if (uid is not null && byUid.TryGetValue(uid, out var shifts)) found.AddRange(times.Select(at => (at, shifts)));
    }

    private static void Earlier(Span<byte> text, ImmutableArray<Shift> shifts)
    {
        var said = Encoding.ASCII.GetString(text);
        if (!DateTimeOffset.TryParseExact(said, Layout, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return;
        var by = shifts.Where(shift => time <= shift.Until).Aggregate(TimeSpan.Zero, (sum, shift) => sum + shift.By);
        Encoding.ASCII.GetBytes((time - by).UtcDateTime.ToString(Layout, CultureInfo.InvariantCulture)).CopyTo(text);
    }

    private readonly record struct Shift(DateTimeOffset Until, TimeSpan By);
}
