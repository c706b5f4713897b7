using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RollbackTools.Tests.Practice.Helm;

/// <summary>Release records as text in which two helms can be compared.</summary>
internal static partial class LeveledRecord
{
    /// <summary>
    /// With the moments and the namespace alike, and every field in the order it was written in. Before 4.2 Helm 4 cut the line feeds at the
    /// end of a document as Helm 3 does, so those count for nothing. What Helm 4 was waiting for when its time was over is chance.
    /// </summary>
    public static string Of(JsonObject record)
    {
        record = record.DeepClone().AsObject();
        var ns = (string)record["namespace"]!;
        foreach (var part in record["hooks"]?.AsArray().Select(hook => hook!.AsObject()).Append(record) ?? [record])
            part["manifest"] = ((string)part["manifest"]!).TrimEnd().Replace("\n\n---", "\n---", StringComparison.Ordinal);
        if ((string?)record["info"]!["description"] is { } description) record["info"]!["description"] = Awaited().Replace(description, "status: InProgress\n");
        return Moment().Replace(record.ToJsonString(new JsonSerializerOptions { WriteIndented = true }).Replace(ns, "NAMESPACE", StringComparison.Ordinal), "MOMENT");
    }

    /// <summary>The labels of its Secret; of a moment the name alone.</summary>
    public static string Labels(JsonObject secret) => string.Join(' ', secret["metadata"]!["labels"]!.AsObject().OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .Select(pair => pair.Key.EndsWith("At", StringComparison.Ordinal) ? pair.Key : $"{pair.Key}={pair.Value}"));

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)")]
    private static partial Regex Moment();

    [GeneratedRegex(@"status: InProgress, message: [^\n]*\n")]
    private static partial Regex Awaited();
}
