using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RollbackTools.Operations.Objects;
using RollbackTools.Practice.Kubernetes.Api.Writing;

namespace RollbackTools.Tests.Operations.Objects;

public sealed partial class ObjectDiffTests
{
    private static readonly ObjectId Deployment = new("apps/v1", "Deployment", "prod", "api");
    private static readonly ObjectId ConfigMap = new("v1", "ConfigMap", "prod", "api");
    private static readonly ObjectId Secret = new("v1", "Secret", "prod", "api");
    private static readonly ObjectId Custom = new("example.com/v1", "Tenant", "prod", "api");

    [Fact]
    public void Fields_are_named_with_both_values() => Differ(Deployment, "{spec:{replicas:2,paused:true}}", "{spec:{replicas:3,minReadySeconds:5}}",
        "spec.replicas: 2 → 3", "spec.paused: removed true", "spec.minReadySeconds: added 5");

    [Fact]
    public void Containers_are_matched_by_name_whatever_their_order() => Differ(Deployment,
        Pod("{name:a,image:'a:1'},{name:b,image:'b:1'}"), Pod("{name:b,image:'b:2'},{name:a,image:'a:1'},{name:c,image:'c:1',args:[x]}"),
        "spec.template.spec.containers[b].image: b:1 → b:2", "spec.template.spec.containers[c]: added {image: c:1, …}");

    [Fact]
    public void Two_ports_of_one_number_are_told_apart() => Differ(new ObjectId("v1", "Service", "", "dns"),
        "{spec:{ports:[{port:53,protocol:TCP,targetPort:1},{port:53,protocol:UDP,targetPort:1}]}}", "{spec:{ports:[{port:53,protocol:TCP,targetPort:1},{port:53,protocol:UDP,targetPort:2}]}}",
        "spec.ports[53/UDP].targetPort: 1 → 2");

    [Fact]
    public void Lists_of_a_kind_nobody_knows_are_matched_by_name_where_all_have_one() => Differ(Custom,
        "{spec:{plans:[{name:free,seats:1},{name:pro,seats:5}]}}", "{spec:{plans:[{name:pro,seats:9},{name:free,seats:1}]}}", "spec.plans[pro].seats: 5 → 9");

    [Fact]
    public void Other_lists_are_one_value() => Differ(Deployment, Pod("{name:a,args:[x,y]}"), Pod("{name:a,args:[x,z]}"), "spec.template.spec.containers[a].args: [x, y] → [x, z]");

    [Fact]
    public void A_set_tells_what_came_and_went() => Differ(ConfigMap, "{metadata:{finalizers:[a,b]}}", "{metadata:{finalizers:[b,c]}}", "metadata.finalizers: removed a", "metadata.finalizers: added c");

    [Fact]
    public void Quantities_and_numbers_count_by_their_value() => Differ(Deployment,
        Pod("{name:a,resources:{limits:{cpu:'1000m',memory:1Gi},requests:{cpu:0.5}}}"), Pod("{name:a,resources:{limits:{cpu:1,memory:1025Mi},requests:{cpu:'500m'}}}"),
        "spec.template.spec.containers[a].resources.limits.memory: 1Gi → 1025Mi");

    [Fact]
    public void What_only_a_server_writes_does_not_count() => Differ(Deployment,
        "{metadata:{uid:u,resourceVersion:'1',managedFields:[],annotations:{deployment.kubernetes.io/revision:'1',kubectl.kubernetes.io/last-applied-configuration:x}},spec:{replicas:1},status:{replicas:1}}",
        "{metadata:{labels:{}},spec:{replicas:1}}");

    [Fact]
    public void Long_and_many_lined_texts_are_told_in_short() => Differ(ConfigMap,
        $"{{data:{{a.conf: \"one\\ntwo\\n\",b: {new string('x', 200)}}}}}", "{data:{a.conf: \"one\\ntwo\\nthree\\n\",b: y}}",
        "data[a.conf]: a text of 2 lines → a text of 3 lines", $"data.b: {new string('x', 79)}… → y");

    [Theory]
    [InlineData("{data:{key: c2VjcmV0MQ==}}", "{data:{key: c2VjcmV0Mg==}}")]
    [InlineData("{stringData:{any: secret1}}", "{stringData:{any: secret2}}")]
    public void What_a_Secret_holds_is_never_shown(string from, string to)
    {
        var change = Assert.Single(Diff(Secret, from, to));

        Assert.EndsWith(": changed (hidden)", change.ToString());
        Assert.True(change is { Before: "", After: "" });
    }

