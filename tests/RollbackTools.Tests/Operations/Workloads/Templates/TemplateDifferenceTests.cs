using System.Text.Json.Nodes;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.Operations.Workloads.Templates;

public sealed class TemplateDifferenceTests
{
    private static readonly PodTemplate Bad = PodTemplates.Of("""
        {"metadata":{"labels":{"app":"api"}},"spec":{"terminationGracePeriodSeconds":30,"containers":[
          {"name":"api","image":"a:41","env":[{"name":"MODE","value":"new"},{"name":"KEY","value":"hunter2"}],"terminationMessagePath":"/dev/termination-log"},
          {"name":"sidecar","image":"s:1"}]}}
        """);

    private static readonly PodTemplate Good = PodTemplates.Of("""
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
              {"name":"api","image":"a:41","env":[{"name":"MODE","value":"new"},{"name":"KEY","value":"hunter2"}]},{"name":"sidecar","image":"s:1"}]}}
            """;
        var there = TemplateDifference.ApplyTo(JsonNode.Parse(text)!.AsObject(), Bad, Good);

        var back = TemplateDifference.ApplyTo(there, Good, Bad);

        Assert.True(JsonNode.DeepEquals(back, JsonNode.Parse(text)), back.ToJsonString());
    }

    [Fact]
    public void What_the_server_fills_in_is_no_change()
    {
        var written = PodTemplates.Of("""
            {"metadata":{"labels":{"app":"api"}},"spec":{"containers":[{"name":"api","image":"a:40","ports":[{"containerPort":80}],"resources":{"limits":{"cpu":"0.5"}},"env":[{"name":"E","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]}]}}
            """);
        var stored = PodTemplates.Of("""
            {"metadata":{"creationTimestamp":null,"labels":{"app":"api"}},"spec":{"containers":[{"name":"api","image":"a:40","ports":[{"containerPort":80,"protocol":"TCP"}],"resources":{"limits":{"cpu":"500m"},"requests":{"cpu":"500m"}},
              "env":[{"name":"E","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}}],"imagePullPolicy":"IfNotPresent","terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],
              "restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"}}
            """);

        Assert.Empty(TemplateDifference.Describe(written, stored));
        Assert.Empty(TemplateDifference.Describe(stored, written));
    }

    [Fact]
    public void Two_ports_of_one_number_are_told_apart_by_their_protocol()
    {
        var both = Ports("""{"containerPort":53,"name":"t","protocol":"TCP"},{"containerPort":53,"name":"u","protocol":"UDP"}""");
        var renamed = Ports("""{"containerPort":53,"name":"t","protocol":"TCP"},{"containerPort":53,"name":"udp","protocol":"UDP"}""");
        var none = Ports("");

        Assert.Equal(["spec.containers[api].ports[53/UDP].name: changed"], TemplateDifference.Describe(both, renamed));
        Assert.Equal(["spec.containers[api].ports[53]: added", "spec.containers[api].ports[53/UDP]: added"], TemplateDifference.Describe(none, both));
        Assert.True(JsonNode.DeepEquals(Document(both), TemplateDifference.ApplyTo(Document(renamed), renamed, both)));
        Assert.True(JsonNode.DeepEquals(Document(both), TemplateDifference.ApplyTo(Document(none), none, both)));

        static PodTemplate Ports(string ports) => PodTemplates.Of($$$"""{"spec":{"containers":[{"name":"api","image":"a:40","ports":[{{{ports}}}]}]}}""");
        static JsonObject Document(PodTemplate template) => JsonObject.Create(template.Json)!;
    }

    [Theory]
    [InlineData("env", """{"name":"A","value":"1"},{"name":"A","value":"2"}""", """{"name":"A","value":"1"},{"name":"A","value":"3"}""")]
    [InlineData("env", """{"name":"A","value":"1"},{"name":"B","value":"$(A)"}""", """{"name":"B","value":"$(A)"},{"name":"A","value":"1"}""")]
    [InlineData("volumeMounts", """{"mountPath":"/a","name":"x"}""", """{"mountPath":"/a","name":"y"},{"mountPath":"/b","name":"x"}""")]
    [InlineData("volumeDevices", """{"devicePath":"/a","name":"x"}""", """{"devicePath":"/b","name":"x"}""")]
    [InlineData("args", "\"a\",\"b\"", "\"b\"")]
    [InlineData("envFrom", """{"configMapRef":{"name":"a"}}""", """{"configMapRef":{"name":"b"}},{"secretRef":{"name":"s"}}""")]
    public void A_list_becomes_what_it_was(string field, string from, string to)
    {
        var (before, after) = (Container(field, from), Container(field, to));

        var result = TemplateDifference.ApplyTo(JsonObject.Create(before.Json)!, before, after);

        Assert.Equal(JsonObject.Create(after.Json)!.ToJsonString(), result.ToJsonString());

        static PodTemplate Container(string field, string items) => PodTemplates.Of($$$"""{"spec":{"initContainers":[{"name":"api","image":"a:40","{{{field}}}":[{{{items}}}]}]}}""");
    }

    [Theory]
    [InlineData("volumes", """{"emptyDir":{},"name":"v"}""", """{"configMap":{"name":"c"},"name":"v"}""")]
    [InlineData("volumes", """{"name":"v","projected":{"sources":[{"configMap":{"name":"c"}}]}}""", """{"name":"v","projected":{"sources":[{"secret":{"name":"s"}},{"configMap":{"name":"c"}}]}}""")]
    [InlineData("hostAliases", """{"hostnames":["a"],"ip":"1.1.1.1"}""", """{"hostnames":["b"],"ip":"1.1.1.1"},{"hostnames":["c"],"ip":"2.2.2.2"}""")]
    [InlineData("topologySpreadConstraints", """{"maxSkew":1,"topologyKey":"z","whenUnsatisfiable":"DoNotSchedule"}""", """{"maxSkew":2,"topologyKey":"z","whenUnsatisfiable":"DoNotSchedule"},{"maxSkew":1,"topologyKey":"z","whenUnsatisfiable":"ScheduleAnyway"}""")]
    [InlineData("imagePullSecrets", """{"name":"a"}""", """{"name":"b"},{"name":"a"}""")]
    [InlineData("tolerations", """{"key":"a"}""", """{"key":"b"},{"key":"a"}""")]
    public void A_list_of_the_pod_becomes_what_it_was(string field, string from, string to)
    {
        var (before, after) = (Pod(field, from), Pod(field, to));

        var result = TemplateDifference.ApplyTo(JsonObject.Create(before.Json)!, before, after);

        Assert.Equal(JsonObject.Create(after.Json)!.ToJsonString(), result.ToJsonString());

        static PodTemplate Pod(string field, string items) => PodTemplates.Of($$$"""{"spec":{"{{{field}}}":[{{{items}}}]}}""");
    }
}
