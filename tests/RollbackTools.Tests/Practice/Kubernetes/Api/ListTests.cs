using System.Net;
using RollbackTools.Practice.Kubernetes.Api.Reading;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

public sealed class ListTests
{
    [Theory]
    [InlineData("app=api", true)]
    [InlineData("app==api", true)]
    [InlineData("app!=api", false)]
    [InlineData("missing!=api", true)]
    [InlineData("app in (web, api)", true)]
    [InlineData("app notin (web,api)", false)]
    [InlineData("missing notin (web)", true)]
    [InlineData("app", true)]
    [InlineData("!app", false)]
    [InlineData("!missing", true)]
    [InlineData("count>9", true)]
    [InlineData("count > 10", false)]
    [InlineData("count<11,app=api", true)]
    [InlineData("app=api,tier=", true)]
    [InlineData("example.com/part-of=shop", true)]
    [InlineData("in=x", false)]
    public void A_label_selector_is_read_whole(string selector, bool matches)
    {
        Dictionary<string, string> labels = new()
        {
            ["app"] = "api",
            ["count"] = "10",
            ["tier"] = "",
            ["example.com/part-of"] = "shop",
        };
        Assert.Equal(matches, LabelSelector.Parse(selector).Matches(labels));
    }

    [Theory]
    [InlineData("app in api")]
    [InlineData("app in (api")]
    [InlineData("=x")]
    [InlineData("app,")]
    [InlineData("app is x")]
    [InlineData("count>many")]
    [InlineData("app=a b")]
    public void A_label_selector_that_is_none_is_refused(string selector) => Assert.Throws<FormatException>(() => LabelSelector.Parse(selector));

