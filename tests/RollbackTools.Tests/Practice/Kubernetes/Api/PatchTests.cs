using System.Net;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Api.Patching;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

public sealed class PatchTests
{
    private const string Path = "/apis/apps/v1/namespaces/prod/deployments/api";

    [Theory]
    [InlineData("""[{"op":"add","path":"/a","value":1}]""", """{"list":[1,2],"o":{"k":"v"},"a":1}""")]
    [InlineData("""[{"op":"add","path":"/list/1","value":9}]""", """{"list":[1,9,2],"o":{"k":"v"}}""")]
    [InlineData("""[{"op":"add","path":"/list/-","value":9}]""", """{"list":[1,2,9],"o":{"k":"v"}}""")]
    [InlineData("""[{"op":"remove","path":"/list/0"}]""", """{"list":[2],"o":{"k":"v"}}""")]
    [InlineData("""[{"op":"replace","path":"/o/k","value":null}]""", """{"list":[1,2],"o":{"k":null}}""")]
    [InlineData("""[{"op":"move","from":"/o/k","path":"/x"}]""", """{"list":[1,2],"o":{},"x":"v"}""")]
    [InlineData("""[{"op":"copy","from":"/o","path":"/p"}]""", """{"list":[1,2],"o":{"k":"v"},"p":{"k":"v"}}""")]
    [InlineData("""[{"op":"test","path":"/o","value":{"k":"v"}},{"op":"remove","path":"/o"}]""", """{"list":[1,2]}""")]
    [InlineData("""[{"op":"test","path":"/missing","value":null},{"op":"test","path":"/o","value":{"k" : "v"}},{"op":"remove","path":"/o"}]""", """{"list":[1,2]}""")]
    [InlineData("""[{"op":"replace","path":"/missing","value":1}]""", """{"list":[1,2],"o":{"k":"v"},"missing":1}""")]
    [InlineData("""[{"op":"remove","path":"/list/-1"},{"op":"add","path":"/list/-1","value":9},{"op":"test","path":"/list/00","value":1}]""", """{"list":[1,9],"o":{"k":"v"}}""")]
    [InlineData("""[{"op":"add","path":"/o/a~1b~0c","value":1}]""", """{"list":[1,2],"o":{"k":"v","a/b~c":1}}""")]
    public void A_json_patch_does_what_its_operations_say(string patch, string expected)
    {
        var result = JsonPatch.Apply(ApiSession.Parse("""{"list":[1,2],"o":{"k":"v"}}"""), JsonNode.Parse(patch)!.AsArray());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), result), result?.ToJsonString());
    }

    [Theory]
    [InlineData("""[{"op":"test","path":"/o/k","value":"w"}]""")]
    [InlineData("""[{"op":"remove","path":"/missing"}]""")]
    [InlineData("""[{"op":"test","path":"/missing/x","value":null}]""")]
    [InlineData("""[{"op":"test","path":"/list/5","value":null}]""")]
    [InlineData("""[{"op":"test","path":"/o/k","value":"\u0076"}]""")]
    [InlineData("""[{"op":"test","path":"/list/0","value":1.0}]""")]
    [InlineData("""[{"op":"replace","path":"/missing/x","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/missing/x","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/list/5","value":1}]""")]
    [InlineData("""[{"op":"remove","path":"/list/02"}]""")]
    [InlineData("""[{"op":"remove","path":"/list/-3"}]""")]
    [InlineData("""[{"op":"move","from":"/o","path":"/o/k/x"}]""")]
    [InlineData("""[{"op":"jump","path":"/o"}]""")]
    [InlineData("""[{"path":"/o"}]""")]
    public void A_json_patch_that_does_not_fit_is_refused(string patch) => Assert.Throws<PatchException>(() =>
        JsonPatch.Apply(ApiSession.Parse("""{"list":[1,2],"o":{"k":"v"}}"""), JsonNode.Parse(patch)!.AsArray()));

    [Theory]
    // Containers merge by name, keep their place, and new ones come with the patch's order.
    [InlineData("""{"containers":[{"name":"b","image":"b:2"}]}""", """{"containers":[{"name":"a","image":"a:1"},{"name":"b","image":"b:2"}]}""")]
    [InlineData("""{"containers":[{"name":"c","image":"c:1"}]}""", """{"containers":[{"name":"c","image":"c:1"},{"name":"a","image":"a:1"},{"name":"b","image":"b:1"}]}""")]
    [InlineData("""{"$setElementOrder/containers":[{"name":"a"},{"name":"c"},{"name":"b"}],"containers":[{"name":"c","image":"c:1"}]}""", """{"containers":[{"name":"a","image":"a:1"},{"name":"c","image":"c:1"},{"name":"b","image":"b:1"}]}""")]
    [InlineData("""{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}""", """{"containers":[{"name":"b","image":"b:1"},{"name":"a","image":"a:1"}]}""")]
    [InlineData("""{"containers":[{"$patch":"delete","name":"a"}]}""", """{"containers":[{"name":"b","image":"b:1"}]}""")]
    [InlineData("""{"containers":[{"$patch":"replace"},{"name":"z","image":"z:1"}]}""", """{"containers":[{"name":"z","image":"z:1"}]}""")]
    [InlineData("""{"$patch":"replace","containers":[{"name":"z"}]}""", """{"containers":[{"name":"z"}]}""")]
    [InlineData("""{"containers":null}""", "{}")]
    // Nulls that name nothing do nothing; they are not kept either.
    [InlineData("""{"securityContext":{"runAsUser":null,"fsGroup":1}}""", """{"containers":[{"name":"a","image":"a:1"},{"name":"b","image":"b:1"}],"securityContext":{"fsGroup":1}}""")]
    // Tolerations have no merge key: the list is replaced.
    [InlineData("""{"containers":[{"name":"a","command":["x"]}]}""", """{"containers":[{"name":"a","image":"a:1","command":["x"]},{"name":"b","image":"b:1"}]}""")]
    public void A_strategic_patch_merges_a_pod_spec(string patch, string expected)
    {
        var live = ApiSession.Parse("""{"containers":[{"name":"a","image":"a:1"},{"name":"b","image":"b:1"}]}""");
        AssertMerged("PodSpec", live, patch, expected);
    }

    [Theory]
    [InlineData("Container", """{"env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]}""", """{"$setElementOrder/env":[{"name":"A"}],"env":[{"$patch":"delete","name":"B"}]}""", """{"env":[{"name":"A","value":"1"}]}""")]
    [InlineData("Container", """{"volumeMounts":[{"mountPath":"/a","name":"x"}]}""", """{"volumeMounts":[{"mountPath":"/a","name":"y"}]}""", """{"volumeMounts":[{"mountPath":"/a","name":"y"}]}""")]
    [InlineData("Container", """{"ports":[{"containerPort":80,"protocol":"TCP"}]}""", """{"ports":[{"containerPort":80,"name":"http"}]}""", """{"ports":[{"containerPort":80,"protocol":"TCP","name":"http"}]}""")]
    [InlineData("Container", """{"args":["a","b"]}""", """{"args":["c"]}""", """{"args":["c"]}""")]
    [InlineData("ObjectMeta", """{"finalizers":["a","b"]}""", """{"finalizers":["c"]}""", """{"finalizers":["c","a","b"]}""")]
    [InlineData("ObjectMeta", """{"finalizers":["a","b"]}""", """{"$deleteFromPrimitiveList/finalizers":["a"]}""", """{"finalizers":["b"]}""")]
    [InlineData("ObjectMeta", """{"labels":{"a":"1","b":"2"}}""", """{"labels":{"a":null,"c":"3"}}""", """{"labels":{"b":"2","c":"3"}}""")]
    [InlineData("DeploymentSpec", """{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}""", """{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}""", """{"strategy":{"type":"Recreate"}}""")]
    [InlineData("PodSpec", """{"volumes":[{"name":"v","emptyDir":{}}]}""", """{"volumes":[{"$retainKeys":["name","configMap"],"name":"v","configMap":{"name":"c"}}]}""", """{"volumes":[{"name":"v","configMap":{"name":"c"}}]}""")]
    [InlineData("ServiceSpec", """{"ports":[{"port":80,"name":"a"},{"port":81,"name":"b"}]}""", """{"ports":[{"port":81,"$patch":"delete"}]}""", """{"ports":[{"port":80,"name":"a"}]}""")]
    [InlineData("PodSpec", """{"tolerations":[{"key":"a"}]}""", """{"tolerations":[{"key":"b"}]}""", """{"tolerations":[{"key":"b"}]}""")]
    [InlineData("PodStatus", """{"conditions":[{"type":"Ready","status":"False"}]}""", """{"conditions":[{"type":"Ready","status":"True"}]}""", """{"conditions":[{"type":"Ready","status":"True"}]}""")]
    public void Lists_are_merged_by_the_keys_of_their_type(string type, string live, string patch, string expected) =>
        AssertMerged(type, ApiSession.Parse(live), patch, expected);

    [Fact]
    public void Items_the_patch_does_not_name_stay_near_where_they_were() => AssertMerged(
        "PodSpec",
        ApiSession.Parse("""{"containers":[{"name":"a"},{"name":"sidecar"},{"name":"b"}]}"""),
        """{"$setElementOrder/containers":[{"name":"a"},{"name":"b"}],"containers":[{"name":"b","image":"b:2"}]}""",
        """{"containers":[{"name":"a"},{"name":"sidecar"},{"name":"b","image":"b:2"}]}""");

    [Fact]
    public async Task A_failed_test_changes_nothing()
    {
        await using var api = await StartedAsync();
        var reply = await api.PatchAsync(Path, "application/json-patch+json", """[{"op":"replace","path":"/spec/replicas","value":9},{"op":"test","path":"/spec/paused","value":true}]""");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "the server rejected our request due to an error in our request"), (reply.Code, reply.Message));
        Assert.Equal(2, (int?)(await api.GetAsync(Path)).Json["spec"]!["replicas"]);
    }

    /// <summary>The answers are those of kube-apiserver 1.32.13.</summary>
    [Theory]
    [InlineData("""x \"y\" \u0026 é""", HttpStatusCode.OK)]
    [InlineData("""x \u0022y\u0022 \u0026 é""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""x \"y\" & é""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""x \"y\" \u0026 \u00e9""", HttpStatusCode.UnprocessableEntity)]
    public async Task Text_is_tested_by_its_bytes_as_the_server_escapes_them(string sent, HttpStatusCode expected)
    {
        await using var api = await StartedAsync();
        await api.PatchAsync(Path, "application/merge-patch+json", """{"metadata":{"annotations":{"a":"x \"y\" & é"}}}""");

        var reply = await api.PatchAsync(Path, "application/json-patch+json", $$"""[{"op":"test","path":"/metadata/annotations/a","value":"{{sent}}"}]""");

        Assert.Equal(expected, reply.Code);
        if (expected != HttpStatusCode.OK) Assert.Equal("the server rejected our request due to an error in our request", reply.Message);
    }

    [Theory]
    [InlineData("application/merge-patch+json", """{"metadata":{"resourceVersion":"1"},"spec":{"paused":true}}""")]
    [InlineData("application/strategic-merge-patch+json", """{"metadata":{"resourceVersion":"1"},"spec":{"paused":true}}""")]
    [InlineData("application/json-patch+json", """[{"op":"replace","path":"/metadata/resourceVersion","value":"1"},{"op":"add","path":"/spec/paused","value":true}]""")]
    public async Task A_version_in_a_patch_is_a_condition(string kind, string patch)
    {
        await using var api = await StartedAsync();
        Assert.Equal(HttpStatusCode.Conflict, (await api.PatchAsync(Path, kind, patch)).Code);
        var version = (string)(await api.GetAsync(Path)).Json["metadata"]!["resourceVersion"]!;
        Assert.Equal(HttpStatusCode.OK, (await api.PatchAsync(Path, kind, patch.Replace("\"1\"", $"\"{version}\""))).Code);
    }

    [Fact]
    public async Task A_patch_that_changes_nothing_writes_nothing()
    {
        await using var api = await StartedAsync();
        var before = api.Store.Version;
        await api.PatchAsync(Path, "application/merge-patch+json", """{"spec":{"replicas":2}}""");
        Assert.Equal(before, api.Store.Version);
    }

    [Fact]
    public async Task Patches_without_a_version_all_get_through()
    {
        await using var api = await StartedAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(number =>
            api.PatchAsync(Path, "application/merge-patch+json", $$$"""{"metadata":{"labels":{"l{{{number}}}":"x" } } }""")));
        Assert.All(replies, reply => Assert.Equal(HttpStatusCode.OK, reply.Code));
        Assert.Equal(21, (await api.GetAsync(Path)).Json["metadata"]!["labels"]!.AsObject().Count);
    }

    [Fact]
    public async Task A_custom_resource_has_no_strategic_merge()
    {
        KubernetesApiOptions options = new();
        options.Catalog.Add(new ResourceType("example.com", "v1", "things", "Thing", true) { Custom = true });
        await using var api = await ApiSession.StartAsync(options);
        await api.PostAsync("/apis/example.com/v1/namespaces/prod/things", """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"t"},"spec":{"list":[{"name":"a"}]}}""");

        var strategic = await api.PatchAsync("/apis/example.com/v1/namespaces/prod/things/t", "application/strategic-merge-patch+json", "{}");
        var merge = await api.PatchAsync("/apis/example.com/v1/namespaces/prod/things/t", "application/merge-patch+json", """{"spec":{"list":[{"name":"b"}]}}""");

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "UnsupportedMediaType"), (strategic.Code, strategic.Reason));
        Assert.Equal("""[{"name":"b"}]""", merge.Json["spec"]!["list"]!.ToJsonString());
    }

    [Theory]
    [InlineData("application/merge-patch+json", "[]")]
    [InlineData("application/json-patch+json", "{}")]
    [InlineData("application/strategic-merge-patch+json", "7")]
    [InlineData("application/merge-patch+json", "nonsense")]
    public async Task A_patch_of_the_wrong_shape_is_a_bad_request(string kind, string patch)
    {
        await using var api = await StartedAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await api.PatchAsync(Path, kind, patch)).Code);
    }

    [Theory]
    [InlineData("""{"spec":{"replicas":5}}""", 200, 5)]
    [InlineData("""{"spec":{"replicas":-5}}""", 422, 2)]
    public async Task Scale_is_a_window_on_the_replicas(string patch, int code, int replicas)
    {
        await using var api = await StartedAsync();
        var reply = await api.PatchAsync($"{Path}/scale", "application/merge-patch+json", patch);
        var scale = (await api.GetAsync($"{Path}/scale")).Json;
        Assert.Equal(code, (int)reply.Code);
        Assert.Equal(("Scale", replicas, "app=api"), ((string)scale["kind"]!, (int)scale["spec"]!["replicas"]!, (string)scale["status"]!["selector"]!));

        scale["metadata"]!["resourceVersion"] = "1";
        Assert.Equal(HttpStatusCode.Conflict, (await api.PutAsync($"{Path}/scale", scale)).Code);
    }

    private static async Task<ApiSession> StartedAsync()
    {
        var api = await ApiSession.StartAsync();
        await api.PostAsync("/apis/apps/v1/namespaces/prod/deployments", ApiSession.Deployment);
        return api;
    }

    private static void AssertMerged(string type, JsonObject live, string patch, string expected)
    {
        var schema = SchemaCatalog.All.Single(one => one.Name == type);
        var merged = StrategicMergePatch.Apply(live, ApiSession.Parse(patch), schema);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), merged), merged.ToJsonString());
    }
}
