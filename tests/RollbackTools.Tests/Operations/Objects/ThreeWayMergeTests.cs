using System.Text.Json.Nodes;
using RollbackTools.Operations.Objects;
using RollbackTools.Practice.Kubernetes.Api.Writing;

namespace RollbackTools.Tests.Operations.Objects;

public sealed class ThreeWayMergeTests
{
    private static readonly MergeRule Deployment = MergeRules.Of("apps", "Deployment");

    [Fact]
    public void What_the_target_says_holds_and_drift_in_it_is_overwritten() =>
        Gives("""{"spec":{"replicas":2,"x":1}}""", "{spec:{replicas:2}}", "{spec:{replicas:2}}", "{spec:{replicas:9,x:1}}");

    [Fact]
    public void What_only_the_earlier_manifest_said_goes_with_what_the_server_filled_in() =>
        Gives("""{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"a:1"}]}}}}""",
            "{spec:{template:{spec:{containers:[{name:a,image:'a:2',livenessProbe:{httpGet:{path:/}}}]}}}}",
            "{spec:{template:{spec:{containers:[{name:a,image:'a:1'}]}}}}",
            "{spec:{template:{spec:{containers:[{name:a,image:'a:2',livenessProbe:{httpGet:{path:/},periodSeconds:10}}]}}}}");

    [Fact]
    public void A_container_that_somebody_injected_stays_where_it_was() =>
        Gives("""{"spec":{"template":{"spec":{"containers":[{"name":"mesh","image":"m"},{"name":"a","image":"a:1"},{"name":"b","image":"b:1"}]}}}}""",
            "{spec:{template:{spec:{containers:[{name:a,image:'a:2'},{name:old,image:o}]}}}}",
            "{spec:{template:{spec:{containers:[{name:a,image:'a:1'},{name:b,image:'b:1'}]}}}}",
            "{spec:{template:{spec:{containers:[{name:mesh,image:m},{name:a,image:'a:2'},{name:old,image:o}]}}}}");

    [Fact]
    public void A_volume_that_becomes_of_another_kind_keeps_nothing_of_the_first() =>
        Gives("""{"spec":{"template":{"spec":{"volumes":[{"name":"v","secret":{"secretName":"s"}}]}}}}""",
            "{spec:{template:{spec:{volumes:[{name:v,configMap:{name:c}}]}}}}",
            "{spec:{template:{spec:{volumes:[{name:v,secret:{secretName:s}}]}}}}",
            "{spec:{template:{spec:{volumes:[{name:v,configMap:{name:c,defaultMode:420}}]}}}}");

    [Fact]
    public void A_volume_whose_source_somebody_swapped_by_hand_is_the_targets_again() =>
        Gives("""{"spec":{"template":{"spec":{"volumes":[{"name":"v","configMap":{"name":"c"}}]}}}}""",
            "{spec:{template:{spec:{volumes:[{name:v,configMap:{name:c}}]}}}}",
            "{spec:{template:{spec:{volumes:[{name:v,configMap:{name:c}}]}}}}",
            "{spec:{template:{spec:{volumes:[{name:v,emptyDir:{}}]}}}}");

    [Fact]
    public void A_strategy_that_becomes_Recreate_loses_its_rolling_update() =>
        Gives("""{"spec":{"strategy":{"type":"Recreate"}}}""",
            "{spec:{strategy:{type:RollingUpdate}}}", "{spec:{strategy:{type:Recreate}}}", "{spec:{strategy:{type:RollingUpdate,rollingUpdate:{maxSurge:'25%'}}}}");

    [Fact]
    public void A_strategy_that_stays_keeps_what_the_server_filled_in() =>
        GivesLive("{spec:{strategy:{type:RollingUpdate}}}", "{spec:{strategy:{type:RollingUpdate}}}", "{spec:{strategy:{type:RollingUpdate,rollingUpdate:{maxSurge:'25%'}}}}");

    [Fact]
    public void Two_ports_of_one_number_are_told_apart_by_their_protocol() =>
        Gives("""{"spec":{"ports":[{"port":53,"protocol":"TCP","nodePort":1,"name":"t2"},{"port":53,"protocol":"UDP","nodePort":2,"name":"u"}]}}""",
            "{spec:{ports:[{port:53,name:t},{port:53,protocol:UDP,name:u}]}}",
            "{spec:{ports:[{port:53,name:t2},{port:53,protocol:UDP,name:u}]}}",
            "{spec:{ports:[{port:53,protocol:TCP,nodePort:1,name:t},{port:53,protocol:UDP,nodePort:2,name:u}]}}", MergeRules.Of("", "Service"));

    [Fact]
    public void Variables_are_merged_by_name_in_the_targets_order_and_others_come_where_the_server_puts_them() =>
        Gives("""{"spec":{"template":{"spec":{"containers":[{"name":"a","env":[{"name":"HAND","value":"h"},{"name":"B","value":"b"},{"name":"A","value":"2"}]}]}}}}""",
            "{spec:{template:{spec:{containers:[{name:a,env:[{name:A,value:'1'},{name:GONE,value:g}]}]}}}}",
            "{spec:{template:{spec:{containers:[{name:a,env:[{name:B,value:b},{name:A,value:'2'}]}]}}}}",
            "{spec:{template:{spec:{containers:[{name:a,env:[{name:A,value:'1'},{name:GONE,value:g},{name:HAND,value:h}]}]}}}}");

    [Fact]
    public void A_variable_named_twice_makes_the_list_one_value() =>
        Gives("""{"spec":{"template":{"spec":{"containers":[{"name":"a","env":[{"name":"A","value":"1"},{"name":"A","value":"2"}]}]}}}}""",
            "{}", "{spec:{template:{spec:{containers:[{name:a,env:[{name:A,value:'1'},{name:A,value:'2'}]}]}}}}",
            "{spec:{template:{spec:{containers:[{name:a,env:[{name:A,value:x},{name:B,value:y}]}]}}}}");

