using System.Text.Json;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// How the rollback hooks of two revisions differ. Every release has image tags of its own, and arguments and labels that repeat them: those
/// alone are no other hooks.
/// </summary>
/// <param name="Differ">Whether one has hooks that the other does not, or that do something else.</param>
/// <param name="Images">Images that differ in nothing but their tags: <c>job/migrate app/migrations:2.0 → app/migrations:1.9</c>.</param>
internal sealed record RollbackHooks(bool Differ, IReadOnlyList<string> Images)
{
    private static readonly string[] Versions = ["helm.sh/chart", "app.kubernetes.io/version"];

    public static RollbackHooks Compare(HelmWork work, HelmRecord from, HelmRecord to)
    {
        var (left, comes) = (Of(from), Of(to));
        if (left.Count != comes.Count) return new RollbackHooks(true, []);
        List<string> images = [];
        foreach (var (was, now) in left.Zip(comes))
        {
            if (!RunAlike(was, now)) return new RollbackHooks(true, []);
            if (was.Manifest == now.Manifest) continue;
            var (before, after) = (work.ObjectOf(was, from), work.ObjectOf(now, to));
            var moved = ImagesOf(before).Zip(ImagesOf(after)).Where(pair => pair.First != pair.Second).ToList();
            List<(string Was, string Now)> tags = [.. moved.Select(pair => (VersionOf(pair.First), VersionOf(pair.Second))).Where(pair => pair is { Item1.Length: > 0, Item2.Length: > 0 })];
            if (!Alike(before.Json, after.Json, tags)) return new RollbackHooks(true, []);
            images.AddRange(moved.Select(pair => $"{after} {pair.First} → {pair.Second}"));
        }

        return new RollbackHooks(false, images);
    }

    private static List<HelmHook> Of(HelmRecord record) =>
        [.. record.Hooks.Where(hook => hook.Events.Contains(RunHelmHooks.Before) || hook.Events.Contains(RunHelmHooks.After)).OrderBy(hook => hook.Name, StringComparer.Ordinal).ThenBy(hook => hook.Kind, StringComparer.Ordinal)];

    private static bool RunAlike(HelmHook one, HelmHook other) => one.Name == other.Name && one.Kind == other.Kind && one.Weight == other.Weight
        && one.Events.Order(StringComparer.Ordinal).SequenceEqual(other.Events.Order(StringComparer.Ordinal))
        && one.DeletePolicies.Order(StringComparer.Ordinal).SequenceEqual(other.DeletePolicies.Order(StringComparer.Ordinal));

    private static IEnumerable<string> ImagesOf(ManifestObject hook) => HelmTemplates.Of(hook)?.Images.Select(image => image.Image) ?? [];

    private static string VersionOf(string image)
    {
        try
        {
            var reference = ImageReference.Parse(image);
            return reference.Digest ?? reference.Tag ?? "";
        }
        catch (FormatException)
        {
            return "";
        }
    }

    private static bool Alike(JsonElement was, JsonElement now, List<(string Was, string Now)> tags)
    {
        if (was.ValueKind != now.ValueKind) return false;
        switch (was.ValueKind)
        {
            case JsonValueKind.Object:
                var (fields, others) = (was.EnumerateObject().Where(Counts).ToList(), now.EnumerateObject().Where(Counts).ToList());
                return fields.Count == others.Count && fields.TrueForAll(field => now.TryGetProperty(field.Name, out var other) && Alike(field.Value, other, tags));
            case JsonValueKind.Array:
                return was.GetArrayLength() == now.GetArrayLength() && was.EnumerateArray().Zip(now.EnumerateArray()).All(pair => Alike(pair.First, pair.Second, tags));
            case JsonValueKind.String:
                var (text, wanted) = (was.GetString()!, now.GetString()!);
                return text == wanted || tags.Exists(tag => text.Replace(tag.Was, tag.Now, StringComparison.Ordinal) == wanted);
            default:
                return JsonSame.Canonical(was) == JsonSame.Canonical(now);
        }
    }

    private static bool Counts(JsonProperty field) => !Versions.Contains(field.Name);
}
