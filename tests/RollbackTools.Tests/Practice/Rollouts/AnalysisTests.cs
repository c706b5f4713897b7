using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Rollouts;
using RollbackTools.Practice.Traffic;
using RollbackTools.Tests.Practice.Kubernetes.Controllers;
using static RollbackTools.Tests.Practice.Rollouts.RolloutPractice;

namespace RollbackTools.Tests.Practice.Rollouts;

public sealed class AnalysisTests
{
    private const string Rate = """
        sum(rate(http_requests_total{service="catalog",rollouts_pod_template_hash="{{args.hash}}",status!~"5.."}[1m]))
        / sum(rate(http_requests_total{service="catalog",rollouts_pod_template_hash="{{args.hash}}"}[1m]))
        """;

    private const string Analysis =
        "analysis: { templates: [{ templateName: success-rate }], args: [{ name: hash, valueFrom: { podTemplateHashValue: Latest } }] }";

    private static string Template(string condition = "successCondition: 'len(result) == 0 || isNaN(result[0]) || result[0] >= 0.95'", string more = "interval: 10s, count: 3") => $$"""
        apiVersion: argoproj.io/v1alpha1
        kind: AnalysisTemplate
        metadata: { name: success-rate, namespace: {{PracticeStore.Ns}} }
        spec:
          args: [{ name: hash }]
          metrics:
          - name: success-rate
            {{condition}}
            {{string.Join("\n    ", more.Split(", "))}}
            provider:
              prometheus:
                address: http://prometheus.monitoring:9090
                query: |
                  {{Rate.Replace("\n", "\n          ")}}
        """;

    private static async Task<RolloutPractice> DeployedAsync(string strategy, string? template = null)
    {
        RolloutPractice practice = new();
        practice.Cluster.Operator.Apply(template ?? Template());
        await practice.DeployAsync(Canary("1", strategy));
        return practice;
    }

    private static JsonObject Run(RolloutPractice practice) => practice.Cluster.List(RolloutResources.AnalysisRuns)[^1].Read;

    private static string? Phase(RolloutPractice practice) => (string?)Run(practice)["status"]?["phase"];

    private static void Serve(RolloutPractice practice, string tag, int good, int bad)
    {
        var hash = practice.Set(tag).Labels["rollouts-pod-template-hash"];
        for (var i = 0; i < good + bad; i++)
            practice.Cluster.Traffic.Add(new ServedRequest(practice.Cluster.Clock.GetUtcNow(), PracticeStore.Ns, "catalog", $"catalog-{hash}-x", i < good ? 200 : 500, hash));
    }

    private const string Step = $"steps: [{{ setWeight: 25 }}, {{ {Analysis} }}, {{ setWeight: 50 }}, {{ pause: {{}} }}]";

    [Fact]
    public async Task A_step_that_measures_well_so_many_times_goes_on()
    {
        await using var practice = await DeployedAsync(Step);
        await practice.ShipAsync(Canary("2", Step), () => practice.Cluster.List(RolloutResources.AnalysisRuns).Count == 1);
        Serve(practice, "2", good: 40, bad: 0);
        var run = practice.Cluster.List(RolloutResources.AnalysisRuns)[0];
        Assert.Equal($"catalog-{practice.Current}-2-1", run.Name);
        Assert.Equal(("Step", "1", practice.Current, "catalog"),
            (run.Labels["rollout-type"], run.Labels["step-index"], run.Labels["rollouts-pod-template-hash"], run.Labels["app"]));
        Assert.Equal("2", run.Annotation("rollout.argoproj.io/revision"));
        Assert.Equal(practice.Current, (string?)run.Read["spec"]!["args"]![0]!["value"]);
        Assert.Equal(run.Name, (string?)practice.Status["canary"]!["currentStepAnalysisRunStatus"]!["name"]);

        await practice.Cluster.RunUntilAsync(() => practice.Message == "CanaryPauseStep");
        Assert.Equal("Successful", Phase(practice));
        var result = Run(practice)["status"]!["metricResults"]![0]!;
        Assert.Equal((3, 3, "Successful"), ((int)result["count"]!, (int)result["successful"]!, (string?)result["phase"]));
        Assert.Equal("[1]", (string?)result["measurements"]!.AsArray()[^1]!["value"]);
        Assert.Contains(practice.Current!, (string?)result["metadata"]!["ResolvedPrometheusQuery"]);
        Assert.Null(practice.Status["canary"]!["currentStepAnalysisRunStatus"]);
        Assert.Equal((2, 2), (practice.Pods("1"), practice.Pods("2")));
    }

