namespace RollbackTools.Practice.Helm;

/// <summary>Where records are kept: HELM_DRIVER.</summary>
public enum HelmDriver
{
    Secret,
    ConfigMap,
}

/// <summary>A moment at which whoever runs helm may be killed.</summary>
public enum HelmMoment
{
    /// <summary>The new record is written, as pending; nothing else has been done.</summary>
    Recorded,

    /// <summary>The hooks before the change have run.</summary>
    HooksRan,

    /// <summary>Half of the objects have been written.</summary>
    HalfApplied,

    /// <summary>All objects have been written; the record still says pending.</summary>
    Applied,
}

/// <summary>The flags and the environment of one helm command.</summary>
public sealed record HelmOptions
{
    public HelmVersion Version { get; init; } = HelmVersion.Helm3;

    public HelmDriver Driver { get; init; } = HelmDriver.Secret;

    /// <summary>Null asks as the CLI does by default: server-side for a Helm 4 install, and after that as the release was.</summary>
    public bool? ServerSide { get; init; }

    /// <summary><c>--force-conflicts</c>.</summary>
    public bool ForceConflicts { get; init; }

    public bool Wait { get; init; }

    /// <summary><c>--timeout</c>: for each hook, and for waiting.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary><c>--history-max</c>; 0 keeps everything.</summary>
    public int HistoryMax { get; init; } = 10;

    public bool NoHooks { get; init; }

    public string? Description { get; init; }

    /// <summary><c>--labels</c>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Whoever runs helm is killed at this moment.</summary>
    public HelmMoment? KilledAt { get; init; }
}
