using System.Net;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

public sealed class DiscoveryTests
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

    [Fact]
    public async Task Every_kind_is_listed_under_its_group()
    {
        await using var api = await ApiSession.StartAsync();

        var apps = await api.GetAsync("/apis/apps/v1");

        var deployments = apps.Json["resources"]!.AsArray().Single(one => (string?)one!["name"] == "deployments")!;
        Assert.Equal("Deployment", (string?)deployments["kind"]);
        Assert.Equal(["deploy"], deployments["shortNames"]!.AsArray().Select(name => (string?)name));
        Assert.Contains(apps.Json["resources"]!.AsArray(), one => (string?)one!["name"] == "deployments/scale" && (string?)one["group"] == "autoscaling");
    }

    [Fact]
    public async Task Aggregated_discovery_says_the_same_in_one_answer()
    {
        await using var api = await ApiSession.StartAsync();

        var groups = (await api.GetAsync("/apis", Aggregated)).Json;
        var core = (await api.GetAsync("/api", Aggregated)).Json;

        Assert.Equal("APIGroupDiscoveryList", (string?)groups["kind"]);
        Assert.Equal("pods", (string?)Resource(core, "", "pods")!["resource"]);
        var log = Resource(core, "", "pods")!["subresources"]!.AsArray().Single(one => (string?)one!["subresource"] == "log")!;
        Assert.Equal(["get"], log["verbs"]!.AsArray().Select(verb => (string?)verb));
        Assert.Equal("Namespaced", (string?)Resource(groups, "apps", "deployments")!["scope"]);
    }

    [Fact]
    public async Task A_kind_added_while_the_server_runs_is_served()
    {
        KubernetesApiOptions options = new();
        await using var api = await ApiSession.StartAsync(options);
        const string path = "/apis/argoproj.io/v1alpha1/namespaces/prod/applications";
        Assert.Equal("404 page not found\n", (await api.GetAsync(path)).Text);

        options.Catalog.Add(new ResourceType("argoproj.io", "v1alpha1", "applications", "Application", true) { Custom = true });
        var created = await api.PostAsync(path, """{"apiVersion":"argoproj.io/v1alpha1","kind":"Application","metadata":{"name":"x"},"spec":{"any":{"thing":[1]}}}""");

        Assert.Equal(HttpStatusCode.Created, created.Code);
        Assert.Equal(1, (int?)created.Json["spec"]!["any"]!["thing"]![0]);
        Assert.Equal("Application", (string?)(await api.GetAsync(path)).Json["items"]![0]!["kind"]);
    }

    [Theory]
    [InlineData("/apis/apps/v1/namespaces/prod/nothings")]
    [InlineData("/apis/apps/v1/namespaces/prod/deployments/api/nothing")]
    public async Task What_is_not_served_is_not_found(string path)
    {
        await using var api = await ApiSession.StartAsync();
        var reply = await api.GetAsync(path);
        Assert.Equal((HttpStatusCode.NotFound, "the server could not find the requested resource"), (reply.Code, reply.Message));
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/apis/nothing.example.com/v1")]
    [InlineData("/apis/nothing.example.com/v1/namespaces/prod/things")]
    public async Task A_path_under_which_nothing_is_served_is_not_found_in_plain_text(string path)
    {
        await using var api = await ApiSession.StartAsync();
        var reply = await api.GetAsync(path);
        Assert.Equal((HttpStatusCode.NotFound, "404 page not found\n"), (reply.Code, reply.Text));
    }

    [Fact]
    public async Task OpenApi_tells_kubectl_that_fields_are_validated_here()
    {
        await using var api = await ApiSession.StartAsync();
        var index = (await api.GetAsync("/openapi/v3")).Json;
        var document = (await api.GetAsync((string)index["paths"]!["apis/apps/v1"]!["serverRelativeURL"]!)).Json;

        var patch = document["paths"]!["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]!["patch"]!;
        Assert.Contains(patch["parameters"]!.AsArray(), one => (string?)one!["name"] == "fieldValidation");
        var container = document["components"]!["schemas"]!["io.k8s.api.practice.v1.PodSpec"]!["properties"]!["containers"]!;
        Assert.Equal("name", (string?)container["x-kubernetes-patch-merge-key"]);
    }

    [Theory]
    [InlineData("/version", "v1.32")]
    [InlineData("/healthz", "ok")]
    [InlineData("/readyz", "ok")]
    public async Task The_server_says_how_it_is(string path, string expected)
    {
        await using var api = await ApiSession.StartAsync();
        Assert.Contains(expected, (await api.GetAsync(path, "*/*")).Text);
    }

    [Fact]
    public async Task A_form_nobody_can_give_is_not_acceptable()
    {
        await using var api = await ApiSession.StartAsync();
        Assert.Equal(HttpStatusCode.NotAcceptable, (await api.GetAsync("/api/v1/pods", "application/vnd.kubernetes.protobuf")).Code);
    }

    [Fact]
    public void Every_type_named_in_the_schema_is_described_there()
    {
        foreach (var type in SchemaCatalog.All.SelectMany(type => type.Fields.Values).Where(field => field.Kind == FieldKind.Object))
            Assert.NotNull(type.Type);
        foreach (var kind in Resources.BuiltIn) Assert.NotSame(SchemaCatalog.Unstructured, SchemaCatalog.For(kind));
    }

    private static JsonNode? Resource(JsonObject discovery, string group, string plural) => discovery["items"]!.AsArray()
        .Single(one => ((string?)one!["metadata"]!["name"] ?? "") == group)!["versions"]![0]!["resources"]!.AsArray()
        .Single(one => (string?)one!["resource"] == plural);
}
