using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RollbackTools.Operations.Argo.Windows;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Argo.ImageUpdates;

/// <summary>
/// The <c>applicationRefs</c> of one ImageUpdater, edited for one application. Only the most specific reference that matches applies,
/// and a lower level's <c>ignoreTags</c> replaces a higher one's instead of adding to it.
/// </summary>
internal sealed partial class ApplicationReferences(CustomResource updater)
{
    private readonly JsonElement spec = updater.Json.At("spec") ?? default;

    public IReadOnlyList<JsonElement> All => updater.Json.Items("spec", "applicationRefs");

    /// <summary>The reference that applies; null when the updater is not for this application.</summary>
    public JsonElement? For(ArgoApplication application) => All.Where(reference => Matches(reference, application))
        .OrderByDescending(Specificity).Select(reference => (JsonElement?)reference).FirstOrDefault();

    /// <summary>
    /// The references with the tags ignored for this application, or for some of its images (by repository), and what was there before.
    /// </summary>
    public (JsonArray References, SuspendedUpdate Before) Suspend(
        ArgoApplication application, JsonElement reference, IReadOnlyList<string> patterns, IReadOnlyList<string> images)
    {
        var at = All.ToList().FindIndex(one => one.Equals(reference) || JsonSame.AsIn(one, reference));
        var own = reference.Text("namePattern") == application.Metadata.Name;
        var edited = JsonObject.Create(reference)!;
        Dictionary<string, IReadOnlyList<string>?> before = [];
        var inherited = Tags(reference) ?? Tags(spec) ?? [];
        var listed = edited["images"]?.AsArray().OfType<JsonObject>().ToList() ?? [];
        var meant = listed.Where(image => images.Contains(RepositoryOf(ArgoJson.Element(image)))).ToList();
        if (meant.Count == 0)
        {
            before[""] = Tags(reference);
            Put(edited, [.. inherited, .. patterns.Except(inherited)]);
            meant = listed.Where(image => Tags(ArgoJson.Element(image)) is not null).ToList();
        }

        foreach (var image in meant)
        {
            var ownTags = before[NameOf(ArgoJson.Element(image))] = Tags(ArgoJson.Element(image));
            var all = ownTags ?? inherited;
            Put(image, [.. all, .. patterns.Except(all)]);
        }

        List<JsonNode> references = [.. All.Select(one => (JsonNode)JsonObject.Create(one)!)];
        if (own)
        {
            references[at] = edited;
        }
        else
        {
            edited["namePattern"] = application.Metadata.Name;
            edited.Remove("labelSelectors");
            references.Insert(0, edited);
        }

        return (new JsonArray([.. references]), new SuspendedUpdate { Inserted = !own, IgnoreTags = own ? before : new Dictionary<string, IReadOnlyList<string>?>() });
    }

    /// <summary>The references as they were for this application; others stay as they are now.</summary>
    public JsonArray Resume(string application, SuspendedUpdate before)
    {
        List<JsonNode> references = [];
        foreach (var reference in All)
        {
            if (reference.Text("namePattern") != application)
            {
                references.Add(JsonObject.Create(reference)!);
            }
            else if (!before.Inserted)
            {
                var edited = JsonObject.Create(reference)!;
                if (before.IgnoreTags.TryGetValue("", out var tags)) Put(edited, tags);
                foreach (var image in edited["images"]?.AsArray().OfType<JsonObject>() ?? [])
                    if (before.IgnoreTags.TryGetValue(NameOf(ArgoJson.Element(image)), out var own)) Put(image, own);
                references.Add(edited);
            }
        }

        return new JsonArray([.. references]);
    }

    /// <summary>Images that follow a mutable tag's digest: ignoring the tag they moved to does not hold them.</summary>
    public static IReadOnlyList<string> FollowingDigests(JsonElement spec, JsonElement reference) => [.. reference.Items("images")
        .Where(image => (image.Text("commonUpdateSettings", "updateStrategy") ?? reference.Text("commonUpdateSettings", "updateStrategy")
            ?? spec.Text("commonUpdateSettings", "updateStrategy")) == "digest").Select(NameOf)];

    public static IReadOnlyList<string>? Tags(JsonElement level) =>
        level.ValueKind == JsonValueKind.Object && level.At("commonUpdateSettings", "ignoreTags") is not null ? level.Texts("commonUpdateSettings", "ignoreTags") : null;

    /// <summary>The images it lists, by repository.</summary>
    public static IReadOnlyList<string> Repositories(JsonElement reference) => [.. reference.Items("images").Select(RepositoryOf)];

    /// <summary>What is ignored for the application in general.</summary>
    public IReadOnlyList<string> Ignored(JsonElement reference) => Tags(reference) ?? Tags(spec) ?? [];

    private static string RepositoryOf(JsonElement image) => WithoutConstraint(image.Text("imageName") ?? "");

    /// <summary>An image's name carries a version constraint in a tag's place.</summary>
    public static string WithoutConstraint(string name)
    {
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? name[..colon] : name;
    }

    private static string NameOf(JsonElement image) => image.Text("alias") ?? image.Text("imageName") ?? "";

    private static void Put(JsonObject level, IReadOnlyList<string>? tags)
    {
        var settings = level["commonUpdateSettings"] as JsonObject;
        if (tags is null)
        {
            settings?.Remove("ignoreTags");
            if (settings is { Count: 0 }) level.Remove("commonUpdateSettings");
            return;
        }

        if (settings is null) level["commonUpdateSettings"] = settings = [];
        settings["ignoreTags"] = new JsonArray([.. tags.Select(tag => (JsonNode)JsonValue.Create(tag)!)]);
    }

    private static bool Matches(JsonElement reference, ArgoApplication application) =>
        Wildcard.Matches(reference.Text("namePattern") ?? "", application.Metadata.Name)
        && (reference.At("labelSelectors") is not { } selector || Selects(selector, application.Metadata.Labels));

    private static bool Selects(JsonElement selector, IReadOnlyDictionary<string, string> labels) => new LabelSelector
    {
        MatchLabels = selector.At("matchLabels") is { ValueKind: JsonValueKind.Object } wanted
            ? wanted.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString() ?? "") : new Dictionary<string, string>(),
        MatchExpressions = [.. selector.Items("matchExpressions").Select(one => new LabelExpression
        {
            Key = one.Text("key") ?? "", Operator = one.Text("operator") ?? "", Values = one.Texts("values"),
        })],
    }.Matches(labels);

    // An exact name before a pattern, a label selector before none, more letters before fewer (its calculateSpecificity).
    private static int Specificity(JsonElement reference)
    {
        var pattern = reference.Text("namePattern") ?? "";
        var score = pattern.AsSpan().IndexOfAny("*?[]") < 0 ? 1_000_000 : 0;
        score += Class().Replace(pattern, "").Count(c => c is not ('*' or '?'));
        if (reference.At("labelSelectors") is not { } selector) return score;
        var labels = selector.At("matchLabels") is { ValueKind: JsonValueKind.Object } wanted ? wanted.EnumerateObject().Count() : 0;
        return score + 10_000 + (100 * (labels + selector.Items("matchExpressions").Count));
    }

    [GeneratedRegex(@"\[.*?\]")]
    private static partial Regex Class();
}
