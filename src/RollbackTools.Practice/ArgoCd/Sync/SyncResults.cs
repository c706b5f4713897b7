using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.Sync;

/// <summary><c>syncResult.resources</c>: what became of each object so far. A sync goes on from there after every step.</summary>
internal sealed class SyncResults(IEnumerable<JsonObject> earlier)
{
    private readonly List<JsonObject> entries = [.. earlier.Select(entry => entry.DeepClone().AsObject())];

    public bool Any => entries.Count > 0;

    /// <summary>The distinct messages of what failed.</summary>
    public IEnumerable<string> Failures => entries.Where(entry => entry.Text("status") == "SyncFailed")
        .Select(entry => entry.Text("message") ?? "").Where(message => message.Length > 0).Distinct().Order(StringComparer.Ordinal);

    public void Recall(SyncTask task)
    {
        if (Find(task) is not { } entry) return;
        task.Status = entry.Text("status") ?? "";
        task.State = entry.Text("hookPhase") ?? "";
        task.Message = entry.Text("message") ?? "";
    }

    public void Set(SyncTask task, string status, string state, string message)
    {
        (task.Status, task.State, task.Message) = (status, state, message);
        if (Find(task) is not { } entry) entries.Add(entry = task.Id.ToJson());
        if (status.Length > 0) entry["status"] = status;
        if (message.Length > 0) entry["message"] = message;
        else entry.Remove("message");
        if (task.IsHook) entry["hookType"] = task.Phase.ToString();
        if (state.Length > 0) entry["hookPhase"] = state;
        entry["syncPhase"] = task.Phase.ToString();
    }

    public JsonArray ToJson() => new([.. entries.Select(entry => entry.DeepClone())]);

    private JsonObject? Find(SyncTask task) => entries.Find(entry =>
        (entry.Text("group") ?? "") == task.Id.Group && entry.Text("kind") == task.Id.Kind && entry.Text("namespace") == task.Id.Namespace
        && entry.Text("name") == task.Id.Name && entry.Text("syncPhase") == task.Phase.ToString());
}
