using System.Security.Cryptography;
using System.Text;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// One revision as far as history and choices need it: without the record's own bytes, and with the objects of its manifest, which
/// revisions that have a document in common share.
/// </summary>
internal sealed record HelmRevisionContent(HelmRecordHeader Header)
{
    public int Number => Header.Name.Revision;

    /// <summary>What the record says; what the label says when it cannot be read.</summary>
    public string Status => Info?.Status ?? Header.Status;

    /// <summary>Null when the record cannot be read.</summary>
    public HelmInfo? Info { get; init; }

    public HelmChart? Chart { get; init; }

    public string ApplyMethod { get; init; } = "";

    public IReadOnlyList<ManifestObject> Objects { get; init; } = [];

    /// <summary>The paths of the values the release was made with, and a hash of each; the values themselves are not kept.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();

    /// <summary>Equal for revisions that deploy the same: chart, values, manifest and hooks. Empty when the record cannot be read.</summary>
    public string ContentKey { get; init; } = "";

    /// <summary>Why the record, or the manifest in it, cannot be read; null when it can.</summary>
    public RollbackException? Trouble { get; init; }

    /// <summary>Whether the record itself was read, though perhaps not its manifest.</summary>
    public bool IsReadable => Info is not null;

    /// <summary>When it was begun.</summary>
    public DateTimeOffset? StartedAt => Info?.LastDeployed ?? Header.CreatedAt;

    /// <summary>When somebody was last seen at it. Helm gives a new record the labels of the one before, so what they say may be older than the record.</summary>
    public DateTimeOffset? TouchedAt => Header.ModifiedAt > StartedAt || StartedAt is null ? Header.ModifiedAt : StartedAt;

    /// <summary>The revision it went back to, when it is a rollback: from the record, or from the words older versions of Helm wrote.</summary>
    public int? RollbackOf => Info?.RollbackRevision ?? HelmWords.RollbackOf(Info?.Description);

    /// <summary>Whether both are read and deploy the same.</summary>
    public bool IsSameAs(HelmRevisionContent other) => ContentKey.Length > 0 && ContentKey == other.ContentKey;

    public IReadOnlyList<string> Images => [.. Templates().SelectMany(template => template.Images).Select(image => image.Image).Where(image => image.Length > 0).Distinct()];

    /// <summary>The pod templates of its objects, whatever kind of object holds them.</summary>
    public IEnumerable<PodTemplate> Templates() => Objects.Select(HelmTemplates.Of).OfType<PodTemplate>();

    public static HelmRevisionContent Of(HelmRecord record, ManifestParser parser)
    {
        HelmRevisionContent content = new(record.Header)
        {
            Info = record.Info,
            Chart = record.Chart,
            ApplyMethod = record.ApplyMethod,
            Values = HelmValues.Of(record.Config),
            ContentKey = KeyOf(record),
        };
        try
        {
            return content with { Objects = parser.Read(record.Manifest) };
        }
        catch (FormatException error)
        {
            return content with
            {
                Trouble = new RollbackException("HelmManifestUnreadable", $"The manifest of {record.Name} cannot be read: {error.Message}.", error)
                {
                    Target = record.Name.Object,
                    NextStep = $"helm get manifest {record.Name.Release} -n {record.Name.Namespace} --revision {record.Name.Revision}",
                },
            };
        }
    }

    private static string KeyOf(HelmRecord record)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(record.Chart.ToString());
        Add(record.Manifest);
        Add(JsonSame.Canonical(record.Config));
        foreach (var hook in record.Hooks) Add(string.Join('\n', [hook.Name, hook.Kind, hook.Manifest, .. hook.Events, .. hook.DeletePolicies]));
        return Convert.ToHexString(hash.GetHashAndReset());

        void Add(string text)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            hash.AppendData([0]);
        }
    }
}