    [Theory]
    [InlineData("""{"spec":{"template":{"spec":{"tolerations":[{"key":"a"}]}}}}""", "tolerations:[{key:a}]", "tolerations:[{key:a},{key:hand}]")]
    [InlineData("""{"spec":{"template":{"spec":{"topologySpreadConstraints":[{"topologyKey":"z","whenUnsatisfiable":"x","maxSkew":1},{"topologyKey":"hand","whenUnsatisfiable":"x"}]}}}}""",
        "topologySpreadConstraints:[{topologyKey:z,whenUnsatisfiable:x,maxSkew:1}]",
        "topologySpreadConstraints:[{topologyKey:z,whenUnsatisfiable:x,maxSkew:5},{topologyKey:hand,whenUnsatisfiable:x}]")]
    [InlineData("""{"spec":{"template":{"spec":{"hostAliases":[{"ip":"1","hostnames":["a"]},{"ip":"2","hostnames":["hand"]}]}}}}""",
        "hostAliases:[{ip:'1',hostnames:[a]}]", "hostAliases:[{ip:'1',hostnames:[a,hand]},{ip:'2',hostnames:[hand]}]")]
    [InlineData("""{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"a"},{"name":"hand"}]}}}}""", "imagePullSecrets:[{name:a}]", "imagePullSecrets:[{name:a},{name:hand}]")]
    public void Lists_are_merged_or_replaced_as_the_API_types_say(string expected, string wanted, string live) =>
        Gives(expected, "{}", $"{{spec:{{template:{{spec:{{{wanted}}}}}}}}}", $"{{spec:{{template:{{spec:{{{live}}}}}}}}}");

    [Fact]
    public void Labels_and_finalizers_of_others_stay_though_the_target_has_none_left() =>
        Gives("""{"metadata":{"labels":{"theirs":"1"},"finalizers":["theirs"]}}""",
            "{metadata:{labels:{mine:'1'},finalizers:[mine],annotations:{mine:'1'}}}", "{metadata:{}}",
            "{metadata:{labels:{mine:'1',theirs:'1'},finalizers:[mine,theirs],annotations:{mine:'1'}}}");

    [Fact]
    public void A_null_takes_away_what_the_server_filled_in() =>
        Gives("""{"spec":{"a":{"c":1}}}""", "{}", "{spec:{a:{b:null,c:1}}}", "{spec:{a:{b:2}}}");

    [Fact]
    public void A_webhook_somebody_added_stays_and_ours_is_merged() =>
        Gives("""{"webhooks":[{"name":"a","failurePolicy":"Ignore","clientConfig":{"caBundle":"injected","url":"u"}},{"name":"b"}]}""",
            "{}", "{webhooks:[{name:a,failurePolicy:Ignore,clientConfig:{url:u}}]}",
            "{webhooks:[{name:a,failurePolicy:Fail,clientConfig:{caBundle:injected,url:u}},{name:b}]}", MergeRules.Of("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"));

    [Fact]
    public void Drift_in_a_custom_resource_counts_though_the_manifests_are_equal() =>
        Gives("""{"spec":{"size":3,"theirs":true,"list":[1,2]}}""", "{spec:{size:3,list:[1,2]}}", "{spec:{size:3,list:[1,2]}}", "{spec:{size:1,theirs:true,list:[9]}}",
            MergeRules.Of("example.com", "Widget"));

    [Fact]
    public void Without_a_difference_there_is_no_patch() => GivesLive("{spec:{replicas:2}}", "{spec:{replicas:2}}", "{spec:{replicas:2,paused:false}}");

    [Fact]
    public void The_patch_holds_only_for_the_version_that_was_read()
    {
        var live = Read("{metadata:{resourceVersion:'7',labels:{a:b}},spec:{replicas:2,gone:{x:1}}}");

        var patch = ObjectPatch.Between(live, Read("{metadata:{resourceVersion:'7',labels:{a:b}},spec:{replicas:3}}"))!;

        Assert.Equal("""{"spec":{"gone":null,"replicas":3},"metadata":{"resourceVersion":"7"}}""", System.Text.Encoding.UTF8.GetString(patch.Body.Span));
    }

    private static void GivesLive(string before, string target, string live)
    {
        Gives(Read(live).ToJsonString(), before, target, live);
        Assert.Null(ObjectPatch.Between(Read(live), ThreeWayMerge.Merge(Read(before), Read(target), Read(live), Deployment)));
    }

    private static void Gives(string expected, string before, string target, string live, MergeRule? rule = null)
    {
        var merged = ThreeWayMerge.Merge(Read(before), Read(target), Read(live), rule ?? Deployment);

        Assert.Equal(Sorted(JsonNode.Parse(expected)!), Sorted(merged));
        Assert.Equal(Sorted(merged), Sorted(ThreeWayMerge.Merge(Read(target), Read(target), merged, rule ?? Deployment)));
    }

    // JSON without the noise: single quotes, and only where they are needed.
    private static JsonObject Read(string text)
    {
        var quoted = string.Join('\'', text.Split('\'').Select((part, index) => index % 2 == 0 ? part.Replace(":", ": ", StringComparison.Ordinal) : part));
        return YamlJson.Parse(quoted)!.AsObject();
    }

    private static string Sorted(JsonNode node) => RollbackTools.Operations.Estate.Kubernetes.JsonSame.Canonical(System.Text.Json.JsonSerializer.SerializeToElement(node));
}
