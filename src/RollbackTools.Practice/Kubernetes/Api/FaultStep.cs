using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using RollbackTools.Practice.Faults;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>Does to one request what the faults in force say, before and after it is served.</summary>
internal sealed class FaultStep(FaultPlan plan, TimeProvider time)
{
    /// <summary>False when the request was done for before it was served.</summary>
    public async Task<bool> BeforeAsync(ApiRequest request)
    {
        var info = request.Info;
        request.Faults = plan.Strike(FaultTarget.Of(info, request.Http.Request));
        if (request.Faults.Count == 0) return true;

        if (request.Fault(FaultKind.Latency) is { } late)
            await Task.Delay(TimeSpan.FromMilliseconds(late.DelayMilliseconds), time, request.Aborted);
        if (request.Fault(FaultKind.Hang) is not null) await Task.Delay(Timeout.InfiniteTimeSpan, request.Aborted);
        if (request.Fault(FaultKind.Reset) is not null)
        {
            Drop(request.Http);
            return false;
        }

        if (Refusal(info, request.Faults) is { } refusal) throw new ApiException(refusal);
        var slow = request.Fault(FaultKind.SlowBody);
        var cut = request.Fault(FaultKind.TruncatedBody);
        if (slow is not null || cut is not null)
            request.Http.Response.Body = new FaultyBody(
                request.Http.Response.Body, request.Http, TimeSpan.FromMilliseconds(slow?.DelayMilliseconds ?? 0), cut?.Bytes, time);
        if (request.Fault(FaultKind.ResetAfter) is not null) request.Http.Response.Body = Stream.Null;
        return true;
    }

    public static void After(ApiRequest request)
    {
        if (request.Fault(FaultKind.ResetAfter) is not null) Drop(request.Http);
    }

    /// <summary>What a fault answers in the server's place; null when none does.</summary>
    internal static ApiStatus? Refusal(RequestInfo info, IReadOnlyList<FaultRule> struck)
    {
        FaultRule? Of(FaultKind kind) => struck.FirstOrDefault(rule => rule.Kind == kind);
        if (Of(FaultKind.Conflict) is not null)
        {
            return new ApiStatus(409, "Conflict",
                $"Operation cannot be fulfilled on {Qualified(info)} \"{info.Name}\": the object has been modified; " +
                "please apply your changes to the latest version and try again")
            {
                Name = info.Name,
                Group = info.Group,
                Kind = info.Resource,
            };
        }

        if (Of(FaultKind.TooManyRequests) is { } busy) return Refusals.TooManyRequests("too many requests, please try again later", busy.RetryAfterSeconds).Status;
        if (Of(FaultKind.InternalError) is not null) return new ApiStatus(500, "InternalError", "Internal error occurred: practice fault");
        if (Of(FaultKind.Unavailable) is { } down)
            return new ApiStatus(503, "ServiceUnavailable", "the server is currently unable to handle the request") { RetryAfterSeconds = down.RetryAfterSeconds };
        return null;
    }

    /// <summary>The whole connection, as a network does it; on HTTP/2 that takes the other streams along.</summary>
    internal static void Drop(HttpContext http)
    {
        if (http.Features.Get<IConnectionLifetimeFeature>() is { } connection) connection.Abort();
        else http.Abort();
    }

    private static string Qualified(RequestInfo info) => info.Group.Length == 0 ? info.Resource : $"{info.Resource}.{info.Group}";
}
