using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;

namespace RollbackTools.Operations.Workloads.Templates;

/// <summary>
/// The manifest that <c>kubectl apply</c> leaves on an object, and compares with next time. After a rollback it has to say what that version's
/// apply had left: otherwise fields that were rolled back come back, or stay when somebody takes them out (kubernetes#94698, kubectl#1301).
/// </summary>
internal static class LastApplied
{
    public const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>The manifest that a rollback replaced, where nothing else in the cluster tells what it was. Undo takes it from here.</summary>
    public const string BeforeAnnotation = "rollbacktools.io/last-applied-before";

    public static string? Of(Workload workload) => workload.Metadata.Annotations.GetValueOrDefault(Annotation);

    /// <summary>Recognises a manifest without its content, which may hold secrets. 64 hex digits of SHA-256; null for none.</summary>
    public static string? Fingerprint(string? manifest) =>
        manifest is null ? null : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(manifest))).ToLowerInvariant();

    /// <summary>
    /// The manifest once the template goes from <paramref name="from"/> to <paramref name="to"/>: with the template that was applied as
    /// <paramref name="to"/> where the cluster still has it, otherwise with the same changes made to it. The same text where nothing it declares changes,
    /// and where it cannot be read.
    /// </summary>
    public static string After(string applied, PodTemplate from, PodTemplate to)
    {
        try
        {
            if (JsonNode.Parse(applied) is not JsonObject manifest || manifest["spec"] is not JsonObject spec || spec["template"] is not JsonObject template) return applied;
            var before = manifest.DeepClone();
            if (TemplateAsApplied(to) is { } known) spec["template"] = known;
            else TemplateDifference.ApplyTo(template, from, to);
            if (JsonNode.DeepEquals(before, manifest)) return applied;
            return GoJson.Write(manifest) + (applied.EndsWith('\n') ? "\n" : "");
        }
        catch (Exception unreadable) when (unreadable is JsonException or ArgumentException or InvalidOperationException)
        {
            return applied;
        }
    }

    /// <summary>
    /// The manifest once a change is undone: of what it can have been before, the one with that <paramref name="fingerprint"/>. Who applied
    /// something since has another one; then it follows the template as it does in any change.
    /// </summary>
    public static string Before(Workload live, string applied, PodTemplate from, PodTemplate to, string? fingerprint)
    {
        string?[] kept = [live.Metadata.Annotations.GetValueOrDefault(BeforeAnnotation)];
        return kept.Concat(Candidates(applied, from, to)).FirstOrDefault(one => one is not null && Fingerprint(one) == fingerprint) ?? After(applied, from, to);
    }

    /// <summary>Whether an undo would find <paramref name="applied"/> again from what a change from one template to another makes of it.</summary>
    public static bool CanBeFoundAgain(string applied, string after, PodTemplate from, PodTemplate to) => Candidates(after, to, from).Contains(applied);

    // Unchanged is what `kubectl set image` leaves.
    private static IEnumerable<string> Candidates(string applied, PodTemplate from, PodTemplate to) => [applied, After(applied, from, to)];

    // StatefulSets' and DaemonSets' revisions keep the annotations of the moment; they are about this template when it fulfils them.
    private static JsonObject? TemplateAsApplied(PodTemplate template) =>
        template.AppliedAs is { } recorded && (JsonNode.Parse(recorded) as JsonObject)?["spec"]?["template"] is JsonObject asked
            && template.Fulfils(new PodTemplate(JsonSerializer.SerializeToElement(asked, TemplateJson.Default.JsonObject)))
            ? (JsonObject)asked.DeepClone()
            : null;
}
