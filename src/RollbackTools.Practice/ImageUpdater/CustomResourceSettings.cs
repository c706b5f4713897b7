using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ImageUpdater;

/// <summary>
/// Reads an <c>ImageUpdater</c>: which Applications of its namespace it is for, and what for each. Of several application references
/// that match only the most specific counts.
/// </summary>
internal static partial class CustomResourceSettings
{
    public static IEnumerable<ManagedApplication> Read(StoredObject updater, IEnumerable<StoredObject> applications)
    {
        var spec = updater.Read.Object("spec");
        var references = spec.Items("applicationRefs").OrderByDescending(Specificity).ToList();
        foreach (var application in applications)
        {
            var match = references.FirstOrDefault(reference =>
                GlobPattern.Matches(reference.Text("namePattern") ?? "", application.Name) && Selects(reference.Object("labelSelectors"), application));
            if (match is null) continue;
            if (match.Flag("useAnnotations"))
            {
                if (AnnotationSettings.Read(application) is { } annotated) yield return annotated;
                continue;
            }

            var settings = Settings(spec).Under(Settings(match));
            var images = match.Items("images").Select(image => Image(image, settings)).ToList();
            yield return new ManagedApplication(application, WriteBackOf(spec, match), images);
        }
    }

    /// <summary>An exact name before a pattern, a label selector before none, more letters before fewer.</summary>
    internal static int Specificity(JsonObject reference)
    {
        var pattern = reference.Text("namePattern") ?? "";
        var score = pattern.AsSpan().IndexOfAny("*?[]") < 0 ? 1_000_000 : 0;
        score += Class().Replace(pattern, "").Count(c => c is not ('*' or '?'));
        if (reference.Object("labelSelectors") is not { } selector) return score;
        return score + 10_000 + (100 * (selector.Object("matchLabels")?.Count ?? 0)) + (100 * selector.Items("matchExpressions").Count());
    }

    internal static ManagedImage Image(string alias, string name, string? kustomizeName, UpdateSettings settings)
    {
        // The constraint in the tag's place may hold characters that no tag has.
        var colon = name.LastIndexOf(':');
        var (repository, constraint) = colon > name.LastIndexOf('/') ? (name[..colon], name[(colon + 1)..]) : (name, "");
        return new ManagedImage(alias, repository, constraint, kustomizeName, settings);
    }

    private static ManagedImage Image(JsonObject image, UpdateSettings above) => Image(
        image.Text("alias") ?? "", image.Text("imageName") ?? "", image.Text("manifestTargets", "kustomize", "name"), above.Under(Settings(image)));

    private static UpdateSettings Settings(JsonObject? level)
    {
        var common = level.Object("commonUpdateSettings");
        List<string>? ignored = common?["ignoreTags"] is JsonArray list ? [.. list.Select(tag => tag.Text() ?? "")] : null;
        return new UpdateSettings(common.Text("updateStrategy"), common.Text("allowTags"), ignored);
    }

    private static WriteBack WriteBackOf(JsonObject? spec, JsonObject reference)
    {
        string? Text(params string[] path) => reference.Text(["writeBackConfig", .. path]) ?? spec.Text(["writeBackConfig", .. path]);
        return Text("method")?.Split(':')[0] == "git"
            ? new WriteBack(true, Text("gitConfig", "repository"), Text("gitConfig", "branch"), Text("gitConfig", "writeBackTarget"))
            : WriteBack.None;
    }

    private static bool Selects(JsonObject? selector, StoredObject application) =>
        selector is null || (selector.Map("matchLabels").All(pair => application.Labels.GetValueOrDefault(pair.Key) == pair.Value)
            && selector.Items("matchExpressions").All(one => Holds(one, application.Labels)));

    private static bool Holds(JsonObject expression, IReadOnlyDictionary<string, string> labels)
    {
        var key = expression.Text("key") ?? "";
        var values = (expression["values"] as JsonArray ?? []).Select(value => value.Text()).ToList();
        var has = labels.TryGetValue(key, out var value);
        return expression.Text("operator") switch
        {
            "In" => has && values.Contains(value),
            "NotIn" => !has || !values.Contains(value),
            "Exists" => has,
            "DoesNotExist" => !has,
            _ => false,
        };
    }

    [GeneratedRegex(@"\[.*?\]")]
    private static partial Regex Class();
}
