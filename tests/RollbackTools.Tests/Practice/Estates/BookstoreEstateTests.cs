using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Helm;

namespace RollbackTools.Tests.Practice.Estates;

public sealed class Bookstore() : GitOpsEstateFixture("bookstore");

public sealed class BookstoreEstateTests(Bookstore estate) : GitOpsEstateTests(estate), IClassFixture<Bookstore>
{
    [Fact]
    public async Task An_addon_is_a_release_of_helms_and_none_of_Argo_CDs()
    {
        using var helm = PracticeHelm.Open(Running.Cluster.Kubeconfig, "platform-base");

        Assert.Equal([(1, "superseded"), (2, "superseded"), (3, "deployed")], await helm.History.ListAsync("metering", Stop));
        var meter = Running.Cluster.Catalog.FindKind("metering.example/v1", "Meter")!;
        Assert.Equal(500, (int)Running.Cluster.Store.Find(meter, "platform-base", "metering")!.Read["spec"]!["limit"]!);
    }

    [Fact]
    public async Task The_parent_takes_back_what_is_changed_in_the_childs_spec()
    {
        var before = Running.Application("bookstore-production")["spec"]!.ToJsonString();
        Running.Cluster.Store.Update(ArgoResources.Applications, "argocd", "bookstore-production", body =>
        {
            body["spec"]!["source"]!["targetRevision"] = "nowhere";
            return true;
        });

        await Running.Cluster.WaitUntilAsync(
            () => Running.Application("bookstore-production") is var child && child["spec"]!.ToJsonString() == before && (string?)child["status"]!["sync"]!["status"] == "Synced",
            TimeSpan.FromSeconds(30), Stop);
    }
}
