using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Estate.Manifests;

namespace RollbackTools.Operations.Objects;

/// <summary>
/// Reads manifests into objects, and each different document once: revisions of a release have most of theirs in common. Not for
/// several threads at a time.
/// </summary>
public sealed class ManifestParser(IManifestReader reader)
{
    private readonly Dictionary<string, IReadOnlyList<ManifestObject>> _read = new(StringComparer.Ordinal);

    /// <summary>
    /// The objects in the manifest's order; a List counts as its items. Throws <see cref="FormatException"/> that names the template
    /// and line, never the content.
    /// </summary>
    public IReadOnlyList<ManifestObject> Read(string manifest)
    {
        List<ManifestObject> objects = [];
        foreach (var text in ManifestText.Split(manifest)) objects.AddRange(Read(text));
        return objects;
    }

    public IReadOnlyList<ManifestObject> Read(ManifestText text)
    {
        if (_read.TryGetValue(text.Text, out var known)) return known;
        try
        {
            IReadOnlyList<ManifestObject> objects = reader.Read(text.Text) is { } json ? [.. Flatten(json).Select(item => ManifestObject.Of(item, text))] : [];
            _read[text.Text] = objects;
            return objects;
        }
        catch (FormatException error)
        {
            throw new FormatException($"the document of {text.Source ?? "no known template"} at line {text.Line}: {error.Message}", error);
        }
    }

    private static IEnumerable<JsonElement> Flatten(JsonElement json) =>
        json.Text("kind")?.EndsWith("List", StringComparison.Ordinal) == true && json.At("items") is { ValueKind: JsonValueKind.Array } items
            ? items.EnumerateArray().SelectMany(Flatten)
            : [json];
}
