using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Traffic;

/// <summary>A ready pod that answers for a Service.</summary>
public sealed record Backend(string Namespace, string Pod, string Container, CatalogueImage Image)
{
    /// <summary>The pod's <c>rollouts-pod-template-hash</c>; empty when it has none.</summary>
    public string Hash { get; init; } = "";
}

/// <summary>The ready pods of one Service, taken in turn. Replaced as a whole; thread-safe.</summary>
public sealed class ServiceBackends
{
    private volatile Backend[] ready = [];
    private int turn = -1;

    public IReadOnlyList<Backend> Ready
    {
        get => ready;
        set => ready = [.. value];
    }

    /// <summary>The next pod in turn; null when none is ready.</summary>
    public Backend? Next()
    {
        var now = ready;
        return now.Length == 0 ? null : now[(uint)Interlocked.Increment(ref turn) % (uint)now.Length];
    }
}
