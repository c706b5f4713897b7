using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Operations.Health;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Practice.Drills;

/// <summary>What a drill does with: an estate that serves customers, a CI pipeline to break it, a prompt to repair it.</summary>
public sealed class DrillContext
{
    // Of each service: enough requests that a share of failing ones shows, few enough that it takes well under a second.
    private const int Sample = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    // A second, and what a timestamp of whole seconds leaves out.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2.1);

    private readonly ClusterClient cluster;
    private readonly CiPipeline ci;
    private readonly DrillShell shell;

    internal DrillContext(DrillEstate estate, DrillScreen screen, DrillShell shell, ClusterClient cluster, TrafficMeter traffic, Timeline timeline)
    {
        (Estate, Screen, this.shell, this.cluster, Traffic, Timeline) = (estate, screen, shell, cluster, traffic, timeline);
        ci = new CiPipeline(cluster, estate.Namespace);
    }

    public DrillEstate Estate { get; }

    public DrillScreen Screen { get; }

    internal ClusterClient Cluster => cluster;

    internal TrafficMeter Traffic { get; }

    internal Timeline Timeline { get; }

    /// <summary>Customers are served and the workloads run; shows both. Fails the drill when they are not.</summary>
    public async Task ShowHealthyAsync(string selector, CancellationToken cancellation)
    {
        Screen.Heading($"Production, {Estate.Namespace} in {Estate.Name}, is healthy");
        await ShowStatusAsync(selector, cancellation);
        var served = await Traffic.UntilAsync(OfEach, AllAnswered, Patience, cancellation) ?? throw NotServed("before anything was broken");
        Screen.Good($"Customers: {served.Count} of {served.Count} requests answered 200.");
        Timeline.Mark("production healthy", $"{served.Count} of {served.Count} requests answered");
    }

    /// <summary>CI ships an image to a workload (kind/name), through the API like everybody.</summary>
    public async Task ShipAsync(string workload, string image, CancellationToken cancellation)
    {
        Screen.Heading($"CI ships {image}");
        Screen.Line($"PATCH {ci.PathOf(workload)}: image {await ci.ImageOfAsync(workload, cancellation)} -> {image}");
        Timeline.Mark("bad image shipped", $"{Short(image)} to {workload}");
        await ci.ShipAsync(workload, image, $"ci: deploy {Short(image)}", cancellation);
    }

    /// <summary>Waits until customers notice; shows what they get and what the cluster says. Fails the drill when nobody notices.</summary>
    public async Task NoticeTrafficAsync(string selector, CancellationToken cancellation)
    {
        var failing = await Traffic.UntilAsync(OfEach, SomeServiceFails, Patience, cancellation)
            ?? throw new DrillFailedException("The bad image was shipped, and customers noticed nothing.");
        var failed = failing.Count(sample => !sample.Answered);
        var how = string.Join(", ", failing.Where(sample => !sample.Answered).GroupBy(sample => sample.What).Select(group => $"{group.Count()} x {group.Key}"));
        Timeline.Mark("noticed", $"{failed} of {failing.Count} requests failed ({how})");
        Screen.Heading("Production fails");
        Screen.Bad($"Customers: {failed} of {failing.Count} requests failed ({how}).");
        await ShowStatusAsync(selector, cancellation);
    }

    /// <summary>Waits until the object at an API path says so; for breakage that customers do not notice at once.</summary>
    public async Task NoticeAsync(string what, string path, Func<JsonObject, bool> so, string selector, CancellationToken cancellation)
    {
        var from = Timeline.Now;
        while (!so(await cluster.GetAsync(path, cancellation)))
        {
            if (Timeline.Now - from > Patience) throw new DrillFailedException($"It never came to this: {what}.");
            await Task.Delay(Poll, cancellation);
        }

        Timeline.Mark("noticed", what);
        Screen.Heading("Production fails");
        Screen.Bad(what);
        await ShowStatusAsync(selector, cancellation);
    }

