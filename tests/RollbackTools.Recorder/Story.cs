using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace RollbackTools.Recorder;

/// <summary>
/// Requests in their order, and what a real API server answered to each. A file of <c>stories/</c> is one story. Text of a request may hold
/// <c>{namespace}</c>, a namespace of the story's own, and the names that earlier steps keep.
/// </summary>
public sealed record Story
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The file's name without its ending.</summary>
    [JsonIgnore]
    public string Name { get; init; } = "";

    /// <summary>What the story shows, as a sentence.</summary>
    public required string About { get; init; }

    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>What the real cluster must have besides Kubernetes, for whoever records it again.</summary>
    public string? Needs { get; init; }

    /// <summary>Paths outside the namespace that are deleted at the end.</summary>
    public IReadOnlyList<string>? Cleanup { get; init; }

    /// <summary>All stories of a folder, by name.</summary>
    public static IReadOnlyList<Story> All(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>Throws <see cref="JsonException"/> when the file is no story.</summary>
    public static Story Read(string path)
    {
        var story = JsonSerializer.Deserialize<Story>(File.ReadAllText(path), Json) ?? throw new JsonException($"{path} is empty.");
        return story with { Name = Path.GetFileNameWithoutExtension(path) };
    }

    public void Write(string folder) => File.WriteAllText(Path.Combine(folder, Name + ".json"), JsonSerializer.Serialize(this, Json) + "\n");
}

/// <summary>One request, and its recorded answer.</summary>
public sealed record Step
{
    public required Request Request { get; init; }

    /// <summary>Values of the answer that later requests name: the name, and the dotted path of the field.</summary>
    public IReadOnlyDictionary<string, string>? Keep { get; init; }

    /// <summary>A GET is repeated until its answer has these values: dotted paths, and the JSON that stands there.</summary>
    public JsonObject? Until { get; init; }

    /// <summary>And until the answer stays as it is for half a second, since what controllers write comes in several writes.</summary>
    public bool? Settled { get; init; }

    /// <summary>Only makes what the story needs: its answer is neither recorded nor compared.</summary>
    public bool? Setup { get; init; }

    public Answer? Answer { get; init; }
}

/// <summary>What is sent.</summary>
public sealed record Request
{
    public required string Method { get; init; }

    /// <summary>From the root on, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>Without the question mark, not escaped.</summary>
    public string? Query { get; init; }

    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>A JSON body, sent without blanks.</summary>
    public JsonNode? Body { get; init; }

    /// <summary>A body sent byte for byte, in place of <see cref="Body"/>.</summary>
    public string? Text { get; init; }

    /// <summary>A body of a JSON string with so many characters more than <see cref="Body"/>, in the place of <c>{padding}</c>.</summary>
    public int? Padding { get; init; }
}

/// <summary>What came back, normalised.</summary>
public sealed record Answer
{
    public required int Status { get; init; }

    /// <summary>Those that a client acts on.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>A JSON body.</summary>
    public JsonNode? Body { get; init; }

    /// <summary>The events of a watch, each one line of the body.</summary>
    public JsonArray? Events { get; init; }

    /// <summary>A body that is no JSON.</summary>
    public string? Text { get; init; }
}
