using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Health;

/// <summary>
/// Reads the logs of a workload's pods for error lines: of every container that runs, and the last words of those that do not. A bounded
/// number of pods, those in trouble first, and it is said which were not read.
/// </summary>
internal sealed class LogReading(ICluster cluster, string ns, DateTimeOffset? since, ErrorLines errors)
{
    private const int PodsToRead = 20;
    private const int LinesToRead = 500;
    private const long BytesToRead = 1024 * 1024;
    private const int LineLength = 300;

    /// <summary>Error lines in all.</summary>
    public int Count { get; private set; }

    /// <summary>The first few of them, with their pod.</summary>
    public List<string> Found { get; } = [];

    /// <summary>Logs that were read.</summary>
    public int Read { get; private set; }

    /// <summary>Logs that could not be read, and why.</summary>
    public List<string> Silent { get; } = [];

    /// <summary>Pods beyond the bound.</summary>
    public IReadOnlyList<string> Unread { get; private set; } = [];

    public async Task RunAsync(IReadOnlyList<Pod> pods, CancellationToken cancellation)
    {
        var ordered = pods.OrderBy(pod => pod.IsReady).ThenByDescending(pod => pod.Restarts).ThenByDescending(pod => pod.Metadata.CreationTimestamp).ToList();
        Unread = [.. ordered.Skip(PodsToRead).Select(pod => pod.Metadata.Name)];
        foreach (var pod in ordered.Take(PodsToRead))
            foreach (var (container, previous, whenever) in Logs(pod))
                if (!await ReadAsync(pod, container, previous, whenever, cancellation) && whenever)
                    await ReadAsync(pod, container, previous: false, whenever, cancellation);
    }

    /// <summary>Which logs a pod has to say something: the container, whether its former life's, and whether its lines count whenever they were written.</summary>
    private IEnumerable<(string Container, bool Previous, bool Whenever)> Logs(Pod pod)
    {
        foreach (var container in pod.Containers())
        {
            var ended = container.LastState.Terminated;
            if (container.State.Running is not null)
            {
                yield return (container.Name, false, false);
                if (ended is not null && !(ended.FinishedAt < since)) yield return (container.Name, true, false);
            }
            else if (container.State.Terminated is { ExitCode: not 0 })
            {
                yield return (container.Name, false, true);
            }
            else if (container.State.Waiting is not null && ended is not null)
            {
                // It is down now, so its last words count, however long its pause has lasted.
                yield return (container.Name, true, true);
            }
        }
    }

    /// <summary>False when there is no such former life's log: a node keeps a dead container for a while only.</summary>
    private async Task<bool> ReadAsync(Pod pod, string container, bool previous, bool whenever, CancellationToken cancellation)
    {
        LogOptions options = new()
        {
            Container = container, Previous = previous, Since = whenever ? null : since, TailLines = LinesToRead, LimitBytes = BytesToRead,
        };
        try
        {
            await foreach (var line in cluster.ReadLogAsync(ns, pod.Metadata.Name, options, cancellation))
            {
                if (!errors.Include(line)) continue;
                Count++;
                if (Found.Count < 5) Found.Add($"pod {pod.Metadata.Name}: {(line.Length > LineLength ? line[..LineLength] + "…" : line)}");
            }

            Read++;
        }
        catch (EstateException refusal) when (previous && refusal.Status == 400)
        {
            return false;
        }
        catch (EstateException refusal) when (refusal.Kind is not EstateErrorKind.Unauthenticated)
        {
            Silent.Add($"pod {pod.Metadata.Name}: {refusal.Message}");
        }

        return true;
    }
}
