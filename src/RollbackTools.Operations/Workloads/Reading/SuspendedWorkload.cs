using System.Text.Json;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>
/// What a workload was before it was stopped, written on the workload itself, so that another person on another machine can put back
/// exactly that.
/// </summary>
public sealed record SuspendedWorkload
{
    public const string Annotation = "rollbacktools.io/suspended";

    /// <summary>Pods wanted before; null for a CronJob.</summary>
    public int? Replicas { get; init; }

    /// <summary>The Argo CD application that was paused for it, as <c>namespace/name</c>; null when none had to be.</summary>
    public string? Application { get; init; }

    public string By { get; init; } = "";

    public DateTimeOffset At { get; init; }

    public string? Reason { get; init; }

    /// <summary>Why the version that was stopped was bad, in the words of its evidence; null when nothing spoke against that version.</summary>
    public string? Bad { get; init; }

    /// <summary>The hash of the template that <see cref="Bad"/> is about.</summary>
    public string? Template { get; init; }

    public string Write() => JsonSerializer.Serialize(this, SuspendedWorkloadJson.Readable.SuspendedWorkload);

    /// <summary>Null when it was not stopped by this module, or the note is damaged.</summary>
    public static SuspendedWorkload? Of(ObjectMeta meta)
    {
        try
        {
            return meta.Annotations.GetValueOrDefault(Annotation) is { } text ? JsonSerializer.Deserialize(text, SuspendedWorkloadJson.Readable.SuspendedWorkload) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal string Describe() => $"by {By} at {At:u}{(Reason is null ? "" : $": {Reason}")}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SuspendedWorkload))]
internal sealed partial class SuspendedWorkloadJson : JsonSerializerContext
{
    /// <summary>Quotes and plus signs stay readable to whoever opens the object; it is never put into a page.</summary>
    public static SuspendedWorkloadJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
