using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Workloads.Proof;

/// <summary>What a person would look up next when a pod fails: its warning events and the last lines it wrote.</summary>
internal static class FailureEvidence
{
    private const int LogLines = 10;
    private const int LineLength = 400;

    public static async Task<IReadOnlyList<string>> OfPodAsync(ICluster cluster, string ns, PodTrouble trouble, CancellationToken cancellation)
    {
        List<string> evidence = [trouble.ToString()];
        evidence.AddRange(await EventsAsync(cluster, ns, $"involvedObject.kind=Pod,involvedObject.name={trouble.Pod}", cancellation));
        if (trouble.Crashed) evidence.AddRange(await LastWordsAsync(cluster, ns, trouble.Pod, trouble.Container, previous: true, cancellation));
        return evidence;
    }

    /// <summary>Warning events, oldest first, five at most. What cannot be read says so instead of hiding.</summary>
    public static async Task<IReadOnlyList<string>> EventsAsync(ICluster cluster, string ns, string fieldSelector, CancellationToken cancellation)
    {
        try
        {
            var events = await cluster.ListAsync(Resources.Events, ns, new ListFilter { FieldSelector = fieldSelector }, cancellation);
            return [.. events.Items.Where(item => item.Type == "Warning").OrderBy(item => item.LastSeen).TakeLast(5)
                .Select(item => $"event {item.Reason} on {item.InvolvedObject.Kind.ToLowerInvariant()}/{item.InvolvedObject.Name}" +
                    (item.Count > 1 ? $" (x{item.Count})" : "") + $": {Cut(item.Message ?? "")}")];
        }
        catch (EstateException refusal)
        {
            return [$"events: {refusal.Message}"];
        }
    }

    /// <summary>The last lines of a container's log, of the run before the present one if that is wanted.</summary>
    public static async Task<IReadOnlyList<string>> LastWordsAsync(ICluster cluster, string ns, string pod, string? container, bool previous, CancellationToken cancellation)
    {
        LogOptions options = new() { Container = container, Previous = previous, TailLines = LogLines, LimitBytes = 64 * 1024 };
        try
        {
            List<string> lines = [];
            await foreach (var line in cluster.ReadLogAsync(ns, pod, options, cancellation)) lines.Add($"log: {Cut(line)}");
            return [.. lines.TakeLast(LogLines)];
        }
        catch (EstateException refusal) when (previous && refusal.Kind == EstateErrorKind.Rejected)
        {
            // A container that died once and was not started again has no run before the present one.
            return await LastWordsAsync(cluster, ns, pod, container, previous: false, cancellation);
        }
        catch (EstateException refusal)
        {
            return [$"log: {refusal.Message}"];
        }
    }

    private static string Cut(string line) => line.Length <= LineLength ? line : line[..LineLength] + "…";
}
