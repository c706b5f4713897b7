using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Operations.Argo.ImageUpdates;

/// <summary>
/// Image Updater's annotations on an application: <c>ignore-tags</c> for all its images, <c>ALIAS.ignore-tags</c> for one, which replaces the
/// general one.
/// </summary>
internal static class UpdateAnnotations
{
    public const string Prefix = "argocd-image-updater.argoproj.io/";

    private const string IgnoreTags = "ignore-tags";

    public static IReadOnlyList<AnnotationChange> Changes(
        ArgoApplication application, ImageUpdateRequest request, IReadOnlyList<string> patterns, Func<SuspendedUpdate, SuspendedUpdate> signed, List<string> warnings)
    {
        var note = application.Annotation(SuspendedUpdate.Annotation);
        var remembered = SuspendedUpdate.Read(note);
        if (request.Resume)
        {
            return remembered is null ? [] :
            [
                .. remembered.Annotations.Select(pair => new AnnotationChange(pair.Key, application.Annotation(pair.Key), pair.Value)).Where(change => change.From != change.To),
                new AnnotationChange(SuspendedUpdate.Annotation, note, null),
            ];
        }

        if (request.Tags.Count > 0 && Aliases(application).Any(alias => Text(application, alias, "update-strategy") == "digest"))
            warnings.Add("Some of its images follow a tag's digest: that the tag stays the same does not hold them. Leave -Tag out to stop them.");
        List<AnnotationChange> changes = [.. Keys(application, request, warnings).Select(key => With(application, key, patterns)).Where(change => change.From != change.To)];
        if (changes.Count == 0) return [];
        // Of each annotation, the first one to touch it saw what was really there.
        var before = remembered ?? signed(new SuspendedUpdate());
        before = before with
        {
            Annotations = before.Annotations.Concat(changes.Select(change => KeyValuePair.Create(change.Key, change.From))).DistinctBy(pair => pair.Key).ToDictionary(),
        };
        var text = before.Write();
        return note == text ? changes : [.. changes, new AnnotationChange(SuspendedUpdate.Annotation, note, text)];
    }

    private static AnnotationChange With(ArgoApplication application, string key, IReadOnlyList<string> patterns)
    {
        var now = application.Annotation(key);
        // An image's own list replaces the general one.
        var tags = (now ?? application.Annotation($"{Prefix}{IgnoreTags}") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new AnnotationChange(key, now, patterns.All(tags.Contains) ? now : string.Join(',', tags.Union(patterns)));
    }

    private static IEnumerable<string> Keys(ArgoApplication application, ImageUpdateRequest request, List<string> warnings)
    {
        var listed = Listed(application).ToList();
        var meant = listed.Where(image => request.Images.Contains(image.Repository)).ToList();
        if (meant.Count > 0 && meant.TrueForAll(image => image.Alias is not null) && meant.Count >= request.Images.Count) return meant.Select(image => Key(image.Alias!, IgnoreTags));
        ImageUpdateChange.WarnOfAll(request, [.. listed.Select(image => image.Repository)], warnings);
        return Everything(application);
    }

    /// <summary>What is ignored in general, as written.</summary>
    public static IReadOnlyList<string> Ignored(ArgoApplication application) =>
        (application.Annotation($"{Prefix}{IgnoreTags}") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IEnumerable<string> Everything(ArgoApplication application) => Aliases(application)
        .Select(alias => Key(alias, IgnoreTags)).Where(key => application.Annotation(key) is not null).Prepend($"{Prefix}{IgnoreTags}").Distinct();

    private static IEnumerable<string> Aliases(ArgoApplication application) => Listed(application).Select(image => image.Alias).OfType<string>();

    // `api=reg/api:~2.1`, or without an alias; a version constraint stands in a tag's place.
    private static IEnumerable<(string? Alias, string Repository)> Listed(ArgoApplication application) =>
        (application.Annotation($"{Prefix}image-list") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(entry => entry.Split('=', 2)).Select(parts => (parts.Length == 2 ? parts[0].Trim() : null, ApplicationReferences.WithoutConstraint(parts[^1].Trim())));

    private static string Key(string alias, string name) => $"{Prefix}{alias.Replace('/', '_')}.{name}";

    private static string? Text(ArgoApplication application, string alias, string name) =>
        application.Annotation(Key(alias, name)) ?? application.Annotation($"{Prefix}{name}");
}