    /// <summary>Waits until a pod crashes again and again, as its status says.</summary>
    public Task NoticeCrashingPodAsync(string selector, CancellationToken cancellation) => NoticeAsync(
        "A pod of the new release crashes again and again: CrashLoopBackOff.",
        $"/api/v1/namespaces/{Estate.Namespace}/pods?labelSelector={Uri.EscapeDataString(selector)}",
        pods => pods["items"]!.AsArray().Any(pod => pod!["status"]?["containerStatuses"]?.AsArray()
            .Any(container => (string?)container!["state"]?["waiting"]?["reason"] == "CrashLoopBackOff") == true),
        selector, cancellation);

    /// <summary>The three lines of 03:00: look, roll back, prove; and the record. Fails the drill when one of them does not hold.</summary>
    public async Task<RollbackResult> RollBackAsync(string workload, string badImage, CancellationToken cancellation)
    {
        Screen.Heading("Roll it back");
        await TypeAsync($"Get-ImageHistory {workload} -Environment prod", cancellation);
        var results = await RollBackAsync($"Invoke-ImageRollback {workload} -Environment prod -Reason 'INC-2041 customers get errors'", cancellation);
        Expect(results is [{ Outcome: RollbackOutcome.RolledBack }], $"The rollback ended {string.Join(", ", results.Select(result => result.Outcome))}.");
        Expect(results[0].To != badImage, $"The rollback went to {badImage}.");
        await TestAsync($"Test-RollbackHealth {workload} -Environment prod -ExpectedImage {results[0].To} -Since 1s -Wait -Timeout 30s -Interval 200ms", cancellation);
        await TypeAsync($"Get-RollbackRun {results[0].RunId}", cancellation);
        return results[0];
    }

    /// <summary>Types a line whose output is worth reading field by field.</summary>
    public Task ReadAsync(string line, CancellationToken cancellation) => shell.RunAsync(line, asList: true, cancellation);

    /// <summary>Types a line that rolls back; marks when it began and ended.</summary>
    public async Task<IReadOnlyList<RollbackResult>> RollBackAsync(string line, CancellationToken cancellation)
    {
        Timeline.Mark("rollback started", line.Split(" -")[0]);
        var output = await TypeAsync(line, cancellation);
        var results = output.Of<RollbackResult>();
        var error = output.Failure ?? output.Errors.FirstOrDefault();
        Expect(error is null, $"'{line}' failed: {error?.Message}");
        Timeline.Mark("rolled back", string.Join(", ", results.Select(result => $"{TargetName.Of(result.Kind, result.Name)} {result.Outcome} to {Short(result.To)}")));
        return results;
    }

    /// <summary>
    /// Waits until the newest warning event is older than a test with <c>-Since 1s</c> looks back: what failed before the way back says
    /// nothing of what came after it.
    /// </summary>
    public async Task QuietAsync(CancellationToken cancellation)
    {
        var from = Timeline.Now;
        while (true)
        {
            var events = await cluster.GetAsync($"/api/v1/namespaces/{Estate.Namespace}/events?fieldSelector=type%3DWarning", cancellation);
            var newest = events["items"]!.AsArray().Select(one => DateTimeOffset.Parse((string)one!["lastTimestamp"]!, CultureInfo.InvariantCulture))
                .DefaultIfEmpty(DateTimeOffset.MinValue).Max();
            if (TimeProvider.System.GetUtcNow() - newest > Quiet) return;
            Expect(Timeline.Now - from < Patience, "There is a new warning event again and again.");
            await Task.Delay(Poll, cancellation);
        }
    }

    /// <summary>Types a line that tests health; fails the drill unless every check passed.</summary>
    public async Task TestAsync(string line, CancellationToken cancellation)
    {
        var output = await TypeAsync(line, cancellation);
        var checks = output.Of<HealthCheck>();
        var failed = checks.Where(check => check.Status == HealthStatus.Failed).Select(check => $"{check.Check}: {check.Message}").ToList();
        Expect(output.Failure is null && checks.Count > 0 && failed.Count == 0, $"The health test failed: {output.Failure?.Message ?? string.Join("; ", failed)}");
    }

    /// <summary>Types a line at the prompt. Its output is printed, and returned to be looked at.</summary>
    public Task<CommandOutput> TypeAsync(string line, CancellationToken cancellation) => shell.RunAsync(line, asList: false, cancellation);

