using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Tables;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Kubernetes.Api;

public sealed class TableTests
{
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

    [Theory]
    [InlineData(1, "1s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(130, "2m10s")]
    [InlineData(599, "9m59s")]
    [InlineData(600, "10m")]
    [InlineData(10_799, "179m")]
    [InlineData(10_800, "3h")]
    [InlineData(11_100, "3h5m")]
    [InlineData(28_800, "8h")]
    [InlineData(172_799, "47h")]
    [InlineData(172_800, "2d")]
    [InlineData(180_000, "2d2h")]
    [InlineData(691_200, "8d")]
    [InlineData(63_072_000, "2y")]
    [InlineData(64_000_000, "2y10d")]
    public void Ages_are_written_as_kubectl_writes_them(int seconds, string expected) =>
        Assert.Equal(expected, Words.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("""{"phase":"Pending"}""", "0/1", "Pending", "0")]
    [InlineData("""{"phase":"Running","containerStatuses":[{"name":"app","ready":true,"restartCount":0,"state":{"running":{}}}]}""", "1/1", "Running", "0")]
    [InlineData("""{"phase":"Running","containerStatuses":[{"name":"app","ready":false,"restartCount":4,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}""", "0/1", "CrashLoopBackOff", "4")]
    [InlineData("""{"phase":"Pending","containerStatuses":[{"name":"app","ready":false,"restartCount":0,"state":{"waiting":{"reason":"ImagePullBackOff"}}}]}""", "0/1", "ImagePullBackOff", "0")]
    [InlineData("""{"phase":"Running","containerStatuses":[{"name":"app","ready":false,"restartCount":1,"state":{"terminated":{"reason":"OOMKilled","exitCode":137}}}]}""", "0/1", "OOMKilled", "1")]
    [InlineData("""{"phase":"Failed","containerStatuses":[{"name":"app","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":3}}}]}""", "0/1", "ExitCode:3", "0")]
    [InlineData("""{"phase":"Succeeded","containerStatuses":[{"name":"app","ready":false,"restartCount":0,"state":{"terminated":{"reason":"Completed","exitCode":0}}}]}""", "0/1", "Completed", "0")]
    [InlineData("""{"phase":"Failed","reason":"Evicted"}""", "0/1", "Evicted", "0")]
    [InlineData("""{"phase":"Pending","initContainerStatuses":[{"name":"init","restartCount":2,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}""", "0/1", "Init:CrashLoopBackOff", "2")]
    [InlineData("""{"phase":"Pending","initContainerStatuses":[{"name":"init","restartCount":0,"state":{"running":{}}}]}""", "0/1", "Init:0/1", "0")]
    public async Task A_pod_shows_what_its_containers_do(string status, string ready, string reason, string restarts)
    {
        await using var api = await ApiSession.StartAsync();
        var init = status.Contains("init") ? "\"initContainers\":[{\"name\":\"init\"}]," : "";
        Pod(api.Store, status, init);

        var row = (await api.GetAsync("/api/v1/namespaces/prod/pods", Table)).Json["rows"]![0]!["cells"]!.AsArray();

        Assert.Equal(["p", ready, reason, restarts], row.Take(4).Select(cell => (string?)cell));
    }

    [Fact]
    public async Task A_pod_being_deleted_is_terminating_and_a_restart_says_when()
    {
        await using var api = await ApiSession.StartAsync();
        var ago = ObjectStore.Timestamp(DateTimeOffset.UtcNow.AddMinutes(-5).AddSeconds(-2));
        Pod(api.Store, $$$$"""{"phase":"Running","containerStatuses":[{"name":"app","ready":true,"restartCount":2,"state":{"running":{}},"lastState":{"terminated":{"finishedAt":"{{{{ago}}}}"}}}]}""");
        api.Store.Delete(Resources.Pods, "prod", "p", graceSeconds: 30);

        var row = (await api.GetAsync("/api/v1/namespaces/prod/pods/p", Table)).Json["rows"]![0]!["cells"]!.AsArray();

        Assert.Equal("Terminating", (string?)row[2]);
        Assert.Matches(@"^2 \(5m\d*s? ago\)$", (string?)row[3]);
    }

    [Fact]
    public async Task Deployments_show_their_counts_and_wide_columns_have_priority_one()
    {
        await using var api = await ApiSession.StartAsync();
        await api.PostAsync("/apis/apps/v1/namespaces/prod/deployments", ApiSession.Deployment);
        api.Store.Update(Resources.Deployments, "prod", "api", body =>
        {
            body["status"] = ApiSession.Parse("""{"readyReplicas":1,"updatedReplicas":2,"availableReplicas":1}""");
            return true;
        });

        var table = (await api.GetAsync("/apis/apps/v1/namespaces/prod/deployments", Table)).Json;

        Assert.Equal(
            ["Name", "Ready", "Up-to-date", "Available", "Age"],
            Columns(table).Where(column => (int?)column!["priority"] == 0).Select(column => (string?)column!["name"]));
        Assert.Equal(
            ["Containers", "Images", "Selector"],
            Columns(table).Where(column => (int?)column!["priority"] == 1).Select(column => (string?)column!["name"]));
        var cells = table["rows"]![0]!["cells"]!.AsArray();
        Assert.Equal("api 1/2 2 1", string.Join(' ', cells.Take(4).Select(cell => cell!.ToString())));
        Assert.Equal(["app", "registry.example.com/api:40", "app=api"], cells.Skip(5).Select(cell => (string?)cell));
        Assert.Equal("api", (string?)table["rows"]![0]!["object"]!["metadata"]!["name"]);
    }

    [Fact]
    public async Task Every_kind_fills_as_many_cells_as_it_has_columns()
    {
        await using var api = await ApiSession.StartAsync();
        foreach (var type in Resources.BuiltIn)
        {
            var ns = type.Namespaced ? "\"namespace\":\"prod\"," : "";
            api.Add(type, "{\"metadata\":{" + ns + "\"name\":\"shown\"},\"spec\":{},\"status\":{}}");
            var root = type.Group.Length == 0 ? "/api/v1" : $"/apis/{type.Group}/{type.Version}";
            var path = $"{root}{(type.Namespaced ? "/namespaces/prod" : "")}/{type.Plural}/shown";

            var table = (await api.GetAsync(path, Table)).Json;

            Assert.True(Columns(table).Count == table["rows"]![0]!["cells"]!.AsArray().Count, $"{type}: {table["rows"]![0]!["cells"]!.ToJsonString()}");
        }
    }

    [Fact]
    public async Task A_row_brings_the_object_along_when_asked()
    {
        await using var api = await ApiSession.StartAsync();
        Pod(api.Store, """{"phase":"Running"}""");
        var whole = (await api.GetAsync("/api/v1/pods?includeObject=Object", Table)).Json["rows"]![0]!;
        var none = (await api.GetAsync("/api/v1/pods?includeObject=None", Table)).Json["rows"]![0]!.AsObject();
        Assert.Equal("Running", (string?)whole["object"]!["status"]!["phase"]);
        Assert.False(none.ContainsKey("object"));
    }

    private static JsonArray Columns(JsonObject table) => table["columnDefinitions"]!.AsArray();

    private static void Pod(ObjectStore store, string status, string init = "") => store.Create(Resources.Pods, ApiSession.Parse(
        "{\"metadata\":{\"name\":\"p\",\"namespace\":\"prod\"},\"spec\":{" + init + "\"containers\":[{\"name\":\"app\"}]},\"status\":" + status + "}"));
}
