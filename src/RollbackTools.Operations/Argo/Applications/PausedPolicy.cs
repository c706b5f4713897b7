using System.Text.Json;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>
/// The policy an application had before it was paused, written on the application itself, so that another person on another
/// machine can put back exactly that.
/// </summary>
public sealed record PausedPolicy
{
    public const string Annotation = "rollbacktools.io/paused-sync-policy";

    /// <summary><c>spec.syncPolicy.automated</c> as it was; null when it was manual.</summary>
    public JsonElement? Automated { get; init; }

    public string By { get; init; } = "";

    public DateTimeOffset At { get; init; }

    public string? Reason { get; init; }

    /// <summary>The operation that paused it and gives it back itself, such as <c>ImageRollback</c>; null when a person is to.</summary>
    public string? Operation { get; init; }

    /// <summary>What was paused on its behalf, outermost first: <c>application/argocd/root</c>, <c>applicationset/argocd/shops</c>.</summary>
    public IReadOnlyList<string> Owners { get; init; } = [];

    public string Write() => JsonSerializer.Serialize(this, GitOpsJson.Readable.PausedPolicy);

    /// <summary>Null when the application was not paused by this module, or the note is damaged.</summary>
    public static PausedPolicy? Of(ArgoApplication application)
    {
        if (application.Annotation(Annotation) is not { } text) return null;
        try
        {
            return JsonSerializer.Deserialize(text, GitOpsJson.Readable.PausedPolicy);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PausedPolicy))]
internal sealed partial class GitOpsJson : JsonSerializerContext
{
    /// <summary>Plus signs and quotes stay readable to whoever opens the object; it is never put into a page.</summary>
    public static GitOpsJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
