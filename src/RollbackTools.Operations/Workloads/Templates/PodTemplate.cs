using System.Security.Cryptography;
using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Workloads.Templates;

/// <summary>
/// A pod template as the server keeps it. Two templates are the same when their <see cref="Hash"/> is: key order, nulls, what the API
/// server would fill in and the controllers' own labels do not count, everything else does (kubectl compares the same way for
/// Deployments, and byte by byte, with false differences, for the others).
/// </summary>
public sealed class PodTemplate
{
    /// <summary>Labels that controllers put on the templates they keep.</summary>
    internal static readonly string[] HashLabels = ["pod-template-hash", RolloutRevision.HashLabel];

    private readonly Lazy<string> hash;

    public PodTemplate(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new FormatException("A pod template is missing or is not an object.");
        Json = json;
        hash = new Lazy<string>(() => ComputeHash(json));
    }

    public JsonElement Json { get; }

    /// <summary>
    /// The last-applied-configuration of the moment this template came to be, where its revision keeps that (a ControllerRevision has
    /// its workload's annotations; a ReplicaSet has them without this one). It may be about an earlier template.
    /// </summary>
    public string? AppliedAs { get; init; }

    /// <summary>32 hex digits of SHA-256 over the canonical form; stable across machines and versions.</summary>
    public string Hash => hash.Value;

    /// <summary>Containers first, then init containers, in the template's order.</summary>
    public IReadOnlyList<ContainerImage> Images => [.. Read("containers", init: false), .. Read("initContainers", init: true)];

    /// <summary>A ControllerRevision's <c>.data</c> is a strategic patch around the template, marked <c>$patch: replace</c>.</summary>
    public static PodTemplate FromRevisionData(JsonElement data, string? appliedAs = null)
    {
        if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty("spec", out var spec) || !spec.TryGetProperty("template", out var template))
            throw new FormatException("The ControllerRevision holds no pod template.");
        return new PodTemplate(template) { AppliedAs = appliedAs };
    }

    /// <summary>
    /// Whether this is <paramref name="asked"/> as a server stored it: all of it is here, unchanged, and what is more are fields that
    /// were left out. (A server fills in defaults, and a newer one knows more of them than the one that recorded an old revision.)
    /// </summary>
    public bool Fulfils(PodTemplate asked) => Hash == asked.Hash || Fulfils(asked.Json, Json, TemplatePlace.Template);

    /// <summary>Whether the two are the same but for when somebody restarted the pods (<c>kubectl rollout restart</c>).</summary>
    public bool IsRestartOf(PodTemplate other) => Hash == other.Hash || Restartless.Hash == other.Restartless.Hash;

    /// <summary>The same template with these containers' images changed.</summary>
    public PodTemplate WithImages(IReadOnlyDictionary<string, string> imageByContainer)
    {
        var root = System.Text.Json.Nodes.JsonObject.Create(Json)!;
        foreach (var field in (string[])["containers", "initContainers"])
        {
            foreach (var container in root["spec"]?[field]?.AsArray() ?? [])
            {
                if (container?["name"]?.GetValue<string>() is { } name && imageByContainer.TryGetValue(name, out var image))
                    container["image"] = image;
            }
        }

        return new PodTemplate(JsonSerializer.SerializeToElement(root, TemplateJson.Default.JsonObject));
    }

    /// <summary>Writes the template for a request: without the controllers' labels and without the patch directive.</summary>
    public void WriteTo(Utf8JsonWriter writer) => Write(writer, Json, TemplatePlace.Template, canonical: false);

    private static bool Fulfils(JsonElement asked, JsonElement stored, TemplatePlace place) => (asked.ValueKind, stored.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object) => asked.EnumerateObject().Where(property => Counts(property, place))
            .All(property => stored.TryGetProperty(property.Name, out var value)
                ? Fulfils(property.Value, value, TemplateDefaults.Below(place, property.Name))
                : TemplateDefaults.IsDefault(place, property, asked)),
        (JsonValueKind.Array, JsonValueKind.Array) => asked.GetArrayLength() == stored.GetArrayLength()
            && asked.EnumerateArray().Zip(stored.EnumerateArray()).All(pair => Fulfils(pair.First, pair.Second, place)),
        _ when TemplateDefaults.Canonical(place, asked) is { } amount => amount == TemplateDefaults.Canonical(place, stored),
        (JsonValueKind.String, JsonValueKind.String) => asked.GetString() == stored.GetString(),
        _ => asked.ValueKind == stored.ValueKind && asked.GetRawText() == stored.GetRawText(),
    };

    private PodTemplate Restartless
    {
        get
        {
            if (Json.At("metadata", "annotations", TemplateDifference.RestartedAt) is null) return this;
            var without = System.Text.Json.Nodes.JsonObject.Create(Json)!;
            without["metadata"]!["annotations"]!.AsObject().Remove(TemplateDifference.RestartedAt);
            return new PodTemplate(JsonSerializer.SerializeToElement(without, TemplateJson.Default.JsonObject));
        }
    }

    private static string ComputeHash(JsonElement json)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(4096);
        using (Utf8JsonWriter writer = new(buffer)) Write(writer, json, TemplatePlace.Template, canonical: true);
        return Convert.ToHexString(SHA256.HashData(buffer.WrittenSpan))[..32].ToLowerInvariant();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, TemplatePlace place, bool canonical)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                var properties = element.EnumerateObject().Where(property => Counts(property, place));
                if (canonical)
                    properties = properties.Where(property => !TemplateDefaults.IsDefault(place, property, element)).OrderBy(property => property.Name, StringComparer.Ordinal);
                foreach (var property in properties)
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, TemplateDefaults.Below(place, property.Name), canonical);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Write(writer, item, place, canonical);
                writer.WriteEndArray();
                break;
            default:
                if (canonical && TemplateDefaults.Canonical(place, element) is { } value) writer.WriteStringValue(value);
                else element.WriteTo(writer);
                break;
        }
    }

    private static bool Counts(JsonProperty property, TemplatePlace place) =>
        property.Value.ValueKind != JsonValueKind.Null
        && !(place == TemplatePlace.Template && property.Name == "$patch")
        && !(place == TemplatePlace.Labels && HashLabels.Contains(property.Name))
        && !(place == TemplatePlace.Metadata && property.Name == "labels" && HoldsOnlyHashes(property.Value));

    private static bool HoldsOnlyHashes(JsonElement labels) =>
        labels.ValueKind == JsonValueKind.Object && labels.EnumerateObject().All(label => HashLabels.Contains(label.Name));

    private IEnumerable<ContainerImage> Read(string field, bool init)
    {
        foreach (var container in Json.Items("spec", field))
        {
            yield return new ContainerImage
            {
                // A manifest can hold anything here; a server only takes text.
                Container = container.Text("name") ?? "",
                Image = container.Text("image") ?? "",
                Init = init,
            };
        }
    }
}