    [Fact]
    public async Task A_canary_that_fails_too_often_is_aborted_with_the_metric_in_the_message()
    {
        await using var practice = await DeployedAsync(Step);
        await practice.ShipAsync(Canary("2", Step), () => practice.Cluster.List(RolloutResources.AnalysisRuns).Count == 1);
        Serve(practice, "2", good: 20, bad: 20);
        await practice.Cluster.RunUntilAsync(() => practice.Phase == "Degraded");

        const string Why = "Metric \"success-rate\" assessed Failed due to failed (1) > failureLimit (0)";
        Assert.Equal($"RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase error/failed: {Why}", practice.Message);
        Assert.Equal(("Failed", Why), (Phase(practice), (string?)Run(practice)["status"]!["message"]));
        Assert.Equal(1, (int)Run(practice)["status"]!["runSummary"]!["failed"]!);
        var failed = Run(practice)["status"]!["metricResults"]![0]!["measurements"]!.AsArray()[^1]!;
        Assert.Equal(("Failed", "[0.5]"), ((string?)failed["phase"], (string?)failed["value"]));
        await practice.Cluster.RunUntilAsync(() => practice.Pods("1") == 4 && practice.Pods("2") == 0);
        Assert.Contains(practice.Cluster.EventsOf("catalog", "AnalysisRunFailed"), message => message.EndsWith("Status New: 'Failed' Previous: 'Running'", StringComparison.Ordinal));

        // The run stays as the record of why; nothing repeats it.
        await practice.Cluster.RunAsync(300);
        Assert.Single(practice.Cluster.List(RolloutResources.AnalysisRuns));
        Assert.Equal("Degraded", practice.Phase);
    }

    [Fact]
    public async Task A_retry_after_an_abort_measures_anew()
    {
        await using var practice = await DeployedAsync(Step);
        await practice.ShipAsync(Canary("2", Step), () => practice.Cluster.List(RolloutResources.AnalysisRuns).Count == 1);
        Serve(practice, "2", good: 1, bad: 20);
        await practice.Cluster.RunUntilAsync(() => practice.Phase == "Degraded" && practice.Pods("2") == 0);

        await practice.Cluster.RunAsync(120);
        await practice.PatchStatusAsync("""{ "abort": false }""");
        await practice.Cluster.RunUntilAsync(() => practice.Message == "CanaryPauseStep");
        Assert.Equal([$"catalog-{practice.Current}-2-1", $"catalog-{practice.Current}-2-1.1"], practice.Cluster.List(RolloutResources.AnalysisRuns).Select(run => run.Name));
    }

    [Fact]
    public async Task A_background_analysis_runs_beside_the_steps_and_ends_with_them()
    {
        const string Background = $"{Analysis}, steps: [{{ setWeight: 25 }}, {{ pause: {{}} }}]";
        await using var practice = await DeployedAsync(Background, Template(more: "interval: 10s"));
        Assert.Empty(practice.Cluster.List(RolloutResources.AnalysisRuns));
        await practice.ShipAsync(Canary("2", Background), "CanaryPauseStep");
        await practice.Cluster.RunAsync(60);
        Assert.Equal("Running", (string?)practice.Status["canary"]!["currentBackgroundAnalysisRunStatus"]!["status"]);
        Assert.Equal("Background", practice.Cluster.List(RolloutResources.AnalysisRuns)[0].Labels["rollout-type"]);

        await practice.PatchStatusAsync("""{ "pauseConditions": null }""");
        await practice.Cluster.RunUntilAsync(() => practice.Healthy);
        Assert.True((bool)Run(practice)["spec"]!["terminate"]!);
        Assert.Equal(("Successful", "Run Terminated"), (Phase(practice), (string?)Run(practice)["status"]!["message"]));
        Assert.Null(practice.Status["canary"]!["currentBackgroundAnalysisRunStatus"]);
    }

    [Fact]
    public async Task A_background_analysis_that_fails_aborts_even_during_a_pause()
    {
        const string Background = $"{Analysis}, steps: [{{ setWeight: 25 }}, {{ pause: {{}} }}]";
        await using var practice = await DeployedAsync(Background, Template(more: "interval: 10s, failureLimit: 1"));
        await practice.ShipAsync(Canary("2", Background), "CanaryPauseStep");
        Serve(practice, "2", good: 10, bad: 10);
        await practice.Cluster.RunUntilAsync(() => practice.Phase == "Degraded");
        Assert.EndsWith("Background analysis phase error/failed: Metric \"success-rate\" assessed Failed due to failed (2) > failureLimit (1)", practice.Message);
    }

