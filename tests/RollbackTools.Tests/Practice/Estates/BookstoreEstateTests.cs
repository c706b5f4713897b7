using RollbackTools.Practice.ArgoCd;

namespace RollbackTools.Tests.Practice.Estates;

public sealed class Bookstore() : GitOpsEstateFixture("bookstore");

public sealed class BookstoreEstateTests(Bookstore estate) : GitOpsEstateTests(estate), IClassFixture<Bookstore>
{
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
