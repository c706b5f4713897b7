using System.Collections;
using System.Globalization;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Health;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Cmdlets.Health;

/// <summary>What the pipeline brought in to be tested, and what is asked of the service around it.</summary>
internal sealed class HealthTargets
{
    private readonly List<(string? Estate, string? Image, WorkloadReference Workload)> targets = [];

    public IReadOnlyList<WorkloadReference> Workloads => [.. targets.Select(target => target.Workload)];

    /// <summary>Empty text, from a result that changed nothing, expects nothing.</summary>
    public void Add(WorkloadIdentity identity, WorkloadReference workload, string? expectedImage) =>
        targets.Add((identity.Estate, string.IsNullOrEmpty(expectedImage) ? null : expectedImage, workload));

    /// <summary>
    /// One request per estate and expected image. What asks the service itself goes with the first, so that it is asked once.
    /// </summary>
    public IReadOnlyList<(string? Estate, HealthRequest Request)> Requests(HealthRequest template, string? expectedImage)
    {
        if (targets.Count == 0) return [(null, template with { ExpectedImage = expectedImage })];
        return [.. targets.GroupBy(target => (target.Estate, target.Image)).Select((group, index) => (
            group.Key.Estate,
            (index == 0 ? template : template with { Endpoints = [], SmokeScript = null }) with
            {
                ExpectedImage = group.Key.Image,
                Workloads = [.. group.Select(target => target.Workload).Distinct()],
            }))];
    }

    /// <summary>The endpoints to ask: those of the command line, or else those of the environment that speak for these workloads.</summary>
    public IReadOnlyList<EndpointExpectation> Endpoints(Uri[]? urls, int status, Hashtable? json, EnvironmentSettings? environment)
    {
        if (urls is not null)
        {
            var fields = Flatten(json, "").ToDictionary(pair => pair.Key, pair => pair.Value);
            return [.. urls.Select(url => new EndpointExpectation { Url = Http(url), Status = status, Json = fields })];
        }

        if (json is not null || status != 200)
            throw new RollbackException("NothingToExpectFrom", "-ExpectStatus and -ExpectJson say what a -Url must answer, and there is none.") { NextStep = "Add -Url https://…" };
        var names = targets.Select(target => target.Workload.Name).ToHashSet();
        return [.. (environment?.Health.Endpoints ?? []).Where(endpoint =>
            endpoint.Workloads.Count == 0 || names.Count == 0 || endpoint.Workloads.Any(names.Contains))];
    }

    /// <summary>
    /// Whether everything about all of them passed. One answer, however many were asked about: PowerShell takes a list of several answers
    /// for true whatever they are, so that <c>-not</c> would never fire.
    /// </summary>
    public static bool Verdict(IReadOnlyList<HealthCheck> checks) => checks.Count > 0 && checks.All(check => check.Status == HealthStatus.Passed);

    private static Uri Http(Uri url) => url.IsAbsoluteUri && url.Scheme is "http" or "https"
        ? url
        : throw new RollbackException("InvalidUrl", $"'{url}' is not an http or https address.") { Target = url.ToString(), NextStep = "Write -Url https://host/health" };

    private static IEnumerable<KeyValuePair<string, string>> Flatten(IDictionary? table, string prefix) =>
        (table?.Keys.Cast<object>() ?? []).SelectMany(key => table![key] switch
        {
            IDictionary inner => Flatten(inner, $"{prefix}{key}."),
            bool flag => [new($"{prefix}{key}", flag ? "true" : "false")],
            var value => [new($"{prefix}{key}", Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")],
        });
}