    [Theory]
    [InlineData("DB_PASSWORD", "secret")]
    [InlineData("API_TOKEN", "secret")]
    [InlineData("DB_PASS", "secret")]
    [InlineData("MYSQL_PWD", "secret")]
    [InlineData("STRIPE_API_KEY", "secret")]
    [InlineData("DATABASE_URL", "postgres://app:secret@db/app")]
    [InlineData("SIGNING", "-----BEGIN PRIVATE KEY-----secret")]
    [InlineData("OPTIONS", "--user=a --password=secret")]
    public void What_is_called_or_looks_like_a_secret_elsewhere_is_not_shown_either(string name, string value)
    {
        var env = Diff(Deployment, Pod($"{{name:a,env:[{{name:{name},value:'{value}1'}}]}}"), Pod($"{{name:a,env:[{{name:{name},value:'{value}2'}}]}}"));
        var data = Diff(ConfigMap, $"{{data:{{{name}: '{value}1'}}}}", $"{{data:{{{name}: '{value}2'}}}}");
        var added = Diff(Deployment, Pod("{name:b}"), Pod($"{{name:b}},{{name:a,env:[{{name:{name},value:'{value}'}}]}}"));

        foreach (var change in env.Concat(data).Concat(added))
        {
            Assert.DoesNotContain("secret", change.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("secret", change.ForTheRecord(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_variable_of_a_kind_nobody_knows_is_known_by_its_name_too() => Differ(Custom,
        "{spec:{extraEnv:[{name:DB_PASSWORD,value:one},{name:BYPASS,value:a}]}}", "{spec:{extraEnv:[{name:DB_PASSWORD,value:two},{name:BYPASS,value:b}]}}",
        "spec.extraEnv[DB_PASSWORD].value: changed (hidden)", "spec.extraEnv[BYPASS].value: a → b");

    [Fact]
    public void An_argument_behind_an_option_that_is_called_like_a_secret_is_not_shown() =>
        Differ(Deployment, Pod("{name:a,args:['--db-password',one]}"), Pod("{name:a,args:['--db-password',two]}"), "spec.template.spec.containers[a].args: changed (hidden)");

    [Theory]
    [InlineData("{name:a,env:[{name:LOG_LEVEL,value:debug}]}", "{name:a,env:[{name:LOG_LEVEL,value:info}]}", "debug → info")]
    [InlineData("{name:a,env:[{name:P,valueFrom:{secretKeyRef:{name:one,key:password}}}]}", "{name:a,env:[{name:P,valueFrom:{secretKeyRef:{name:two,key:password}}}]}", "one → two")]
    public void What_only_names_a_secret_is_shown(string from, string to, string shown) => Assert.EndsWith(shown, Assert.Single(Diff(Deployment, Pod(from), Pod(to))).ToString());

    [Fact]
    public void For_the_record_only_images_numbers_and_truths_keep_their_values() => Assert.Equal(
        ["spec.replicas: 1 → 2", "spec.template.spec.containers[a].image: a:1 → a:2", "spec.template.spec.containers[a].workingDir: changed"],
        Diff(Deployment, "{spec:{replicas:1,template:{spec:{containers:[{name:a,image:'a:1',workingDir:/a}]}}}}", "{spec:{replicas:2,template:{spec:{containers:[{name:a,image:'a:2',workingDir:/b}]}}}}")
            .Select(change => change.ForTheRecord()));

    [Fact]
    public void Drift_is_what_the_manifest_says_and_the_live_object_does_not() => Assert.Equal(
        ["spec.replicas: 2 → 5", "spec.template.spec.containers[gone]: removed {image: g:1, …}"],
        ObjectDiff.Drift(Deployment, Json("{spec:{replicas:2,template:{spec:{containers:[{name:a,image:'a:1'},{name:gone,image:'g:1'}]}}}}"),
            Json("{metadata:{uid:u},spec:{replicas:5,strategy:{type:RollingUpdate},template:{spec:{containers:[{name:mesh,image:m},{name:a,image:'a:1',imagePullPolicy:Always}]}}},status:{x:1}}")).Select(change => change.ToString()));

    [Fact]
    public void A_secret_whose_texts_a_server_encoded_has_not_drifted() =>
        Assert.Empty(ObjectDiff.Drift(Secret, Json("{stringData:{a: hi},data:{b: Yg==}}"), Json("{data:{a: aGk=,b: Yg==}}")));

    [Fact]
    public void A_secret_s_texts_and_the_data_they_become_are_the_same()
    {
        Assert.Empty(Diff(Secret, "{stringData:{a: hi}}", "{data:{a: aGk=}}"));
        Assert.Equal(["data.a: changed (hidden)"], Diff(Secret, "{stringData:{a: hello}}", "{data:{a: aGk=}}").Select(change => change.ToString()));
    }

    private static string Pod(string containers) => $"{{spec:{{template:{{spec:{{containers:[{containers}]}}}}}}}}";

    private static IReadOnlyList<FieldChange> Diff(ObjectId id, string from, string to) => ObjectDiff.Between(id, Json(from), Json(to));

    private static void Differ(ObjectId id, string from, string to, params string[] expected) => Assert.Equal(expected, Diff(id, from, to).Select(change => change.ToString()));

    // Flow style as one types it, without the space that YAML wants behind a colon.
    private static JsonObject Json(string yaml) => YamlJson.Parse(Colon().Replace(yaml, "$1: "))!.AsObject();

    [GeneratedRegex(@"([{,]\s*[A-Za-z][\w./-]*):(?=\S)")]
    private static partial Regex Colon();
}
