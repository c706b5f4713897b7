using System.Text.Json.Nodes;
using RollbackTools.Operations.Images;

namespace RollbackTools.Tests.Operations.Images;

public sealed class TemplateDifferenceTests
{
    private static readonly PodTemplate Bad = Templates.Of("""
        {"metadata":{"labels":{"app":"api"}},"spec":{"terminationGracePeriodSeconds":30,"containers":[
          {"name":"api","image":"a:41","env":[{"name":"MODE","value":"new"},{"name":"KEY","value":"hunter2"}],"terminationMessagePath":"/dev/termination-log"},
          {"name":"sidecar","image":"s:1"}]}}
        """);

    private static readonly PodTemplate Good = Templates.Of("""
        {"metadata":{"labels":{"app":"api"}},"spec":{"terminationGracePeriodSeconds":30,"containers":[
          {"name":"api","image":"a:40","env":[{"name":"KEY","value":"hunter1"}],"terminationMessagePath":"/dev/termination-log"}]}}
        """);

    [Fact]
    public void Images_show_both_values_and_everything_else_only_its_path()
    {
        var lines = TemplateDifference.Describe(Bad, Good);

        Assert.Contains("spec.containers[api].image: a:41 → a:40", lines);
        Assert.Contains("spec.containers[api].env[MODE]: removed", lines);
        Assert.Contains("spec.containers[api].env[KEY].value: changed", lines);
        Assert.Contains("spec.containers[sidecar]: removed", lines);
        Assert.DoesNotContain(lines, line => line.Contains("hunter", StringComparison.Ordinal));
    }

    [Fact]
    public void A_manifest_somebody_applied_gets_the_same_changes_and_no_server_defaults()
    {
        var applied = JsonNode.Parse("""
            {"metadata":{"labels":{"app":"api"}},"spec":{"containers":[
              {"name":"api","image":"a:41","env":[{"name":"MODE","value":"new"},{"name":"KEY","value":"hunter2"}]},{"name":"sidecar","image":"s:1"}]}}
            """)!.AsObject();

        var result = TemplateDifference.ApplyTo(applied, Bad, Good);

        Assert.True(JsonNode.DeepEquals(result, JsonNode.Parse("""
            {"metadata":{"labels":{"app":"api"}},"spec":{"containers":[
              {"name":"api","image":"a:40","env":[{"name":"KEY","value":"hunter1"}]}]}}
            """)), result.ToJsonString());
    }

    [Fact]
    public void Going_there_and_back_gives_the_manifest_again()
    {
        const string text = """
            {"metadata":{"labels":{"app":"api"}},"spec":{"containers":[
              {"name":"api","image":"a:41","env":[{"name":"KEY","value":"hunter2"},{"name":"MODE","value":"new"}]},{"name":"sidecar","image":"s:1"}]}}
            """;
        var there = TemplateDifference.ApplyTo(JsonNode.Parse(text)!.AsObject(), Bad, Good);

        var back = TemplateDifference.ApplyTo(there, Good, Bad);

        Assert.True(JsonNode.DeepEquals(back, JsonNode.Parse(text)), back.ToJsonString());
    }
}
