using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Estate.Helm;

/// <summary>A record's <c>info</c>.</summary>
public sealed record HelmInfo
{
    public string Status { get; init; } = HelmStatus.Unknown;

    public string Description { get; init; } = "";

    /// <summary>Null for a zero time, which Helm 3 writes as <c>""</c> and Helm 4 leaves out.</summary>
    public DateTimeOffset? FirstDeployed { get; init; }

    public DateTimeOffset? LastDeployed { get; init; }

    public DateTimeOffset? Deleted { get; init; }

    /// <summary>The revision a rollback went back to. Helm 4.1 and newer write it; earlier ones only say so in the description.</summary>
    public int? RollbackRevision { get; init; }

    public string Notes { get; init; } = "";

    internal static HelmInfo Of(JsonObjectBytes info) => new()
    {
        Status = info.Text("status") ?? HelmStatus.Unknown,
        Description = info.Text("description") ?? "",
        FirstDeployed = Moment(info, "first_deployed"),
        LastDeployed = Moment(info, "last_deployed"),
        Deleted = Moment(info, "deleted"),
        RollbackRevision = info.Element("rollback_revision") is { } revision && revision.Number() is > 0 and <= int.MaxValue and var number ? (int)number : null,
        Notes = info.Text("notes") ?? "",
    };

    private static DateTimeOffset? Moment(JsonObjectBytes info, string name) => info.Element(name)?.Moment();
}
