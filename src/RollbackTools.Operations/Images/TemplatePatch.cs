using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Images;

/// <summary>
/// The JSON Patch of a <see cref="RestoreTemplate"/>. It tests <c>metadata.generation</c> (which counts spec changes and nothing
/// else) and not resourceVersion, because the controller rewrites status all the time while a rollout is failing.
/// </summary>
internal static class TemplatePatch
{
    public const string LastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";
    private const int RememberedBad = 10;

    public static string? LastApplied(Workload workload) => workload.Metadata.Annotations.GetValueOrDefault(LastAppliedAnnotation);

    public static Patch Build(RestoreTemplate step, Workload live, PodTemplate from, PodTemplate to)
    {
        using MemoryStream body = new();
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartArray();
            Test(json, "/metadata/uid", live.Metadata.Uid);
            Test(json, "/metadata/generation", live.Metadata.Generation);
            if (live.Metadata.Annotations.Count == 0)
            {
                Operation(json, "add", "/metadata/annotations");
                json.WriteStartObject("value");
                json.WriteEndObject();
                json.WriteEndObject();
            }

            foreach (var (key, value) in Annotations(step, live, from, to)) Annotate(json, live, key, value);
            if (from.Hash != to.Hash)
            {
                Operation(json, "replace", "/spec/template");
                json.WritePropertyName("value");
                to.WriteTo(json);
                json.WriteEndObject();
            }

            if (step.ResumePaused && live.Spec.Paused)
            {
                Operation(json, "replace", "/spec/paused");
                json.WriteBoolean("value", false);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return new Patch(PatchType.Json, body.ToArray());
    }

    private static IEnumerable<(string Key, string? Value)> Annotations(RestoreTemplate step, Workload live, PodTemplate from, PodTemplate to)
    {
        yield return (Revision.ChangeCauseAnnotation, step.ChangeCause);

        var bad = KnownGood.RolledBackFrom(live).Where(mark => !KnownGood.IsAbout(mark, step.From.Source) && !KnownGood.IsAbout(mark, step.To.Source)).ToList();
        if (step.MarksBad && step.From.Source is not null) bad.Add(KnownGood.Mark(step.From));
        yield return (KnownGood.RolledBackFromAnnotation, bad.Count == 0 ? null : string.Join(',', bad.TakeLast(RememberedBad)));
        yield return (KnownGood.RolledBackToAnnotation, step.IsUndo ? null : step.To.Hash);

        if (LastApplied(live) is { } applied && Declared(applied, from, to) is { } declared)
            yield return (LastAppliedAnnotation, declared);
    }

    // What somebody's next `kubectl apply` compares with: it has to say what now runs, or the rolled-back fields resurrect.
    private static string? Declared(string applied, PodTemplate from, PodTemplate to)
    {
        JsonNode? manifest;
        try
        {
            manifest = JsonNode.Parse(applied);
        }
        catch (JsonException)
        {
            return null;
        }

        if (manifest?["spec"]?["template"] is not JsonObject template) return null;
        TemplateDifference.ApplyTo(template, from, to);
        var text = manifest.ToJsonString(new JsonSerializerOptions(TemplateJson.Default.Options));
        return applied.EndsWith('\n') ? text + "\n" : text;
    }

    private static void Annotate(Utf8JsonWriter json, Workload live, string key, string? value)
    {
        var had = live.Metadata.Annotations.TryGetValue(key, out var before);
        if (before == value) return;
        var path = "/metadata/annotations/" + key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
        // Somebody may apply a manifest that changes labels only: generation stays, last-applied does not.
        if (had && key == LastAppliedAnnotation) Test(json, path, before!);
        if (value is null && !had) return;
        Operation(json, value is null ? "remove" : "add", path);
        if (value is not null) json.WriteString("value", value);
        json.WriteEndObject();
    }

    private static void Test(Utf8JsonWriter json, string path, string value)
    {
        Operation(json, "test", path);
        json.WriteString("value", value);
        json.WriteEndObject();
    }

    private static void Test(Utf8JsonWriter json, string path, long value)
    {
        Operation(json, "test", path);
        json.WriteNumber("value", value);
        json.WriteEndObject();
    }

    private static void Operation(Utf8JsonWriter json, string op, string path)
    {
        json.WriteStartObject();
        json.WriteString("op", op);
        json.WriteString("path", path);
    }
}
