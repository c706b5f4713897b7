using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Writing;

namespace RollbackTools.Practice.Helm.Charts;

/// <summary>One file of a chart, its path from the chart's directory on.</summary>
public sealed record ChartFile(string Name, string Text);

/// <summary>
/// A chart as its directory holds it. Its templates use of Go's template language what <see cref="ChartTemplate"/> knows, so that a real
/// helm renders them to the same manifests.
/// </summary>
public sealed record HelmChart(string Name, string Version, string AppVersion)
{
    public string Description { get; init; } = "";

    /// <summary>values.yaml.</summary>
    public string Values { get; init; } = "";

    /// <summary>Under <c>templates/</c>.</summary>
    public IReadOnlyList<ChartFile> Templates { get; init; } = [];

    /// <summary>Under <c>crds/</c>: created by the first install, and never looked at again.</summary>
    public IReadOnlyList<ChartFile> Crds { get; init; } = [];

    /// <summary>What else lies in the directory, such as a README.</summary>
    public IReadOnlyList<ChartFile> Others { get; init; } = [];

    /// <summary>values.schema.json.</summary>
    public string? Schema { get; init; }

    /// <summary>When its files were last changed; Helm 4 keeps that.</summary>
    public DateTimeOffset Modified { get; init; } = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    /// <summary>What the templates are rendered with unless told otherwise.</summary>
    public JsonObject DefaultValues() => YamlJson.Parse(Values) as JsonObject ?? [];

    /// <summary>Neither Chart.yaml nor a template nor values: what a release keeps as <c>files</c>.</summary>
    public IEnumerable<ChartFile> Files() => Crds.Concat(Others).OrderBy(file => file.Name, StringComparer.Ordinal);

    /// <summary>Chart.yaml.</summary>
    public JsonObject Metadata()
    {
        JsonObject metadata = new() { ["name"] = Name, ["version"] = Version };
        if (Description.Length > 0) metadata["description"] = Description;
        metadata["apiVersion"] = "v2";
        metadata["appVersion"] = AppVersion;
        metadata["type"] = "application";
        return metadata;
    }

    /// <summary>Lays the chart down as a directory that a real helm can install from.</summary>
    public void WriteTo(string directory)
    {
        Write("Chart.yaml", string.Concat(Metadata().Select(pair => $"{pair.Key}: {pair.Value!.ToJsonString()}\n")));
        if (Values.Length > 0) Write("values.yaml", Values);
        if (Schema is not null) Write("values.schema.json", Schema);
        foreach (var file in Templates.Concat(Crds).Concat(Others)) Write(file.Name, file.Text);

        void Write(string name, string text)
        {
            var path = Path.Combine(directory, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.SetLastWriteTimeUtc(path, Modified.UtcDateTime);
        }
    }
}
