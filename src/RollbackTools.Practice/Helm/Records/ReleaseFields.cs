using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Helm.Records;

/// <summary>
/// The fields of a record in Go's order, as the versions of Helm write them (<c>pkg/release</c>, <c>pkg/chart</c>). Helm 3 writes a moment
/// there is none of as <c>""</c>; Helm 4 leaves it out. Maps are sorted by key, as Go's encoder sorts them.
/// </summary>
internal static class ReleaseFields
{
    public static JsonObject Release(
        string name, string ns, int revision, HelmChart chart, JsonObject config, RenderedChart rendered, JsonObject info, string? applyMethod, HelmVersion version)
    {
        JsonObject release = new()
        {
            ["name"] = name,
            ["info"] = info,
            ["chart"] = Chart(chart, version),
        };
        if (config.Count > 0) release["config"] = Sorted(config);
        if (rendered.Manifest.Length > 0) release["manifest"] = rendered.Manifest;
        if (rendered.Hooks.Count > 0) release["hooks"] = new JsonArray([.. rendered.Hooks.Select(hook => Hook(hook, version))]);
        release["version"] = revision;
        release["namespace"] = ns;
        if (applyMethod is not null) release["apply_method"] = applyMethod;
        return release;
    }

    public static JsonObject Info(string first, DateTimeOffset last, string description, string status, string notes, HelmVersion version)
    {
        JsonObject info = new() { ["first_deployed"] = first, ["last_deployed"] = GoTime.Text(last) };
        if (version == HelmVersion.Helm3) info["deleted"] = "";
        info["description"] = description;
        info["status"] = status;
        if (notes.Length > 0) info["notes"] = notes;
        return info;
    }

    public static JsonObject Run(string phase, string? started, string? completed, HelmVersion version)
    {
        if (version == HelmVersion.Helm3) return new JsonObject { ["started_at"] = started ?? "", ["completed_at"] = completed ?? "", ["phase"] = phase };
        JsonObject run = [];
        if (started is { Length: > 0 }) run["started_at"] = started;
        if (completed is { Length: > 0 }) run["completed_at"] = completed;
        run["phase"] = phase;
        return run;
    }

    private static JsonObject Chart(HelmChart chart, HelmVersion version)
    {
        JsonObject body = new()
        {
            ["metadata"] = chart.Metadata(),
            ["lock"] = null,
            ["templates"] = Files(chart.Templates.OrderBy(file => file.Name, StringComparer.Ordinal)),
            ["values"] = chart.Values.Length > 0 ? Sorted(chart.DefaultValues()) : null,
            ["schema"] = chart.Schema is null ? null : Base64(chart.Schema),
        };
        if (version == HelmVersion.Helm4) body["schemamodtime"] = chart.Schema is null ? GoTime.Zero : GoTime.Text(chart.Modified);
        body["files"] = Files(chart.Files());
        if (version == HelmVersion.Helm4) body["modtime"] = GoTime.Text(chart.Modified);
        return body;

        JsonArray? Files(IEnumerable<ChartFile> files)
        {
            JsonArray list = [];
            foreach (var file in files)
            {
                JsonObject one = new() { ["name"] = file.Name, ["data"] = Base64(file.Text) };
                if (version == HelmVersion.Helm4) one["modtime"] = GoTime.Text(chart.Modified);
                list.Add((JsonNode)one);
            }

            return list.Count > 0 ? list : null;
        }
    }

    private static JsonObject Hook(RenderedDocument document, HelmVersion version)
    {
        JsonObject hook = new()
        {
            ["name"] = document.Object.Text("metadata", "name"),
            ["kind"] = document.Kind,
            ["path"] = document.Path,
            ["manifest"] = document.Text,
            ["events"] = Words(document.HookEvents),
            ["last_run"] = Run("", null, null, version),
        };
        if (int.TryParse(document.Object.Text("metadata", "annotations", "helm.sh/hook-weight"), out var weight) && weight != 0) hook["weight"] = weight;
        if (Words(document.Object.Text("metadata", "annotations", "helm.sh/hook-delete-policy")) is { Count: > 0 } policies) hook["delete_policies"] = policies;
        if (Words(document.Object.Text("metadata", "annotations", "helm.sh/hook-output-log-policy")) is { Count: > 0 } logs) hook["output_log_policies"] = logs;
        return hook;
    }

    private static JsonArray Words(string? text) =>
        new([.. (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(word => (JsonNode)word.ToLowerInvariant())]);

    private static JsonObject Sorted(JsonObject map) =>
        new(map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value))));

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => Sorted(map),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
