using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.Restoring;

/// <summary>
/// The JSON Patch of a <see cref="RestoreTemplate"/>. What it tests is uid and <c>metadata.generation</c> (which counts spec changes and nothing
/// else), because the controller rewrites status, and with it resourceVersion, all the time while a rollout is failing. Only a patch that
/// rewrites last-applied tests resourceVersion: somebody may apply a manifest that changes labels only, and generation stays. Free
/// text is never tested: the server compares it byte for byte as it is escaped (evanphx/json-patch v4).
/// </summary>
internal static class TemplatePatch
{
    private const int RememberedBad = 10;

    /// <summary>The patch, and whether it holds for this resourceVersion alone.</summary>
    public static (Patch Patch, bool OfVersion) Build(RestoreTemplate step, Workload live, PodTemplate from, PodTemplate to)
    {
        var annotations = Annotations(step, live, from, to).ToList();
        var declares = annotations.Any(one => one.Key == LastApplied.Annotation && one.Value != LastApplied.Of(live));
        using MemoryStream body = new();
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartArray();
            Test(json, "/metadata/uid", live.Metadata.Uid);
            if (declares) Test(json, "/metadata/resourceVersion", live.Metadata.ResourceVersion);
            else Test(json, "/metadata/generation", live.Metadata.Generation);
            if (live.Metadata.Annotations.Count == 0)
            {
                Operation(json, "add", "/metadata/annotations");
                json.WriteStartObject("value");
                json.WriteEndObject();
                json.WriteEndObject();
            }

            foreach (var (key, value) in annotations) Annotate(json, live, key, value);
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

        return (new Patch(PatchType.Json, body.ToArray()), declares);
    }

    private static IEnumerable<(string Key, string? Value)> Annotations(RestoreTemplate step, Workload live, PodTemplate from, PodTemplate to)
    {
        yield return (Revision.ChangeCauseAnnotation, step.ChangeCause);

        var bad = KnownGood.RolledBackFrom(live).Where(mark => !KnownGood.IsAbout(mark, step.From.Source) && !KnownGood.IsAbout(mark, step.To.Source)).ToList();
        if (step.MarksBad && step.From.Source is not null) bad.Add(KnownGood.Mark(step.From));
        yield return (KnownGood.RolledBackFromAnnotation, bad.Count == 0 ? null : string.Join(',', bad.TakeLast(RememberedBad)));
        yield return (KnownGood.RolledBackToAnnotation, step.IsUndo ? null : step.To.Hash);

        if (LastApplied.Of(live) is not { } applied) yield break;
        var declared = step.IsUndo ? LastApplied.Before(live, applied, from, to, step.AppliedBefore) : LastApplied.After(applied, from, to);
        yield return (LastApplied.Annotation, declared);
        var findable = step.IsUndo || declared == applied || LastApplied.CanBeFoundAgain(applied, declared, from, to);
        yield return (LastApplied.BeforeAnnotation, findable ? null : applied);
    }

    private static void Annotate(Utf8JsonWriter json, Workload live, string key, string? value)
    {
        var had = live.Metadata.Annotations.TryGetValue(key, out var before);
        if (before == value) return;
        var path = "/metadata/annotations/" + key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
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
