using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Estate.Helm;

/// <summary>One hook of a revision, kept as it was written.</summary>
public sealed class HelmHook(JsonElement json)
{
    public JsonElement Json { get; } = json;

    public string Name => Json.Text("name") ?? "";

    public string Kind => Json.Text("kind") ?? "";

    /// <summary>The template it came from: <c>api/templates/migrate.yaml</c>.</summary>
    public string Path => Json.Text("path") ?? "";

    public string Manifest => Json.Text("manifest") ?? "";

    /// <summary>pre-rollback, post-rollback, pre-upgrade…</summary>
    public IReadOnlyList<string> Events => Json.Texts("events");

    /// <summary>Lower ones run first; of the same weight, by name.</summary>
    public int Weight => Json.Number("weight") is >= int.MinValue and <= int.MaxValue and var weight ? (int)weight : 0;

    /// <summary>before-hook-creation, hook-succeeded, hook-failed.</summary>
    public IReadOnlyList<string> DeletePolicies => Json.Texts("delete_policies");

    public HelmHookRun LastRun => new(
        Json.Moment("last_run", "started_at"), Json.Moment("last_run", "completed_at"), Json.Text("last_run", "phase") ?? "");

    /// <summary>The hook with its last run written down; everything else stays.</summary>
    public HelmHook With(HelmHookRun run)
    {
        var hook = JsonObjectBytes.Read(System.Text.Encoding.UTF8.GetBytes(Json.GetRawText()));
        var last = hook.Object("last_run").With("phase", run.Phase);
        if (run.StartedAt is { } started) last = last.With("started_at", GoTime.Format(started));
        if (run.CompletedAt is { } completed) last = last.With("completed_at", GoTime.Format(completed));
        var bytes = hook.With("last_run", last).ToBytes();
        using var document = JsonDocument.Parse(bytes);
        return new HelmHook(document.RootElement.Clone());
    }
}

/// <summary>How a hook last ran. Phases: Unknown, Running, Succeeded, Failed.</summary>
public sealed record HelmHookRun(DateTimeOffset? StartedAt, DateTimeOffset? CompletedAt, string Phase);
