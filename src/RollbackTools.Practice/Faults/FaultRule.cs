using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using RollbackTools.Practice.Kubernetes.Api;

namespace RollbackTools.Practice.Faults;

[JsonConverter(typeof(JsonStringEnumConverter<FaultKind>))]
public enum FaultKind
{
    /// <summary>Answer correctly, <see cref="FaultRule.DelayMilliseconds"/> late.</summary>
    Latency,

    /// <summary>Drop the connection without a byte.</summary>
    Reset,

    /// <summary>Take the request and never answer; ends when the caller goes.</summary>
    Hang,

    /// <summary>409, as if somebody else had just written the object.</summary>
    Conflict,

    /// <summary>429 with <c>Retry-After</c>: <see cref="FaultRule.RetryAfterSeconds"/>.</summary>
    TooManyRequests,

    /// <summary>500 InternalError.</summary>
    InternalError,

    /// <summary>503 ServiceUnavailable.</summary>
    Unavailable,

    /// <summary>Do the work, then drop the connection: the caller cannot know.</summary>
    ResetAfter,

    /// <summary>End a watch after <see cref="FaultRule.Events"/> events.</summary>
    WatchCut,

    /// <summary>After <see cref="FaultRule.Events"/> events send a watch the ERROR event of an expired resourceVersion.</summary>
    WatchExpired,

    /// <summary>Pause <see cref="FaultRule.DelayMilliseconds"/> before every block of the body.</summary>
    SlowBody,

    /// <summary>Send <see cref="FaultRule.Bytes"/> of the body and drop the connection.</summary>
    TruncatedBody,
}

/// <summary>
/// What goes wrong, and for which requests. Empty criteria match anything. Of the requests that match, the first
/// <see cref="After"/> are spared, then <see cref="Times"/> are hit (all, when null), each with <see cref="Probability"/>.
/// </summary>
public sealed record FaultRule
{
    public FaultKind Kind { get; init; }

    /// <summary>get, list, watch, create, update, patch, delete, deletecollection.</summary>
    public string? Verb { get; init; }

    /// <summary>The plural, with its subresource if the fault is for that: <c>deployments</c>, <c>pods/log</c>.</summary>
    public string? Resource { get; init; }

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    /// <summary>Only what is tried without effect, or only what is not; null for both.</summary>
    public bool? DryRun { get; init; }

    public int After { get; init; }

    public int? Times { get; init; }

    /// <summary>0 to 1; drawn from the seeded generator.</summary>
    public double Probability { get; init; } = 1;

    public int DelayMilliseconds { get; init; }

    public int RetryAfterSeconds { get; init; } = 1;

    public int Events { get; init; }

    public int Bytes { get; init; }

    internal bool Matches(FaultTarget target) =>
        (Verb is null || Verb == target.Verb)
        && (Resource is null || Resource == target.Resource)
        && (Namespace is null || Namespace == target.Namespace)
        && (Name is null || Name == target.Name)
        && (DryRun is null || DryRun == target.DryRun);
}

/// <summary>What a request is, to a fault rule.</summary>
public readonly record struct FaultTarget(string Verb, string Resource, string? Namespace, string? Name, bool DryRun = false)
{
    internal static FaultTarget Of(RequestInfo info, HttpRequest request)
    {
        var resource = info.Subresource is null ? info.Resource : $"{info.Resource}/{info.Subresource}";
        return new FaultTarget(info.Verb, info.IsResource ? resource : info.Path, info.Namespace, info.Name, request.Query.ContainsKey("dryRun"));
    }
}
