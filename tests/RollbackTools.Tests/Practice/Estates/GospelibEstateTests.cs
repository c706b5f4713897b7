using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates.Gospelib;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Estates;

public sealed class Gospelib() : GitOpsEstateFixture("gospelib");

public sealed class GospelibEstateTests(Gospelib estate) : GitOpsEstateTests(estate), IClassFixture<Gospelib>
{
    [Fact]
    public void Every_service_runs_the_release_that_is_tagged_last() =>
        Assert.All(GospelibImages.Services, service => Assert.Equal(
            $"{GospelibImages.ImageOf(service)}:{GospelibImages.Current.Tag}",
            (string?)Running.Cluster.Store.Find(Resources.Deployments, GospelibRepository.Namespace, service)!.Read["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]));

    [Fact]
    public async Task Its_application_set_takes_back_a_changed_policy()
    {
        var before = Policy();
        Running.Cluster.Store.Update(ArgoResources.Applications, "argocd", "gospelib-production", body => body["spec"]!["syncPolicy"]!.AsObject().Remove("automated"));
        Assert.NotEqual(before, Policy());

        await Running.Cluster.WaitUntilAsync(() => Policy() == before, TimeSpan.FromSeconds(30), Stop);
    }

    private string Policy() => Running.Application("gospelib-production")["spec"]!["syncPolicy"]!.ToJsonString();
}
