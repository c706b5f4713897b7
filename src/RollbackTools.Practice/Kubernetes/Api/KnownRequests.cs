using System.Collections.Concurrent;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>
/// The kinds of request that a client may send, for tests: what Practice answers to them is held to a real server. Everything is let through until
/// <see cref="Require"/>. Thread-safe.
/// </summary>
public sealed class KnownRequests
{
    private readonly ConcurrentDictionary<(string? Namespace, RequestKind Kind), bool> refused = new();
    private volatile Rule? rule;

    /// <summary>From now on a request of this client is answered 501 unless its kind is one of these.</summary>
    /// <param name="client">How its User-Agent begins. Other clients are left alone.</param>
    /// <param name="kinds">What it may ask.</param>
    /// <param name="advice">A sentence for whoever reads the refusal: how a kind becomes known.</param>
    public void Require(string client, IReadOnlySet<RequestKind> kinds, string advice) => rule = new Rule(client, kinds, advice);

    /// <summary>Hands over the kinds that were refused in a namespace or in none, and forgets them.</summary>
    /// <param name="ns">The namespace; null for all.</param>
    public IReadOnlyList<RequestKind> TakeRefused(string? ns = null) =>
        [.. refused.Keys.Where(one => ns is null || one.Namespace is null || one.Namespace == ns).Where(one => refused.TryRemove(one, out _))
            .Select(one => one.Kind).Distinct()];

    /// <summary>Throws <see cref="ApiException"/> for a request that its client may not send.</summary>
    internal async Task CheckAsync(ApiRequest request)
    {
        var http = request.Http.Request;
        if (rule is not { } now || !http.Headers.UserAgent.ToString().StartsWith(now.Client, StringComparison.Ordinal)) return;
        var kind = await RequestKind.OfAsync(request.Http);
        if (now.Kinds.Contains(kind)) return;
        refused[(request.Namespace, kind)] = true;
        throw new ApiException(new ApiStatus(501, "NotImplemented", $"No recording of a real server answers {kind}. {now.Advice}"));
    }

    private sealed record Rule(string Client, IReadOnlySet<RequestKind> Kinds, string Advice);
}
