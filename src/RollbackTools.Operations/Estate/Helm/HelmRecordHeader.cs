namespace RollbackTools.Operations.Estate.Helm;

/// <summary>What a record's labels tell, without its content: enough to list releases and to see one that is stuck.</summary>
public sealed record HelmRecordHeader(HelmRecordName Name)
{
    private static readonly HashSet<string> Helms = new(StringComparer.Ordinal) { "name", "owner", "status", "version", "createdAt", "modifiedAt" };

    /// <summary>The label, which is what Helm selects by. The record says it too; after a kill the two can differ.</summary>
    public string Status { get; init; } = HelmStatus.Unknown;

    public string Uid { get; init; } = "";

    public string ResourceVersion { get; init; } = "";

    /// <summary>When the record was made: the label in Unix seconds, else the object's own time.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When Helm last wrote it; null when it was never changed.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>All labels of the object, Helm's own and the user's (<c>helm upgrade --labels</c>).</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> UserLabels => Labels.Where(label => !Helms.Contains(label.Key)).ToDictionary(StringComparer.Ordinal);

    public static bool IsHelmLabel(string name) => Helms.Contains(name);
}
