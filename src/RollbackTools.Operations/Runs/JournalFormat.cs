using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace RollbackTools.Operations.Runs;

/// <summary>How lines of a journal are written and read: JSON, with the name of each step and request in front of its fields.</summary>
public sealed class JournalFormat
{
    /// <param name="steps">Each kind of step by its name in journals. A name never changes: older journals have it.</param>
    /// <param name="requests">Each kind of request by its name in journals.</param>
    /// <param name="fields">The fields of all of these.</param>
    /// <param name="words">Their enumerations, as words.</param>
    internal JournalFormat(
        IReadOnlyDictionary<string, Type> steps, IReadOnlyDictionary<string, Type> requests, IJsonTypeInfoResolver fields,
        IEnumerable<JsonConverter> words)
    {
        (Steps, Requests) = (steps, requests);
        Options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            // Arrows and quotes stay readable to whoever opens the file; it is never put into a page.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = JsonTypeInfoResolver.Combine(RunJson.Default, fields),
            Converters =
            {
                new NamedConverter<Step>(steps), new NamedConverter<OperationRequest>(requests), new JsonStringEnumConverter<RunEvent>(),
                new JsonStringEnumConverter<RunState>(), new JsonStringEnumConverter<RollbackOutcome>(),
            },
        };
        foreach (var word in words) Options.Converters.Add(word);
        Line = (JsonTypeInfo<RunLine>)Options.GetTypeInfo(typeof(RunLine));
    }

    internal IReadOnlyDictionary<string, Type> Steps { get; }

    internal IReadOnlyDictionary<string, Type> Requests { get; }

    internal JsonSerializerOptions Options { get; }

    internal JsonTypeInfo<RunLine> Line { get; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunLine))]
internal sealed partial class RunJson : JsonSerializerContext;
