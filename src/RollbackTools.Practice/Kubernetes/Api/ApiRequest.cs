using Microsoft.AspNetCore.Http;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Api.Access;
using RollbackTools.Practice.Kubernetes.Api.Reading;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>One request on its way through the server.</summary>
internal sealed class ApiRequest(HttpContext http, RequestInfo info)
{
    public HttpContext Http { get; } = http;

    public RequestInfo Info { get; } = info;

    public KubernetesUser User { get; set; } = new("", []);

    /// <summary>What actually lies in the store.</summary>
    public ResourceType Type { get; set; } = null!;

    /// <summary>Set when the kind was asked for under another group than it is stored as.</summary>
    public ObjectView? View { get; set; }

    public IReadOnlyList<FaultRule> Faults { get; set; } = [];

    public CancellationToken Aborted => Http.RequestAborted;

    public string? Namespace => Info.Namespace;

    public string Name => Info.Name ?? "";

    public string? Query(string key) => Http.Request.Query.TryGetValue(key, out var values) ? values[0] : null;

    public bool Flag(string key) => Query(key) is "true" or "1" or "True" or "TRUE" or "t" or "T";

    public bool DryRun
    {
        get
        {
            if (!Http.Request.Query.TryGetValue("dryRun", out var values)) return false;
            foreach (var value in values)
                if (value != "All") throw Refusals.BadRequest($"Invalid value: \"{value}\": dryRun must be one of [All]");
            return true;
        }
    }

    /// <summary>Who writes, for managedFields: the query's fieldManager, or the user agent's first word.</summary>
    public string FieldManager
    {
        get
        {
            if (Query("fieldManager") is { Length: > 0 } named) return named;
            var agent = Http.Request.Headers.UserAgent.ToString();
            var end = agent.IndexOfAny(['/', ' ']);
            var prefix = end < 0 ? agent : agent[..end];
            return prefix.Length == 0 ? "unknown" : prefix[..Math.Min(prefix.Length, 128)];
        }
    }

    public FaultRule? Fault(FaultKind kind)
    {
        foreach (var fault in Faults)
            if (fault.Kind == kind) return fault;
        return null;
    }

    /// <summary>Adds a Warning header, which kubectl prints.</summary>
    public void Warn(string message) =>
        Http.Response.Headers.Append("Warning", $"299 - \"{message.Replace("\\", @"\\").Replace("\"", "\\\"")}\"");
}