    [Fact]
    public async Task A_bad_selector_is_the_callers_mistake()
    {
        await using var api = await ApiSession.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await api.GetAsync("/api/v1/pods?labelSelector=app%20in%20api")).Code);
        var field = await api.GetAsync("/apis/apps/v1/deployments?fieldSelector=spec.replicas=1");
        Assert.Equal("\"spec.replicas\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"", field.Message);
    }

    [Fact]
    public async Task Items_of_a_list_carry_no_kind_and_the_list_does()
    {
        await using var api = await ApiSession.StartAsync();
        api.Add(Resources.ConfigMaps, """{"metadata":{"name":"a","namespace":"prod"},"data":{"k":"v"}}""");

        var list = (await api.GetAsync("/api/v1/namespaces/prod/configmaps")).Json;

        Assert.Equal(("ConfigMapList", "v1"), ((string?)list["kind"], (string?)list["apiVersion"]));
        Assert.Equal(api.Store.Version.ToString(), (string?)list["metadata"]!["resourceVersion"]);
        Assert.False(list["items"]![0]!.AsObject().ContainsKey("kind"));
        Assert.Equal("v", (string?)list["items"]![0]!["data"]!["k"]);
    }

    [Fact]
    public async Task Pods_are_selected_by_node_and_phase_and_events_by_what_they_are_about()
    {
        await using var api = await ApiSession.StartAsync();
        Pod(api.Store, "a", "node-1", "Running");
        Pod(api.Store, "b", "node-2", "Running");
        Pod(api.Store, "c", "node-1", "Failed");
        api.Add(Resources.Events, """{"metadata":{"name":"e1","namespace":"prod"},"involvedObject":{"kind":"Pod","name":"a","uid":"u1"},"reason":"BackOff"}""");
        api.Add(Resources.Events, """{"metadata":{"name":"e2","namespace":"prod"},"involvedObject":{"kind":"Pod","name":"b","uid":"u2"},"reason":"BackOff"}""");

        Assert.Equal(["a"], await Names(api, "/api/v1/namespaces/prod/pods?fieldSelector=spec.nodeName=node-1,status.phase!=Failed"));
        Assert.Equal(["b"], await Names(api, "/api/v1/pods?fieldSelector=metadata.name=b"));
        Assert.Equal(["e2"], await Names(api, "/api/v1/namespaces/prod/events?fieldSelector=involvedObject.name=b,involvedObject.uid=u2"));
        Assert.Equal("a", (string?)(await api.GetAsync("/apis/events.k8s.io/v1/namespaces/prod/events")).Json["items"]![0]!["regarding"]!["name"]);
    }

    [Fact]
    public async Task Pages_of_one_list_show_one_moment()
    {
        await using var api = await ApiSession.StartAsync();
        foreach (var name in (string[])["a", "b", "c", "d", "e"]) Pod(api.Store, name, "n", "Running");

        var first = (await api.GetAsync("/api/v1/namespaces/prod/pods?limit=2")).Json;
        api.Store.Delete(Resources.Pods, "prod", "c");
        Pod(api.Store, "bb", "n", "Running");
        var token = (string)first["metadata"]!["continue"]!;
        var second = (await api.GetAsync($"/api/v1/namespaces/prod/pods?limit=2&continue={token}")).Json;
        var third = (await api.GetAsync($"/api/v1/namespaces/prod/pods?limit=2&continue={(string?)second["metadata"]!["continue"]}")).Json;

        Assert.Equal(3, (int?)first["metadata"]!["remainingItemCount"]);
        Assert.Equal(["c", "d"], second["items"]!.AsArray().Select(one => (string?)one!["metadata"]!["name"]));
        Assert.Equal(["e"], third["items"]!.AsArray().Select(one => (string?)one!["metadata"]!["name"]));
        Assert.Equal((string?)first["metadata"]!["resourceVersion"], (string?)third["metadata"]!["resourceVersion"]);
        Assert.False(third["metadata"]!.AsObject().ContainsKey("continue"));
    }

    [Fact]
    public async Task An_exact_version_is_listed_as_it_was_then()
    {
        await using var api = await ApiSession.StartAsync();
        foreach (var name in (string[])["a", "b"]) Pod(api.Store, name, "n", "Running");
        var then = api.Store.Version;
        api.Store.Delete(Resources.Pods, "prod", "a");
        Pod(api.Store, "c", "n", "Running");
        api.Store.Update(Resources.Pods, "prod", "b", body => (body["metadata"]!["labels"] = new System.Text.Json.Nodes.JsonObject { ["x"] = "y" }) is not null);

        var old = (await api.GetAsync($"/api/v1/namespaces/prod/pods?resourceVersion={then}&resourceVersionMatch=Exact")).Json;

        Assert.Equal(["a", "b"], old["items"]!.AsArray().Select(one => (string?)one!["metadata"]!["name"]));
        Assert.Null(old["items"]![1]!["metadata"]!["labels"]);
        Assert.Equal(then.ToString(), (string?)old["metadata"]!["resourceVersion"]);
        Assert.Equal(["b", "c"], await Names(api, $"/api/v1/namespaces/prod/pods?resourceVersion={then}&resourceVersionMatch=NotOlderThan"));
    }

    [Theory]
    [InlineData("resourceVersionMatch=Exact", "forbidden unless resourceVersion is provided")]
    [InlineData("resourceVersion=0&resourceVersionMatch=Exact", "forbidden for resourceVersion \"0\"")]
    [InlineData("resourceVersion=1&resourceVersionMatch=Newest", "Unsupported value: \"Newest\"")]
    public async Task A_version_match_that_makes_no_sense_is_refused(string query, string message)
    {
        await using var api = await ApiSession.StartAsync();

        var reply = await api.GetAsync($"/api/v1/namespaces/prod/pods?{query}");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, reply.Code);
        Assert.Contains(message, reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_comes_too_late_gets_410_and_a_token_to_go_on_with()
    {
        await using var api = await ApiSession.StartAsync();
        foreach (var name in (string[])["a", "b", "c"]) Pod(api.Store, name, "n", "Running");
        var first = (await api.GetAsync("/api/v1/pods?limit=1")).Json;
        api.Server.ExpireContinueTokens();
        Pod(api.Store, "bb", "n", "Running");

        var late = await api.GetAsync($"/api/v1/pods?limit=5&continue={(string?)first["metadata"]!["continue"]}");

        Assert.Equal((HttpStatusCode.Gone, "Expired"), (late.Code, late.Reason));
        Assert.StartsWith("The provided continue parameter is too old", late.Message);
        Assert.Equal(["b", "bb", "c"], await Names(api, $"/api/v1/pods?limit=5&continue={(string?)late.Json["metadata"]!["continue"]}"));
        Assert.Equal(HttpStatusCode.BadRequest, (await api.GetAsync("/api/v1/pods?limit=5&continue=nonsense")).Code);
    }

    [Fact]
    public async Task A_version_from_the_future_is_too_large()
    {
        await using var api = await ApiSession.StartAsync();
        var reply = await api.GetAsync("/api/v1/pods?resourceVersion=999999");
        Assert.Equal((HttpStatusCode.GatewayTimeout, "Timeout"), (reply.Code, reply.Reason));
        Assert.Equal("ResourceVersionTooLarge", (string?)reply.Json["details"]!["causes"]![0]!["reason"]);
    }

    [Fact]
    public async Task Metadata_alone_can_be_asked_for()
    {
        await using var api = await ApiSession.StartAsync();
        Pod(api.Store, "a", "n", "Running");

        var list = (await api.GetAsync("/api/v1/pods", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")).Json;

        Assert.Equal("PartialObjectMetadataList", (string?)list["kind"]);
        Assert.Equal("a", (string?)list["items"]![0]!["metadata"]!["name"]);
        Assert.False(list["items"]![0]!.AsObject().ContainsKey("spec"));
    }

    [Fact]
    public async Task A_namespace_is_not_its_longer_neighbour()
    {
        await using var api = await ApiSession.StartAsync();
        foreach (var ns in (string[])["a", "a-b", "ab"])
            api.Add(Resources.ConfigMaps, $$$"""{"metadata":{"name":"x","namespace":"{{{ns}}}"}}""");
        Assert.Single(await Names(api, "/api/v1/namespaces/a/configmaps"));
        Assert.Single(await Names(api, "/api/v1/namespaces/a-b/configmaps"));
        Assert.Equal(3, (await Names(api, "/api/v1/configmaps")).Count);
    }

    private static async Task<List<string?>> Names(ApiSession api, string path) =>
        [.. (await api.GetAsync(path)).Json["items"]!.AsArray().Select(one => (string?)one!["metadata"]!["name"])];

    private static void Pod(ObjectStore store, string name, string node, string phase) => store.Create(Resources.Pods, ApiSession.Parse(
        $$$"""{"metadata":{"name":"{{{name}}}","namespace":"prod"},"spec":{"nodeName":"{{{node}}}"},"status":{"phase":"{{{phase}}}"}}"""));
}
