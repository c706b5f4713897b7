using System.Text.Json;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Reports;

namespace RollbackTools.Operations.Health;

/// <summary>The checks that ask the service itself: HTTP endpoints, and the operator's smoke script.</summary>
internal sealed class ServiceChecks(IEstate estate, TimeProvider time)
{
    private static readonly TimeSpan EndpointTimeout = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<HealthCheck>> RunAsync(HealthRequest request, CancellationToken cancellation)
    {
        var endpoints = await Task.WhenAll(request.Endpoints.Select(endpoint => TestAsync(endpoint, cancellation)));
        return request.SmokeScript is { } script
            ? [.. endpoints, await SmokeAsync(script, request.SmokeArguments, request.Timeout, cancellation)]
            : endpoints;
    }

    private async Task<HealthCheck> TestAsync(EndpointExpectation endpoint, CancellationToken cancellation)
    {
        var answer = await estate.Http.GetAsync(endpoint.Url, EndpointTimeout, cancellation);
        var name = endpoint.Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        var expected = $"HTTP {endpoint.Status}" + string.Concat(endpoint.Json.Select(pair => $", {pair.Key}: {pair.Value}"));
        var check = new HealthCheck
        {
            Estate = estate.Cluster.Info.Estate,
            Kind = "Endpoint",
            Name = name,
            Check = "Endpoint",
            Expected = expected,
            CheckedAt = time.GetUtcNow(),
        };
        if (answer.Status is not { } status)
            return check with { Status = HealthStatus.Failed, Actual = "no answer", Message = $"{name} did not answer: {answer.Error}" };

        var wrong = status == endpoint.Status ? Compare(answer.Body, endpoint.Json) : [];
        if (status != endpoint.Status) wrong.Insert(0, $"HTTP {status}, expected {endpoint.Status}");
        return wrong.Count == 0
            ? check with { Status = HealthStatus.Passed, Actual = expected, Message = $"{name} answered {expected} in {Words.Duration(answer.Elapsed)}." }
            : check with { Status = HealthStatus.Failed, Actual = wrong[0], Message = $"{name}: {string.Join("; ", wrong)}.", Evidence = wrong };
    }

    private static List<string> Compare(string body, IReadOnlyDictionary<string, string> expected)
    {
        if (expected.Count == 0) return [];
        try
        {
            using var document = JsonDocument.Parse(body);
            return [.. expected.Where(pair => Find(document.RootElement, pair.Key) != pair.Value)
                .Select(pair => $"{pair.Key} is {Find(document.RootElement, pair.Key) ?? "absent"}, expected {pair.Value}")];
        }
        catch (JsonException)
        {
            return ["the body is not JSON"];
        }
    }

    private static string? Find(JsonElement element, string path)
    {
        foreach (var part in path.Split('.'))
        {
            if (element.ValueKind == JsonValueKind.Array && int.TryParse(part, out var index) && index >= 0 && index < element.GetArrayLength())
                element = element[index];
            else if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(part, out element))
                return null;
        }

        return element.ValueKind switch
        {
            JsonValueKind.String => element.GetString(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => element.GetRawText(),
        };
    }

    private async Task<HealthCheck> SmokeAsync(string script, IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancellation)
    {
        HealthCheck check = new()
        {
            Estate = estate.Cluster.Info.Estate,
            Kind = "Script",
            Name = Path.GetFileName(script),
            Check = "SmokeScript",
            Expected = "exit code 0",
            CheckedAt = time.GetUtcNow(),
        };
        try
        {
            var result = await estate.Scripts.RunAsync(script, arguments, timeout, cancellation);
            var ended = result.TimedOut ? $"no end within {Words.Duration(timeout)}" : $"exit code {result.ExitCode}";
            return check with
            {
                Status = result is { TimedOut: false, ExitCode: 0 } ? HealthStatus.Passed : HealthStatus.Failed,
                Actual = ended,
                Message = $"{script}: {ended} after {Words.Duration(result.Elapsed)}.",
                Evidence = result is { TimedOut: false, ExitCode: 0 } ? [] : [.. result.OutputTail.Concat(result.ErrorTail).TakeLast(10)],
            };
        }
        catch (EstateException refusal) when (refusal.Kind == EstateErrorKind.Configuration)
        {
            return check with { Status = HealthStatus.Failed, Actual = "not run", Message = refusal.Message, NextStep = refusal.Recommendation };
        }
    }
}