    /// <summary>
    /// The proof that counts: from now on customers are served, and no pod runs the bad image any more. Fails the drill otherwise.
    /// </summary>
    /// <param name="badImage">The image, its tag, or whatever else in a pod's spec marks the bad version.</param>
    /// <param name="selector">What to show.</param>
    /// <param name="cancellation">Stops the drill.</param>
    public async Task ProveAsync(string badImage, string selector, CancellationToken cancellation)
    {
        Screen.Heading("Proof");
        await ShowStatusAsync(selector, cancellation);
        var served = await Traffic.UntilAsync(OfEach, AllAnswered, Patience, cancellation) ?? throw NotServed("after the rollback");
        var bad = await PodsRunningAsync(badImage, cancellation);
        if (bad.Count > 0) throw new DrillFailedException($"{string.Join(", ", bad)} still run {badImage}.");
        Screen.Good($"Customers: {served.Count} of {served.Count} requests answered 200. No pod runs {badImage}.");
        Timeline.Mark("healthy again", $"{served.Count} of {served.Count} requests answered");
    }

    /// <summary>Fails the drill unless this is so.</summary>
    public static void Expect(bool so, string otherwise)
    {
        if (!so) throw new DrillFailedException(otherwise);
    }

    /// <summary>The API path of a workload (kind/name).</summary>
    public string PathOf(string workload) => ci.PathOf(workload);

    /// <summary>The images a workload's template names now.</summary>
    public Task<string> ImageOfAsync(string workload, CancellationToken cancellation) => ci.ImageOfAsync(workload, cancellation);

    private static string Short(string image) => image[(image.LastIndexOf('/') + 1)..];

    private int OfEach => Sample * Math.Max(1, Estate.Services.Count);

    private static bool SomeServiceFails(IReadOnlyList<TrafficSample> last) =>
        last.GroupBy(sample => sample.Service).Any(service => service.Count(sample => !sample.Answered) >= Sample / 4);

    private static bool AllAnswered(IReadOnlyList<TrafficSample> last) => last.All(sample => sample.Answered);

    private async Task ShowStatusAsync(string selector, CancellationToken cancellation)
    {
        var query = $"?labelSelector={Uri.EscapeDataString(selector)}";
        List<string> paths =
        [
            $"/apis/apps/v1/namespaces/{Estate.Namespace}/deployments", $"/apis/apps/v1/namespaces/{Estate.Namespace}/statefulsets",
            $"/api/v1/namespaces/{Estate.Namespace}/pods",
        ];
        if (Estate.HasRollouts) paths.Insert(0, $"/apis/argoproj.io/v1alpha1/namespaces/{Estate.Namespace}/rollouts");
        Screen.Dim($"kubectl get {string.Join(',', paths.Select(path => path[(path.LastIndexOf('/') + 1)..]))} -l {selector} would say:");
        foreach (var path in paths)
        {
            var table = await cluster.TableAsync(path + query, cancellation);
            if (table.Contains('\n', StringComparison.Ordinal)) Screen.Line(table + "\n");
        }
    }

    private async Task<IReadOnlyList<string>> PodsRunningAsync(string mark, CancellationToken cancellation)
    {
        var pods = await cluster.GetAsync($"/api/v1/namespaces/{Estate.Namespace}/pods", cancellation);
        return [.. pods["items"]!.AsArray().Select(pod => pod!.AsObject()).Where(pod => Runs(pod, mark)).Select(pod => (string)pod["metadata"]!["name"]!)];
    }

    /// <summary>Whether a pod that is to live on is marked so in its spec.</summary>
    internal static bool Runs(JsonObject pod, string mark) =>
        pod["metadata"]!["deletionTimestamp"] is null && pod["spec"]!.ToJsonString().Contains(mark, StringComparison.Ordinal);

    private DrillFailedException NotServed(string when)
    {
        var last = Traffic.Since(Timeline.Now - TimeSpan.FromSeconds(1));
        var failed = last.Count(sample => !sample.Answered);
        return new DrillFailedException($"Customers were not served {when}: {failed} of the last {last.Count} requests failed.");
    }
}
