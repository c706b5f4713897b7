using System.Text.Json;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Api.Writing;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>
/// What no real server has, for tests and benchmarks in other processes (admin only): <c>/practice/faults</c> (GET, POST a
/// rule, DELETE all, <c>?seed=</c>) and <c>/practice/requests</c> (GET the counts, DELETE them).
/// </summary>
internal sealed class PracticeEndpoints(FaultPlan faults, RequestLog requests)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public async Task<bool> TryHandleAsync(ApiRequest request)
    {
        switch (request.Info.Path.TrimEnd('/'), request.Http.Request.Method)
        {
            case ("/practice/faults", "GET"):
                await SendAsync(request, faults.Rules.Select(one => new { one.Rule, one.Struck }));
                return true;
            case ("/practice/faults", "POST"):
                faults.Add(await RuleAsync(request));
                await SendAsync(request, new { rules = faults.Rules.Count }, 201);
                return true;
            case ("/practice/faults", "DELETE"):
                faults.Clear(int.TryParse(request.Query("seed"), out var seed) ? seed : null);
                await SendAsync(request, new { rules = 0 });
                return true;
            case ("/practice/requests", "GET"):
                await SendAsync(request, requests.Snapshot());
                return true;
            case ("/practice/requests", "DELETE"):
                requests.Reset();
                await SendAsync(request, new { total = 0 });
                return true;
            default:
                return false;
        }
    }

    private static async Task<FaultRule> RuleAsync(ApiRequest request)
    {
        try
        {
            return JsonSerializer.Deserialize<FaultRule>(await RequestBody.ReadNodeAsync(request), Json)
                ?? throw Refusals.BadRequest("a fault rule is needed");
        }
        catch (JsonException bad)
        {
            throw Refusals.BadRequest($"not a fault rule: {bad.Message}");
        }
    }

    private static Task SendAsync<T>(ApiRequest request, T value, int code = 200) =>
        ApiResponse.WriteAsync(request.Http, JsonSerializer.SerializeToUtf8Bytes(value, Json), code);
}
