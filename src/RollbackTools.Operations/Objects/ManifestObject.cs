using System.Text.Json;
using RollbackTools.Operations.Estate.Manifests;

namespace RollbackTools.Operations.Objects;

/// <summary>One object of a manifest, as it asks for it, and the document it stands in.</summary>
public sealed record ManifestObject(ObjectId Id, JsonElement Json, ManifestText Text)
{
    public string? Source => Text.Source;

    public override string ToString() => Id.ToString();

    /// <summary>From an object's JSON. Throws <see cref="FormatException"/> when it lacks apiVersion, kind or a name.</summary>
    public static ManifestObject Of(JsonElement json, ManifestText text)
    {
        if (json.ValueKind != JsonValueKind.Object) throw new FormatException("it is not an object");
        return ObjectId.Of(json) is { } id
            ? new ManifestObject(id, json, text)
            : throw new FormatException("it is an object without apiVersion, kind or metadata.name");
    }
}
