using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Helm.Charts;

/// <summary>One document of a rendered chart, and the template it came from.</summary>
internal sealed record RenderedDocument(string Path, string Text, JsonObject Object)
{
    public string Kind => Object.Text("kind") ?? "";

    public string? HookEvents => Object.Text("metadata", "annotations", "helm.sh/hook");
}

/// <summary>What a chart renders to: the manifest, its objects in the order Helm installs them, the hooks and the notes.</summary>
internal sealed partial record RenderedChart(string Manifest, IReadOnlyList<RenderedDocument> Hooks, string Notes)
{
    /// <summary>Renders every template. <paramref name="config"/> is what the user gave besides the chart's values.</summary>
    public static RenderedChart Of(HelmChart chart, JsonObject config, string name, string ns, int revision, HelmVersion version)
    {
        var values = chart.DefaultValues();
        Overlay(values, config);
        JsonObject scope = new()
        {
            ["Values"] = values,
            ["Chart"] = new JsonObject { ["Name"] = chart.Name, ["Version"] = chart.Version, ["AppVersion"] = chart.AppVersion },
            ["Release"] = new JsonObject { ["Name"] = name, ["Namespace"] = ns, ["Revision"] = revision, ["Service"] = "Helm" },
        };
        List<RenderedDocument> documents = [];
        var notes = "";
        foreach (var file in chart.Templates.OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            var text = ChartTemplate.Render(file.Text, scope);
            if (file.Name == "templates/NOTES.txt") notes = text;
            else documents.AddRange(Split(text, version).Select(one => Document($"{chart.Name}/{file.Name}", one)));
        }

        // Both sorts are stable: objects of a kind stay in the order of their files.
        var sorted = documents.OrderBy(document => KindOrder.Rank(document.Kind)).ThenBy(document => KindOrder.Known(document.Kind) ? "" : document.Kind, StringComparer.Ordinal).ToList();
        StringBuilder manifest = new();
        foreach (var one in sorted.Where(document => document.HookEvents is null))
            manifest.Append(CultureInfo.InvariantCulture, $"---\n# Source: {one.Path}\n{one.Text}\n");
        return new RenderedChart(manifest.ToString(), [.. sorted.Where(document => document.HookEvents is not null)], notes);
    }

    /// <summary>The documents of a manifest, in order. Helm 3 trims each; Helm 4 keeps the line feeds at its end.</summary>
    public static IEnumerable<string> Split(string manifest, HelmVersion version) =>
        (version == HelmVersion.Helm3 ? TrimmingSeparator() : Separator()).Split(manifest.TrimStart())
        .Where(text => text.Trim().Length > 0)
        .Select(text => version == HelmVersion.Helm3 ? text.Trim() : text.TrimStart());

    private static RenderedDocument Document(string path, string text) => new(path, text, YamlJson.Parse(text) as JsonObject
        ?? throw new HelmException($"YAML parse error on {path}: error converting YAML to JSON"));

    private static void Overlay(JsonObject into, JsonObject over)
    {
        foreach (var (key, value) in over)
        {
            if (value is JsonObject child && into[key] is JsonObject have) Overlay(have, child);
            else if (value is null) into.Remove(key);
            else into[key] = value.DeepClone();
        }
    }

    [GeneratedRegex(@"(?:^|\s*\n)---\s*")]
    private static partial Regex TrimmingSeparator();

    [GeneratedRegex("^---[ \t]*", RegexOptions.Multiline)]
    private static partial Regex Separator();
}
