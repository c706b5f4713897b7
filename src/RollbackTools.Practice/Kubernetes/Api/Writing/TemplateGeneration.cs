using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>
/// A DaemonSet counts its templates in an annotation, which stands for a field that its API no longer has. Nobody can change the count, and who changes
/// the template does not own it.
/// </summary>
internal static class TemplateGeneration
{
    private const string Annotation = "deprecated.daemonset.template.generation";

    /// <summary>A new DaemonSet has its first template.</summary>
    public static void Begin(JsonObject set) => Set(set, 1);

    /// <summary>Whatever the writer sent, the count is as it was.</summary>
    public static void Carry(JsonObject next, JsonObject before)
    {
        if (Of(before) is { } count) Set(next, count);
    }

    /// <summary>Another template counts one more.</summary>
    public static void Count(JsonObject next, JsonObject before)
    {
        if (Of(before) is { } count && !JsonNode.DeepEquals(next.Child("spec")?["template"], before.Child("spec")?["template"])) Set(next, count + 1);
    }

    private static int? Of(JsonObject set) =>
        int.TryParse(set.Child("metadata").Child("annotations").Text(Annotation), CultureInfo.InvariantCulture, out var count) ? count : null;

    private static void Set(JsonObject set, int count) =>
        set.Ensure("metadata").Ensure("annotations")[Annotation] = count.ToString(CultureInfo.InvariantCulture);
}
