using System.Net;
using System.Text.Json.Nodes;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

public sealed class ApplyTests
{
    private const string Path = "/apis/apps/v1/namespaces/prod/deployments/api";

    [Fact]
    public async Task Applying_creates_what_is_not_there_and_owns_what_it_names()
    {
        await using var api = await ApiSession.StartAsync();

        var made = await ApplyAsync(api, "a", Config("""{"name":"app","image":"app:1"}"""));

        Assert.Equal(HttpStatusCode.Created, made.Code);
        var entry = made.Json["metadata"]!["managedFields"]![0]!;
        Assert.Equal(("a", "Apply"), ((string?)entry["manager"], (string?)entry["operation"]));
        Assert.Equal(
            """{".":{},"f:image":{},"f:name":{}}""",
            entry["fieldsV1"]!["f:spec"]!["f:template"]!["f:spec"]!["f:containers"]!["k:{\"name\":\"app\"}"]!.ToJsonString());
        Assert.False(entry["fieldsV1"]!["f:spec"]!.AsObject().ContainsKey("f:strategy"));
    }

    [Fact]
    public async Task What_an_applier_no_longer_names_goes_unless_another_owns_it()
    {
        await using var api = await ApiSession.StartAsync();
        await ApplyAsync(api, "a", Config("""{"name":"app","image":"app:1","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]},{"name":"side","image":"side:1"}"""));
        await ApplyAsync(api, "b", """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"api"},"spec":{"template":{"spec":{"containers":[{"name":"app","env":[{"name":"B","value":"2"}]}]}}}}""");

        var less = await ApplyAsync(api, "a", Config("""{"name":"app","image":"app:1"}"""));

        var containers = less.Json["spec"]!["template"]!["spec"]!["containers"]!.AsArray();
        Assert.Equal("app", (string?)Assert.Single(containers)!["name"]);
        Assert.Equal("B", (string?)Assert.Single(containers[0]!["env"]!.AsArray())!["name"]);
    }

    [Fact]
    public async Task A_container_that_its_applier_no_longer_names_goes_though_another_set_its_image()
    {
        await using var api = await ApiSession.StartAsync();
        await ApplyAsync(api, "a", Config("""{"name":"app","image":"app:1"},{"name":"side","image":"side:1"}"""));
        await api.PatchAsync($"{Path}?fieldManager=kubectl-set", "application/strategic-merge-patch+json", """{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"side:2"}]}}}}""");

        var less = await ApplyAsync(api, "a", Config("""{"name":"app","image":"app:1"}"""));

        Assert.Equal("app", (string?)Assert.Single(less.Json["spec"]!["template"]!["spec"]!["containers"]!.AsArray())!["name"]);
        Assert.Equal(["a"], less.Json["metadata"]!["managedFields"]!.AsArray().Select(entry => (string?)entry!["manager"]));
    }

    [Fact]
    public async Task An_applier_who_takes_over_what_a_writer_owned_keeps_the_maps_and_lists_of_what_is_applied()
    {
        await using var api = await ApiSession.StartAsync();
        var made = await api.PostAsync("/apis/apps/v1/namespaces/prod/deployments?fieldManager=helm", Config("""{"name":"app","image":"app:1","env":[{"name":"A","value":"1"}]}"""));
        var owners = made.Json["metadata"]!["managedFields"]!.DeepClone();
        owners[0]!["operation"] = "Apply";
        JsonArray handOver = [new JsonObject { ["op"] = "replace", ["path"] = "/metadata/managedFields", ["value"] = owners }];
        await api.PatchAsync($"{Path}?fieldManager=helm", "application/json-patch+json", handOver.ToJsonString());

        var taken = await ApplyAsync(api, "helm", Config("""{"name":"app","image":"app:2"}"""));

        Assert.Equal(HttpStatusCode.OK, taken.Code);
        var container = Assert.Single(taken.Json["spec"]!["template"]!["spec"]!["containers"]!.AsArray())!.AsObject();
        Assert.Equal("app:2", (string?)container["image"]);
        Assert.False(container.ContainsKey("env"));
        Assert.False(taken.Json["metadata"]!["managedFields"]![0]!["fieldsV1"]!["f:spec"]!["f:template"]!["f:metadata"]!["f:labels"]!.AsObject().ContainsKey("."));
    }

