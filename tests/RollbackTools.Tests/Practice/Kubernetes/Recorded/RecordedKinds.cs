using System.Text;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Recorder;

namespace RollbackTools.Tests.Practice.Kubernetes.Recorded;

/// <summary>
/// The kinds of request that a story records. The product is to send Practice no others in any test: what it was never shown to get from a real
/// server, a green test would say nothing about.
/// </summary>
internal static class RecordedKinds
{
    private const string Product = "RollbackTools/";

    private const string Advice = "Add the request to a story in tests/RollbackTools.Recorder/stories and record it: see docs/adding-a-cmdlet.md.";

    public static IReadOnlySet<RequestKind> All { get; } =
        RecordedAnswers.Stories().SelectMany(story => story.Steps).Where(Counts).Select(step => Of(step.Request)).ToHashSet();

    /// <summary>From now on the product may ask this cluster what is recorded, and nothing else.</summary>
    public static PracticeCluster OnlyRecorded(this PracticeCluster cluster)
    {
        cluster.Server.Known.Require(Product, All, Advice);
        return cluster;
    }

    /// <summary>What the product asked for that no story records, for a test to fail with; empty when there was none.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="ns">The test's namespace; null for all.</param>
    public static string Unrecorded(this PracticeCluster cluster, string? ns = null) =>
        cluster.Server.Known.TakeRefused(ns) is { Count: > 0 } refused ? $"No story records {string.Join(", nor ", refused)}. {Advice}" : "";

    internal static RequestKind Of(Request request) => RequestKind.Of(
        request.Method, request.Path,
        (request.Query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair.ElementAtOrDefault(1) ?? "")),
        request.Headers?.GetValueOrDefault("Content-Type"), request.Headers?.GetValueOrDefault("Accept"),
        Encoding.UTF8.GetBytes(request.Text ?? request.Body?.ToJsonString() ?? ""));

    /// <summary>
    /// A refusal says nothing about what is answered otherwise. Only where nothing is served at all, which discovery asks, is it the answer.
    /// </summary>
    private static bool Counts(Step step) => step.Answer is { } answer
        && (answer.Status < 400 || (answer.Status == 404 && !RequestInfo.Parse(step.Request.Method, step.Request.Path, watch: false, nameFromFieldSelector: null).IsResource));
}
