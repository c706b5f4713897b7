using System.Globalization;
using System.Text.Json;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Helm;

/// <summary>Between an object's metadata and what Helm says with its labels.</summary>
internal static class HelmMetadata
{
    /// <summary>Null for an object that is Helm's by its label but not one of its records by its other labels.</summary>
    public static HelmRecordHeader? Header(ObjectMeta metadata, HelmDriver driver) =>
        metadata.Labels.TryGetValue("name", out var release) && metadata.Labels.TryGetValue("version", out var version)
        && int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) && revision > 0
        && new HelmRecordName(metadata.Namespace, release, revision, driver) is var name && name.ObjectName == metadata.Name
            ? Header(name, metadata)
            : null;

    public static HelmRecordHeader Header(HelmRecordName name, ReadOnlyMemory<byte> metadata) =>
        Header(name, JsonSerializer.Deserialize(metadata.Span, KubernetesJson.Default.ObjectMeta) ?? new ObjectMeta());

    /// <summary>The labels Helm would write beside the user's: of its two times only the last (pkg/storage/driver/secrets.go).</summary>
    public static Dictionary<string, string> Labels(HelmRecord record, string stamp, DateTimeOffset now) => new(record.Header.UserLabels, StringComparer.Ordinal)
    {
        ["name"] = record.Name.Release,
        ["owner"] = "helm",
        ["status"] = record.Status,
        ["version"] = record.Revision.ToString(CultureInfo.InvariantCulture),
        [stamp] = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The object's metadata as it was read, with these labels; the least there must be for a new one.</summary>
    public static ReadOnlyMemory<byte> With(HelmRecord record, IReadOnlyDictionary<string, string> labels)
    {
        var metadata = record.ObjectMetadata.IsEmpty ? JsonObjectBytes.Empty : JsonObjectBytes.Read(record.ObjectMetadata).Without("managedFields");
        var written = labels.OrderBy(label => label.Key, StringComparer.Ordinal)
            .Aggregate(JsonObjectBytes.Empty, (all, label) => all.With(label.Key, label.Value));
        return metadata.With("name", record.Name.ObjectName).With("namespace", record.Name.Namespace).With("labels", written).ToBytes();
    }

    private static HelmRecordHeader Header(HelmRecordName name, ObjectMeta metadata) => new(name)
    {
        Status = metadata.Labels.GetValueOrDefault("status", HelmStatus.Unknown),
        Uid = metadata.Uid,
        ResourceVersion = metadata.ResourceVersion,
        CreatedAt = Seconds(metadata, "createdAt") ?? metadata.CreationTimestamp,
        ModifiedAt = Seconds(metadata, "modifiedAt"),
        Labels = metadata.Labels,
    };

    private static DateTimeOffset? Seconds(ObjectMeta metadata, string label) =>
        metadata.Labels.TryGetValue(label, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds < 253402300800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
