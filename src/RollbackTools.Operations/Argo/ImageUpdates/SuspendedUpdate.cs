using System.Text.Json;
using System.Text.Json.Serialization;

namespace RollbackTools.Operations.Argo.ImageUpdates;

/// <summary>What was there before image updates of an application were suspended, so that exactly that comes back.</summary>
public sealed record SuspendedUpdate
{
    /// <summary>On the ImageUpdater (one entry per application), or on the application itself.</summary>
    public const string Annotation = "rollbacktools.io/suspended-image-updates";

    public string By { get; init; } = "";

    public DateTimeOffset At { get; init; }

    public string? Reason { get; init; }

    /// <summary>An application reference was made for this application alone, because the one that matched is for others too.</summary>
    public bool Inserted { get; init; }

    /// <summary><c>ignoreTags</c> before, of the application reference (empty key) and of images that have their own; null is absent.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>?> IgnoreTags { get; init; } = new Dictionary<string, IReadOnlyList<string>?>();

    /// <summary>Annotations before, where annotations decide; null is absent.</summary>
    public IReadOnlyDictionary<string, string?> Annotations { get; init; } = new Dictionary<string, string?>();

    public string Write() => JsonSerializer.Serialize(this, SuspendedJson.Readable.SuspendedUpdate);

    public static string? WriteAll(IReadOnlyDictionary<string, SuspendedUpdate> all) =>
        all.Count == 0 ? null : JsonSerializer.Serialize(new Dictionary<string, SuspendedUpdate>(all), SuspendedJson.Readable.DictionaryStringSuspendedUpdate);

    /// <summary>Null for text that is none of ours.</summary>
    public static SuspendedUpdate? Read(string? text) => Try(text, SuspendedJson.Readable.SuspendedUpdate);

    public static IReadOnlyDictionary<string, SuspendedUpdate> ReadAll(string? text) => Try(text, SuspendedJson.Readable.DictionaryStringSuspendedUpdate) ?? [];

    private static T? Try<T>(string? text, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json)
        where T : class
    {
        try
        {
            return text is null ? null : JsonSerializer.Deserialize(text, json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Dictionary<string, SuspendedUpdate>))]
internal sealed partial class SuspendedJson : JsonSerializerContext
{
    public static SuspendedJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
