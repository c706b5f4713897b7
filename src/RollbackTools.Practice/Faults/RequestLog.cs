using System.Collections.Concurrent;

namespace RollbackTools.Practice.Faults;

/// <summary>How many requests there were, by verb and resource (<c>patch deployments</c>, <c>get pods/log</c>). Thread-safe.</summary>
public sealed class RequestLog
{
    private readonly ConcurrentDictionary<(string Verb, string Resource), int> counts = new();

    public int Total => counts.Values.Sum();

    public void Count(string verb, string resource) => counts.AddOrUpdate((verb, resource), 1, static (_, count) => count + 1);

    public int Of(string verb, string resource) => counts.GetValueOrDefault((verb, resource));

    public IReadOnlyDictionary<string, int> Snapshot() =>
        counts.OrderBy(pair => pair.Key.Resource, StringComparer.Ordinal).ThenBy(pair => pair.Key.Verb, StringComparer.Ordinal)
            .ToDictionary(pair => $"{pair.Key.Verb} {pair.Key.Resource}", pair => pair.Value);

    public void Reset() => counts.Clear();
}
