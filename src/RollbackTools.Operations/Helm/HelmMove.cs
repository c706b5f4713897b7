using System.Globalization;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>A release's way from one revision to the content of another, which becomes a revision of its own. All by number: contents stay in their records.</summary>
public sealed record HelmMove
{
    public string Namespace { get; init; } = "";

    public string Release { get; init; } = "";

    public HelmDriver Driver { get; init; }

    /// <summary>The newest revision, whatever its status: what the objects are by now, as far as Helm knows.</summary>
    public int From { get; init; }

    /// <summary>The revision whose content comes back.</summary>
    public int To { get; init; }

    /// <summary>The revision that is deployed by the records, when it is another: what it has and <see cref="From"/>, which failed, has not, may be there still.</summary>
    public int? Deployed { get; init; }

    /// <summary>The revision that this makes.</summary>
    [JsonIgnore]
    public int Revision => From + 1;

    /// <summary>When it was planned: the time in the new record, by which a run knows its own again. Null: any record that rolls back to the same.</summary>
    public DateTimeOffset? Stamp { get; init; }

    public HelmHooksFrom HooksFrom { get; init; }

    /// <summary>For each hook, and for the objects to become well.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Under server-side apply: take over fields that others own.</summary>
    public bool ForceConflicts { get; init; }

    [JsonIgnore]
    public string Description => string.Create(CultureInfo.InvariantCulture, $"Rollback to {To}");

    public HelmRecordName Name(int revision) => new(Namespace, Release, revision, Driver);

    public override string ToString() => $"Helm release {Release} in {Namespace}";
}

/// <summary>Whose hooks run on a rollback.</summary>
public enum HelmHooksFrom
{
    /// <summary>Those of the revision that comes back, as Helm has it.</summary>
    Target,

    /// <summary>Those of the revision that is left: it alone knows how to take its migrations back (helm#5825).</summary>
    Current,

    None,
}
