using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>Abort and pauses: what one reconciliation decides about them, and what the status then says.</summary>
internal sealed class PauseBook(RolloutView rollout, Moments moments, PracticeTempo tempo)
{
    public const string CanaryStep = "CanaryPauseStep";
    public const string BlueGreen = "BlueGreenPause";
    public const string Inconclusive = "InconclusiveAnalysis";

    private readonly List<string> added = [];
    private readonly HashSet<string> removed = [];
    private bool cleared;
    private bool abortAdded;
    private bool abortRemoved;

    /// <summary>Why it was aborted just now; empty when somebody else did it.</summary>
    public string AbortMessage { get; private set; } = "";

    public bool Aborted => !abortRemoved && (abortAdded || rollout.Abort);

    public bool Adds => added.Count > 0;

    public void Abort(string message)
    {
        abortAdded = true;
        AbortMessage = message;
    }

    public void RemoveAbort() => abortRemoved = true;

    public void Add(string reason) => added.Add(reason);

    public void Remove(string reason) => removed.Add(reason);

    public void Clear() => cleared = true;

    /// <summary>When a timed pause ends.</summary>
    public DateTimeOffset Ends(JsonObject condition, TimeSpan duration)
    {
        var written = condition.Time("startTime") ?? DateTimeOffset.MinValue;
        return moments.At(Uid, condition.Text("reason") ?? "", written) + tempo.Scaled(duration.TotalSeconds);
    }

    /// <summary>Writes abort, controllerPause and pauseConditions into a status that has none of them yet.</summary>
    public void Write(JsonObject status)
    {
        if (Aborted)
        {
            status["abort"] = true;
            status["abortedAt"] = rollout.Status.Text("abortedAt") ?? moments.Stamp(Uid, "abortedAt");
            return;
        }

        // The controller writes what it changes, and takes false for absent: what a client wrote so stays.
        if (rollout.Status.At("abort") is not null && !rollout.Abort) status["abort"] = false;
        if (cleared) return;
        JsonArray conditions = [.. rollout.PauseConditions.Where(one => !removed.Contains(one.Text("reason") ?? "")).Select(one => one.DeepClone())];
        var paused = rollout.ControllerPause;
        foreach (var reason in added.Where(reason => rollout.PauseCondition(reason) is null))
        {
            conditions.Add((JsonNode)new JsonObject { ["reason"] = reason, ["startTime"] = moments.Stamp(Uid, reason) });
            paused = true;
        }

        if (conditions.Count == 0) return;
        if (paused) status["controllerPause"] = true;
        status["pauseConditions"] = conditions;
    }

    private string Uid => rollout.Stored.Uid();
}
