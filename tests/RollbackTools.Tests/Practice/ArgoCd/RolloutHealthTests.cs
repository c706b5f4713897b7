using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Applications;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Rollouts;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Practice.ArgoCd;

/// <summary>What Argo CD makes of Argo Rollouts' kinds, as its own scripts have it.</summary>
public sealed class RolloutHealthTests
{
    private static Health Of(ResourceType type, string status, string more = "")
    {
        ObjectStore store = new(new ManualTimeProvider());
        return ResourceHealth.Of(store.Create(type, JsonNode.Parse($$"""
            { "metadata": { "name": "catalog", "namespace": "prod" }, "spec": { "replicas": 2 }{{(status.Length > 0 ? $", \"status\": {status}" : "")}}{{more}} }
            """)!.AsObject()))!;
    }

    [Theory]
    [InlineData("Healthy", "", "Healthy", "")]
    [InlineData("Progressing", "more replicas need to be updated", "Progressing", "more replicas need to be updated")]
    [InlineData("Paused", "CanaryPauseStep", "Suspended", "CanaryPauseStep")]
    [InlineData("Degraded", "RolloutAborted: Rollout aborted update to revision 2", "Degraded", "RolloutAborted: Rollout aborted update to revision 2")]
    public void The_phase_of_a_rollout_is_its_health_and_a_pause_a_suspension(string phase, string message, string health, string said)
    {
        var found = Of(RolloutResources.Rollouts, $$"""{ "observedGeneration": "1", "phase": "{{phase}}", "message": "{{message}}" }""");
        Assert.Equal((health, said), (found.Status, found.Message));
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{ "observedGeneration": "0", "phase": "Healthy" }""")]
    public void A_spec_that_was_not_seen_yet_is_progress_whatever_the_phase(string status) =>
        Assert.Equal(("Progressing", "Waiting for rollout spec update to be observed"),
            Of(RolloutResources.Rollouts, status) is var found ? (found.Status, found.Message) : default);

    [Fact]
    public void An_observed_generation_that_is_no_number_says_nothing_of_a_generation() =>
        Assert.Equal("Healthy", Of(RolloutResources.Rollouts, """{ "observedGeneration": "7d9f4c", "phase": "Healthy" }""").Status);

    [Theory]
    [InlineData("Running", "Progressing")]
    [InlineData("Successful", "Healthy")]
    [InlineData("Failed", "Degraded")]
    [InlineData("Error", "Degraded")]
    [InlineData("Inconclusive", "Unknown")]
    public void An_analysis_run_is_as_well_as_its_phase(string phase, string health) =>
        Assert.Equal(health, Of(RolloutResources.AnalysisRuns, $$"""{ "phase": "{{phase}}" }""").Status);
}
