using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Rollouts;

namespace RollbackTools.Tests.Practice.Estates;

public sealed class Bookstore() : GitOpsEstateFixture("bookstore");

public sealed class BookstoreEstateTests(Bookstore estate) : GitOpsEstateTests(estate), IClassFixture<Bookstore>
{
    [Fact]
    public void Its_canaries_have_gone_through_every_release_and_were_measured_each_time()
    {
        foreach (var name in (string[])["catalog", "payments-gateway"])
        {
            var rollout = Running.Cluster.Store.Find(RolloutResources.Rollouts, "bookstore", name)!;
            var revision = int.Parse(rollout.Annotation("rollout.argoproj.io/revision")!, System.Globalization.CultureInfo.InvariantCulture);
            Assert.InRange(revision, 5, 8);
            var runs = Running.Cluster.Store.List(RolloutResources.AnalysisRuns, "bookstore").Items.Where(run => run.Labels["app"] == name).ToList();
            Assert.Equal(Math.Min(revision - 1, 5), runs.Count);
            Assert.All(runs, run => Assert.Equal("Successful", (string?)run.Read["status"]!["phase"]));
        }
    }

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

        // Until nothing is under way any more: the other tests see the same estate, and a comparison with what was changed may come late.
        do
        {
            await Running.Cluster.WaitUntilAsync(() => Running.Application("bookstore-production")["spec"]!.ToJsonString() == before && IsQuiet(), TimeSpan.FromSeconds(30), Stop);
            await Running.Cluster.SettleAsync(Stop);
        }
        while (!IsQuiet());
    }

    private bool IsQuiet() => Running.Cluster.Store.List(ArgoResources.Applications).Items.All(application => application.Read["operation"] is null
        && (string?)application.Read["status"]!["sync"]!["status"] == "Synced" && (string?)application.Read["status"]!["health"]!["status"] == "Healthy");
}
