using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Tests.Operations.Workloads.Reading;

/// <summary>A phase is believed only when it is about what is asked for now.</summary>
public sealed class RolloutStateTests
{
    [Theory]
    [InlineData("\"3\"", RolloutPhase.Healthy)]
    [InlineData("\"2\"", RolloutPhase.Progressing)] // Of the generation before.
    [InlineData("\"5c8f7d\"", RolloutPhase.Healthy)] // A hash, as before Rollouts 0.10.
    [InlineData("\"\"", RolloutPhase.Progressing)]
    [InlineData("3", RolloutPhase.Healthy)]
    public void The_observed_generation_is_text_and_must_be_current(string observed, RolloutPhase phase) =>
        Assert.Equal(phase, RolloutState.Of(Read($$$"""{"phase":"Healthy","observedGeneration":{{{observed}}}}""")).Phase);

    [Fact]
    public void While_a_pause_is_being_ended_the_phase_is_of_before()
    {
        Assert.Equal(RolloutPhase.Progressing, RolloutState.Of(Read("""{"phase":"Paused","observedGeneration":"3","controllerPause":true}""")).Phase);
        Assert.Equal(RolloutPhase.Paused, RolloutState.Of(Read("""{"phase":"Paused","observedGeneration":"3","controllerPause":true,"pauseConditions":[{"reason":"CanaryPauseStep"}]}""")).Phase);
    }

    [Theory]
    [InlineData("7", "7", null, true)]
    [InlineData("6", "7", null, false)]
    [InlineData("7", "7", 8L, false)]
    [InlineData("8", "7", 8L, true)]
    public void The_workload_it_refers_to_must_have_been_seen_too(string observed, string told, long? written, bool seen)
    {
        var rollout = Read($$"""{"phase":"Healthy","observedGeneration":"3","workloadObservedGeneration":"{{observed}}"}""",
            """{"workloadRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"api"}}""", $$"""{"rollout.argoproj.io/workload-generation":"{{told}}"}""");

        Assert.Equal(seen, RolloutState.Of(rollout, written).Observed);
    }

    [Theory]
    [InlineData("""{"pause":{}}""", "CanaryPauseStep", true)]
    [InlineData("""{"pause":{"duration":"5m"}}""", "CanaryPauseStep", false)]
    [InlineData("""{"pause":{}}""", "InconclusiveAnalysisRun", true)]
    public void A_pause_that_time_ends_waits_for_nobody(string step, string reason, bool waits)
    {
        var rollout = Read($$"""{"observedGeneration":"3","phase":"Paused","currentStepIndex":0,"pauseConditions":[{"reason":"{{reason}}"}]}""", "{\"strategy\":{\"canary\":{\"steps\":[" + step + "]}}}");

        Assert.Equal(waits, RolloutState.WaitsFor(rollout) is not null);
    }

    [Fact]
    public void A_pause_it_was_told_to_go_past_waits_for_nobody_and_one_by_hand_still_does()
    {
        const string status = """{"observedGeneration":"3","phase":"Paused","promoteFull":true,"currentStepIndex":0,"pauseConditions":[{"reason":"CanaryPauseStep"}]}""";

        Assert.Null(RolloutState.WaitsFor(Read(status, """{"strategy":{"canary":{"steps":[{"pause":{}}]}}}""")));
        Assert.NotNull(RolloutState.WaitsFor(Read(status, """{"paused":true,"strategy":{"canary":{"steps":[{"pause":{}}]}}}""")));
    }

    [Theory]
    [InlineData("""{"setWeight":20}""", "setWeight: 20")]
    [InlineData("""{"pause":{}}""", "pause")]
    [InlineData("""{"pause":{"duration":"1h"}}""", "pause: 1h")]
    [InlineData("""{"pause":{"duration":30}}""", "pause: 30")]
    [InlineData("""{"setCanaryScale":{"replicas":3}}""", "setCanaryScale: 3")]
    [InlineData("""{"setCanaryScale":{"matchTrafficWeight":true}}""", "setCanaryScale: matchTrafficWeight")]
    [InlineData("""{"analysis":{"templates":[{"templateName":"a"},{"templateName":"b"}]}}""", "analysis: a, b")]
    [InlineData("""{"plugin":{"name":"org/step"}}""", "plugin: org/step")]
    [InlineData("""{"setHeaderRoute":{"name":"x"}}""", "setHeaderRoute")]
    [InlineData("3", "")]
    public void Steps_are_said_in_the_manifests_words(string step, string words) =>
        Assert.Equal(words, CanaryStep.Current(Read("""{"currentStepIndex":0}""", "{\"strategy\":{\"canary\":{\"steps\":[" + step + "]}}}"))?.Words);

    [Fact]
    public void The_weight_that_is_wanted_is_what_the_steps_so_far_set()
    {
        const string spec = """{"strategy":{"canary":{"steps":[{"setWeight":20},{"pause":{}},{"setWeight":60},{"pause":{}}]}}}""";
        Assert.Equal([20, 20, 60, 60, 100], Enumerable.Range(0, 5).Select(step => CanaryStep.DesiredWeight(Read($$$"""{"stableRS":"a","currentPodHash":"b","currentStepIndex":{{{step}}}}""", spec)) ?? -1));
        Assert.Equal(0, CanaryStep.DesiredWeight(Read("""{"stableRS":"a","currentPodHash":"b","currentStepIndex":2,"abort":true}""", spec)));
        Assert.Null(CanaryStep.Current(Read("""{"currentStepIndex":9}""", spec)));
    }

    [Fact]
    public void A_phase_this_version_does_not_know_is_no_reason_to_fail() =>
        Assert.Equal(RolloutPhase.Unknown, RolloutState.Of(Read("""{"phase":"Splendid","observedGeneration":"3"}""")).Phase);

    [Fact]
    public void A_metric_tells_the_measurement_that_decided_it()
    {
        var run = AnalysisRun.From(new CustomResource(JsonDocument.Parse("""
            {"metadata":{"name":"api-7-2"},"status":{"phase":"Failed","message":"m","metricResults":[
              {"name":"latency","phase":"Successful","measurements":[{"phase":"Successful","value":"12"}]},
              {"name":"looked-at","phase":"Failed","dryRun":true},
              {"name":"errors","phase":"Failed","measurements":[{"phase":"Failed","value":"0.4"},{"phase":"Successful","value":"0.1"}],"message":"too many"}]}}
            """).RootElement));

        Assert.Equal("AnalysisRun api-7-2: Failed: metric 'errors' Failed, measured 0.4: too many", run.ToString());
    }

    private static Workload Read(string status, string spec = "{}", string annotations = "{}") => JsonSerializer.Deserialize(
        $$$"""{"metadata":{"name":"api","namespace":"prod","generation":3,"annotations":{{{annotations}}}},"spec":{{{spec}}},"status":{{{status}}}}""", KubernetesJson.Default.Workload)!;
}
