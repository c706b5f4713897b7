using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Estate.ArgoCd;

/// <summary>One of an AppProject's <c>spec.syncWindows</c>.</summary>
public sealed record SyncWindow
{
    /// <summary>allow or deny.</summary>
    public string Kind { get; init; } = "";

    /// <summary>When it opens, in cron's five fields.</summary>
    public string Schedule { get; init; } = "";

    /// <summary>How long it stays open, in Go's words: <c>8h</c>, <c>1h30m</c>.</summary>
    public string Duration { get; init; } = "";

    /// <summary>An IANA name; UTC when empty.</summary>
    public string TimeZone { get; init; } = "";

    public IReadOnlyList<string> Applications { get; init; } = [];

    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public IReadOnlyList<string> Clusters { get; init; } = [];

    /// <summary>All of applications, namespaces and clusters must match, instead of any.</summary>
    public bool UseAndOperator { get; init; }

    /// <summary>Whether a person's sync is let through while it forbids others.</summary>
    public bool ManualSync { get; init; }

    public static SyncWindow Of(JsonElement json) => new()
    {
        Kind = json.Text("kind") ?? "",
        Schedule = json.Text("schedule") ?? "",
        Duration = json.Text("duration") ?? "",
        TimeZone = json.Text("timeZone") ?? "",
        Applications = json.Texts("applications"),
        Namespaces = json.Texts("namespaces"),
        Clusters = json.Texts("clusters"),
        UseAndOperator = json.Flag("andOperator") ?? false,
        ManualSync = json.Flag("manualSync") ?? false,
    };

    public override string ToString() => $"{Kind} '{Schedule}' for {Duration}" + (TimeZone.Length > 0 ? $" ({TimeZone})" : "");
}