    [Fact]
    public async Task A_field_of_another_manager_conflicts_until_it_is_forced()
    {
        await using var api = await ApiSession.StartAsync();
        await ApplyAsync(api, "a", Config("""{"name":"app","image":"app:1"}"""));
        await api.PatchAsync($"{Path}?fieldManager=kubectl-set", "application/strategic-merge-patch+json", """{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"app:2"}]}}}}""");

        var refused = await ApplyAsync(api, "a", Config("""{"name":"app","image":"app:3"}"""));
        var forced = await ApplyAsync(api, "a", Config("""{"name":"app","image":"app:3"}"""), "&force=true");

        Assert.Equal((HttpStatusCode.Conflict, "Conflict"), (refused.Code, refused.Reason));
        Assert.Equal(
            """Apply failed with 1 conflict: conflict with "kubectl-set" using apps/v1: .spec.template.spec.containers[name="app"].image""",
            refused.Message);
        Assert.Equal(".spec.template.spec.containers[name=\"app\"].image", (string?)refused.Json["details"]!["causes"]![0]!["field"]);
        Assert.Equal("app:3", (string?)forced.Json["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]);
        Assert.Equal(["a"], forced.Json["metadata"]!["managedFields"]!.AsArray().Select(entry => (string?)entry!["manager"]));
    }

    [Fact]
    public async Task Wanting_what_is_there_already_is_no_conflict()
    {
        await using var api = await ApiSession.StartAsync();
        await ApplyAsync(api, "a", Config("""{"name":"app","image":"app:1"}"""));
        var shared = await ApplyAsync(api, "b", Config("""{"name":"app","image":"app:1"}"""));
        Assert.Equal(HttpStatusCode.OK, shared.Code);

        // Who changed nothing has no time, and comes first.
        Assert.Equal(["b", "a"], shared.Json["metadata"]!["managedFields"]!.AsArray().Select(entry => (string?)entry!["manager"]));
    }

    [Fact]
    public async Task Applying_the_same_again_writes_nothing()
    {
        await using var api = await ApiSession.StartAsync();
        await ApplyAsync(api, "a", Config("""{"name":"app","image":"app:1"}"""));
        var before = api.Store.Version;
        Assert.Equal(HttpStatusCode.OK, (await ApplyAsync(api, "a", Config("""{"name":"app","image":"app:1"}"""))).Code);
        Assert.Equal(before, api.Store.Version);
    }

    [Fact]
    public async Task Yaml_is_what_the_content_type_promises()
    {
        await using var api = await ApiSession.StartAsync();
        var made = await api.PatchAsync(
            "/api/v1/namespaces/prod/configmaps/c?fieldManager=a", "application/apply-patch+yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  yes-or-no: 'yes'\n  number: \"7\"\n");
        Assert.Equal(HttpStatusCode.Created, made.Code);
        Assert.Equal("7", (string?)made.Json["data"]!["number"]);
    }

    [Theory]
    [InlineData("", "fieldManager: Required value: is required for apply patch")]
    [InlineData("?fieldManager=a", "metadata.managedFields must be nil")]
    public async Task An_apply_names_its_manager_and_brings_no_managed_fields(string query, string message)
    {
        await using var api = await ApiSession.StartAsync();
        var reply = await api.PatchAsync(
            "/api/v1/namespaces/prod/configmaps/c" + query, "application/apply-patch+yaml",
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","managedFields":[{"manager":"x"}]}}""");
        Assert.Contains(message, reply.Message);
    }

    private static Task<ApiReply> ApplyAsync(ApiSession api, string manager, string config, string query = "") =>
        api.PatchAsync($"{Path}?fieldManager={manager}{query}", "application/apply-patch+yaml", config);

    private static string Config(string containers)
    {
        var body = ApiSession.Parse(ApiSession.Deployment);
        body["spec"]!["template"]!["spec"]!["containers"] = JsonNode.Parse($"[{containers}]");
        return body.ToJsonString();
    }
}