    [Fact]
    public async Task What_is_neither_success_nor_failure_pauses_until_somebody_decides()
    {
        const string Both = "successCondition: result[0] >= 0.99\n    failureCondition: result[0] < 0.5";
        await using var practice = await DeployedAsync(Step, Template(Both, "count: 1"));
        practice.Cluster.Operator.Apply(Canary("2", Step));
        await practice.Cluster.RunUntilAsync(() => practice.Sets.Count() == 2);
        Serve(practice, "2", good: 9, bad: 1);
        await practice.Cluster.RunUntilAsync(() => practice.Message == "InconclusiveAnalysis");
        Assert.Equal(("Paused", "Inconclusive"), (practice.Phase, Phase(practice)));

        await practice.PatchStatusAsync("""{ "pauseConditions": null, "controllerPause": false, "currentStepIndex": 2 }""");
        await practice.Cluster.RunUntilAsync(() => practice.Message == "CanaryPauseStep");
    }

    [Fact]
    public async Task A_query_without_data_is_an_error_where_the_condition_does_not_expect_it_and_five_in_a_row_abort()
    {
        await using var practice = await DeployedAsync(Step, Template("successCondition: result[0] >= 0.95"));
        await practice.ShipAsync(Canary("2", Step), () => practice.Phase == "Degraded");

        var status = Run(practice)["status"]!;
        Assert.Equal("Error", (string?)status["phase"]);
        Assert.StartsWith("Metric \"success-rate\" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): \"Error Message: could not evaluate successCondition",
            (string?)status["message"]);
        Assert.Contains("no data returned from the metric provider", (string?)status["message"]);
    }

    [Theory]
    [InlineData("shop/smoke:1", "Successful")]
    [InlineData("shop/smoke:1-crash", "Failed")]
    public async Task A_job_decides_by_how_it_ends(string image, string phase)
    {
        await using RolloutPractice practice = new();
        practice.Cluster.Operator.Apply($$"""
            apiVersion: argoproj.io/v1alpha1
            kind: AnalysisTemplate
            metadata: { name: smoke, namespace: {{PracticeStore.Ns}} }
            spec:
              metrics:
              - name: smoke
                provider: { job: { spec: { backoffLimit: 0, template: { spec: { restartPolicy: Never, containers: [{ name: smoke, image: "{{image}}" }] } } } } }
            """);
        const string Strategy = "steps: [{ setWeight: 25 }, { analysis: { templates: [{ templateName: smoke }] } }]";
        await practice.DeployAsync(Canary("1", Strategy));
        await practice.ShipAsync(Canary("2", Strategy), () => AnalysisOver(practice));

        Assert.Equal(phase, Phase(practice));
        var job = Assert.Single(practice.Cluster.List(Resources.Jobs));
        Assert.Equal(job.Name, (string?)Run(practice)["status"]!["metricResults"]![0]!["measurements"]![0]!["metadata"]!["job-name"]);
        await practice.Cluster.RunUntilAsync(() => practice.Phase == (phase == "Failed" ? "Degraded" : "Healthy"));
    }

    [Fact]
    public async Task A_run_that_is_terminated_ends_without_another_measurement()
    {
        await using var practice = await DeployedAsync(Step, Template(more: "interval: 60s, count: 10"));
        await practice.ShipAsync(Canary("2", Step), () => practice.Cluster.List(RolloutResources.AnalysisRuns).Count == 1);
        await practice.Cluster.RunUntilAsync(() => Run(practice)["status"]?["metricResults"] is not null);
        practice.Cluster.Change(RolloutResources.AnalysisRuns, (string)Run(practice)["metadata"]!["name"]!, body => body["spec"]!["terminate"] = true);
        await practice.Cluster.RunUntilAsync(() => Phase(practice) == "Successful");
        Assert.Single(Run(practice)["status"]!["metricResults"]![0]!["measurements"]!.AsArray());
    }

    [Fact]
    public async Task A_missing_template_is_an_invalid_spec()
    {
        await using RolloutPractice practice = new();
        practice.Cluster.Operator.Apply(Canary("1", Step));
        await practice.Cluster.SettleAsync();
        Assert.Equal("Degraded", practice.Phase);
        Assert.Contains("AnalysisTemplate 'success-rate' not found", practice.Message);
        practice.Cluster.Operator.Apply(Template());
        await practice.Cluster.RunUntilAsync(() => practice.Healthy);
    }

    private static bool AnalysisOver(RolloutPractice practice) =>
        practice.Cluster.List(RolloutResources.AnalysisRuns).Count == 1 && Phase(practice) is "Successful" or "Failed" or "Error";
}
