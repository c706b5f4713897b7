using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Tests.Practice.Kubernetes.Api;

namespace RollbackTools.Tests.Practice.Kubernetes.Storage;

public sealed class ObjectStoreTests
{
    private readonly ObjectStore store = new(TimeProvider.System);

    [Fact]
    public void A_spec_change_counts_a_generation_and_a_status_change_does_not()
    {
        store.Create(Resources.Deployments, ApiSession.Parse(ApiSession.Deployment));
        Change(body => body["status"] = ApiSession.Parse("""{"replicas":1}"""));
        Assert.Equal(1, Generation());
        Change(body => body["spec"]!["replicas"] = 3);
        Assert.Equal(2, Generation());
    }

    [Fact]
    public void A_write_that_changes_nothing_is_none()
    {
        var made = store.Create(Resources.Deployments, ApiSession.Parse(ApiSession.Deployment));
        var same = store.Update(Resources.Deployments, "default", "api", body =>
        {
            body["spec"]!["replicas"] = 2;
            return true;
        });
        Assert.Same(made, same);
    }

    [Fact]
    public void A_snapshot_stays_as_it_was_and_is_shared_until_the_next_write()
    {
        Map("b");
        Map("a");
        var first = store.List(Resources.ConfigMaps, "default");
        Assert.True(first.Items.Equals(store.List(Resources.ConfigMaps, "default").Items));
        Map("c");
        Assert.Equal(["a", "b"], first.Items.Select(item => item.Name));
        Assert.Equal(["a", "b", "c"], store.List(Resources.ConfigMaps).Items.Select(item => item.Name));
    }

    [Fact]
    public void The_log_reaches_back_only_so_far()
    {
        Map("a");
        var early = store.Version;
        for (var i = 0; i < 30_001; i++)
            store.Update(Resources.ConfigMaps, "default", "a", body =>
            {
                body["data"] = ApiSession.Parse($$"""{"n":"{{i}}"}""");
                return true;
            });
        var expired = Assert.Throws<StoreConflictException>(() => store.Open(Resources.ConfigMaps, early));
        Assert.Equal(StoreConflict.Expired, expired.Conflict);
        using var recent = store.Open(Resources.ConfigMaps, store.Version - 3);
        Assert.True(recent.Events.TryRead(out var first));
        Assert.Equal(store.Version - 2, first.Version);
    }

    [Fact]
    public void The_stored_bytes_begin_with_what_lists_leave_out()
    {
        Map("a");
        var item = store.Find(Resources.ConfigMaps, "default", "a")!;
        var text = System.Text.Encoding.UTF8.GetString(item.Json);
        Assert.StartsWith("""{"apiVersion":"v1","kind":"ConfigMap",""", text);
        Assert.Equal(text["""{"apiVersion":"v1","kind":"ConfigMap",""".Length..], System.Text.Encoding.UTF8.GetString(item.ItemJson.Span));
    }

    private void Map(string name) => store.Create(Resources.ConfigMaps, ApiSession.Parse($$$"""{"metadata":{"name":"{{{name}}}"}}"""));

    private void Change(Action<System.Text.Json.Nodes.JsonObject> change) => store.Update(Resources.Deployments, "default", "api", body =>
    {
        change(body);
        return true;
    });

    private int? Generation() => (int?)store.Find(Resources.Deployments, "default", "api")!.Read["metadata"]!["generation"];
}
