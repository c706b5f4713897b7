using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Releases;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>
/// The commands that have Git say what an application was taken back to, for all of its images and whatever else changed, and keep Image
/// Updater from what was left. Typed one after the other, they end with automated sync on again and the bad version gone.
/// </summary>
internal static class BackInGit
{
    /// <summary>To what it rests on after a rollback, or else runs; null when nothing tells what that is, or no command is enough.</summary>
    public static string? Commands(ArgoApplication application)
    {
        var version = application.History.Reverse().FirstOrDefault(entry => VersionMarks.IsRestingOn(application, entry.Version))?.Version
            ?? Deployed.Of(application)?.Version;
        return version is null || VersionMarks.IsBad(application, version, 0) ? null : Commands(application, version);
    }

    /// <summary>Null when no command is enough: several sources, a chart, or overrides that only a person can set.</summary>
    public static string? Commands(ArgoApplication application, ApplicationVersion version)
    {
        if (application.Sources is not [var now] || version.Sources is not [var then] || version.Revisions is not [var commit]) return null;
        if (now.Text("chart") is not null || now.Text("repoURL") != then.Text("repoURL") || now.Text("path") != then.Text("path")) return null;
        if (!ApplicationVersion.IsCommit(commit)) return null;
        if (SameRest(now, then)) return $"Invoke-ReleaseRollback {application.Metadata.Namespace}/{application.Metadata.Name} -ToCommit {commit}";
        var sameCommit = application.ComparedRevisions is [var compared] && compared == commit;
        return sameCommit && SameRest(WithoutImages(now), WithoutImages(then)) ? Repin(application, then) : null;
    }

    /// <summary>
    /// The command that keeps Image Updater from the images that are left: each tag, of the repositories that are known to run another now, else
    /// every one. Both lists are whole images: those that ran, and those that are wanted.
    /// </summary>
    public static string Suspend(ArgoApplication application, IReadOnlyList<string> ran, IReadOnlyList<string> wanted)
    {
        var command = $"Suspend-ImageUpdate {application.Metadata.Name} -Namespace {application.Metadata.Namespace}";
        var kept = wanted.Select(Parse).OfType<ImageReference>().Select(image => image.Repository).ToHashSet();
        List<ImageReference> left = [.. ran.Except(wanted).Select(Parse).OfType<ImageReference>().Where(image => kept.Contains(image.Repository))];
        var tags = left.Select(image => image.Tag).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        var repositories = left.Select(image => image.Repository).Distinct().Order(StringComparer.Ordinal);
        return tags.Count == 0 || tags.Contains("latest") ? command : $"{command} -Tag {Listed(tags)} -Image {Listed(repositories)}";
    }

    // The images are set in the application's own spec, at a commit that stays the same.
    private static string Repin(ArgoApplication application, JsonElement then)
    {
        JsonArray? images = then.Texts("kustomize", "images") is { Count: > 0 } pinned ? new([.. pinned.Select(image => (JsonNode)JsonValue.Create(image)!)]) : null;
        JsonObject patch = new() { ["spec"] = new JsonObject { ["source"] = new JsonObject { ["kustomize"] = new JsonObject { ["images"] = images } } } };
        var text = patch.ToJsonString().Replace("'", "''", StringComparison.Ordinal);
        return $"kubectl patch application {application.Metadata.Name} -n {application.Metadata.Namespace} --type merge -p '{text}'";
    }

    private static bool SameRest(JsonElement one, JsonElement other) => JsonSame.AsIn(Without(one, "targetRevision"), Without(other, "targetRevision"));

    private static JsonElement Without(JsonElement source, string field)
    {
        var copy = JsonObject.Create(source)!;
        copy.Remove(field);
        return ArgoJson.Element(copy);
    }

    private static JsonElement WithoutImages(JsonElement source)
    {
        var copy = JsonNode.Parse(source.GetRawText())!.AsObject();
        if (copy["kustomize"] is JsonObject kustomize)
        {
            kustomize.Remove("images");
            if (kustomize.Count == 0) copy.Remove("kustomize");
        }

        return ArgoJson.Element(copy);
    }

    private static ImageReference? Parse(string image)
    {
        try
        {
            return ImageReference.Parse(image);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string Listed(IEnumerable<string> texts) => string.Join(',', texts.Select(text => $"'{text}'"));
}
