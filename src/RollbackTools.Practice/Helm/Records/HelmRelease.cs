using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Helm.Records;

/// <summary>
/// One revision of a release, as the tree that is stored; and the labels of what it is stored in. A record read keeps the fields that
/// nobody here knows.
/// </summary>
internal sealed class HelmRelease(JsonObject body, Dictionary<string, string> labels)
{
    public JsonObject Body => body;

    public Dictionary<string, string> Labels => labels;

    public string Name => body.Text("name") ?? "";

    public int Revision => body.Number("version") ?? 0;

    public string Namespace => body.Text("namespace") ?? "";

    public string Manifest => body.Text("manifest") ?? "";

    public string Status => body.Text("info", "status") ?? "";

    public bool Pending => Status.StartsWith("pending-", StringComparison.Ordinal);

    /// <summary><c>ssa</c> or <c>csa</c>; empty for what Helm 3 wrote.</summary>
    public string ApplyMethod => body.Text("apply_method") ?? "";

    public IReadOnlyList<ReleaseHook> Hooks => [.. body.Items("hooks").Select(hook => new ReleaseHook(hook))];

    public JsonObject Info => body.Child("info");

    public void Set(string status, string? description = null)
    {
        Info["status"] = status;
        if (description is not null) Info["description"] = description;
    }
}

/// <summary>One hook of a release.</summary>
internal sealed class ReleaseHook(JsonObject body)
{
    public string Name => body.Text("name") ?? "";

    public string Kind => body.Text("kind") ?? "";

    public string Path => body.Text("path") ?? "";

    public string Manifest => body.Text("manifest") ?? "";

    public int Weight => body.Number("weight") ?? 0;

    public bool RunsAt(string hookEvent) => Strings("events").Contains(hookEvent);

    public bool DeletedWhen(string policy) => Strings("delete_policies").Contains(policy);

    /// <summary>Without a policy, the hook of the time before makes room for the new one.</summary>
    public void SetDefaultPolicy()
    {
        if (!Strings("delete_policies").Any()) body["delete_policies"] = new JsonArray("before-hook-creation");
    }

    /// <summary>Writes down how its latest run went.</summary>
    public void Ran(string phase, DateTimeOffset? started, DateTimeOffset? completed, HelmVersion version)
    {
        var run = body.Child("last_run");
        var since = started is { } begin ? GoTime.Text(begin) : run.Text("started_at");
        body["last_run"] = ReleaseFields.Run(phase, since, completed is { } end ? GoTime.Text(end) : null, version);
    }

    private IEnumerable<string?> Strings(string list) => (body[list] as JsonArray ?? []).Select(item => (string?)item);
}
