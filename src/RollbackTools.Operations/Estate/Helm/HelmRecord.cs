using System.Text.Encodings.Web;
using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Estate.Helm;

/// <summary>
/// One revision of a release. The JSON Helm wrote is kept, and fields are read out of it when asked for: what we have no word for
/// survives, and the chart's templates are never unpacked. It can hold secrets (values, manifests), so none of its content may
/// go into a journal, an error or an output as it is.
/// </summary>
public sealed class HelmRecord
{
    private readonly JsonObjectBytes _fields;
    private string? _manifest;
    private IReadOnlyList<HelmHook>? _hooks;

    /// <summary>Throws <see cref="JsonException"/> when the JSON is no record.</summary>
    /// <param name="objectMetadata">The holding object's <c>metadata</c>, as it was read; empty for a record that is yet to be created.</param>
    public HelmRecord(HelmRecordHeader header, ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> objectMetadata = default)
    {
        _fields = JsonObjectBytes.Read(json);
        Header = header;
        Json = json;
        ObjectMetadata = objectMetadata;
        Info = HelmInfo.Of(_fields.Object("info"));
        Chart = HelmChart.Of(_fields.Object("chart").Element("metadata"));
    }

    public HelmRecordHeader Header { get; }

    public HelmRecordName Name => Header.Name;

    /// <summary>The whole record, as it is stored once unpacked.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    public ReadOnlyMemory<byte> ObjectMetadata { get; }

    public HelmInfo Info { get; }

    public HelmChart Chart { get; }

    public int Revision => Name.Revision;

    public string Status => Info.Status;

    /// <summary>Every object of the revision but hooks and the chart's <c>crds/</c>, as one stream of YAML documents.</summary>
    public string Manifest => _manifest ??= _fields.Text("manifest") ?? "";

    public IReadOnlyList<HelmHook> Hooks => _hooks ??=
        [.. (_fields.Element("hooks")?.Items() ?? []).Where(hook => hook.ValueKind == JsonValueKind.Object).Select(hook => new HelmHook(hook))];

    /// <summary>The values the release was made with, over the chart's defaults. Null when there are none.</summary>
    public JsonElement? Config => _fields.Element("config");

    /// <summary>ssa, csa, or empty, which is client-side apply.</summary>
    public string ApplyMethod => _fields.Text("apply_method") ?? "";

    public bool ServerSide => ApplyMethod == "ssa";

    /// <summary>The name and revision the JSON itself has, to compare with the object's.</summary>
    public (string? Release, long? Revision) Said => (_fields.Text("name"), _fields.Element("version")?.Number());

    /// <summary>Whether both deploy the same: chart, values, manifest and hooks (but for when those ran) are the same.</summary>
    public bool SameContentAs(HelmRecord other) =>
        Chart == other.Chart && Manifest == other.Manifest && JsonSame.AsIn(Config, other.Config)
        && Hooks.Select(HookContent).SequenceEqual(other.Hooks.Select(HookContent));

    /// <summary>The record changed in these fields alone.</summary>
    public HelmRecord With(HelmRecordEdit edit)
    {
        var fields = _fields;
        if (edit.Revision is { } revision) fields = fields.With("version", revision);
        if (edit.Manifest is { } manifest) fields = fields.With("manifest", manifest);
        if (edit.Hooks is { } hooks) fields = fields.With("hooks", Array(hooks));
        if (edit.ApplyMethod is { } method) fields = method.Length == 0 ? fields.Without("apply_method") : fields.With("apply_method", method);
        fields = fields.With("info", InfoWith(fields.Object("info"), edit));
        return new HelmRecord(HeaderWith(edit), fields.ToBytes(), ObjectMetadata);
    }

    /// <summary>Its content as a new object of another revision: no uid, version or time is taken over.</summary>
    public HelmRecord AsNew(HelmRecordEdit edit) => new(
        new HelmRecordHeader(Name with { Revision = edit.Revision ?? Revision })
        {
            Status = edit.Status ?? Status,
            Labels = edit.UserLabels ?? Header.UserLabels,
        },
        With(edit).Json);

    private HelmRecordHeader HeaderWith(HelmRecordEdit edit)
    {
        var labels = edit.UserLabels is { } users
            ? Header.Labels.Where(label => HelmRecordHeader.IsHelmLabel(label.Key)).Concat(users).ToDictionary(StringComparer.Ordinal)
            : Header.Labels;
        return Header with { Name = Name with { Revision = edit.Revision ?? Revision }, Status = edit.Status ?? Header.Status, Labels = labels };
    }

    private static JsonObjectBytes InfoWith(JsonObjectBytes info, HelmRecordEdit edit)
    {
        if (edit.FirstDeployedFrom?._fields.Object("info")["first_deployed"] is { } first) info = info.With("first_deployed", first);
        if (edit.LastDeployed is { } last) info = info.With("last_deployed", GoTime.Format(last));
        if (edit.Description is { } description) info = info.With("description", description);
        if (edit.Status is { } status) info = info.With("status", status);
        if (edit.RollbackRevision is { } to) info = to == 0 ? info.Without("rollback_revision") : info.With("rollback_revision", to);
        return info;
    }

    private static string HookContent(HelmHook hook) =>
        string.Join('\n', [hook.Name, hook.Kind, hook.Path, hook.Manifest, .. hook.Events, .. hook.DeletePolicies]);

    private static ReadOnlyMemory<byte> Array(IReadOnlyList<HelmHook> hooks)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }))
        {
            json.WriteStartArray();
            foreach (var hook in hooks) json.WriteRawValue(hook.Json.GetRawText(), skipInputValidation: true);
            json.WriteEndArray();
        }

        return buffer.ToArray();
    }
}
