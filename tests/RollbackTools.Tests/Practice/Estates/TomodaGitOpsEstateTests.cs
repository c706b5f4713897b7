using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates.Tomoda;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Estates;

public sealed class TomodaGitOps() : GitOpsEstateFixture("tomoda-gitops");

public sealed class TomodaGitOpsEstateTests(TomodaGitOps estate) : GitOpsEstateTests(estate), IClassFixture<TomodaGitOps>
{
    [Fact]
    public void Both_histories_agree_on_what_the_backend_ran()
    {
        var deployed = Running.Run<ArgoHistoryEntry>("Get-ArgoHistory -Environment prod")
            .Select(entry => entry.Images.Single(image => image.StartsWith(TomodaImages.Backend + ":", StringComparison.Ordinal)));

        var ran = Running.Run<ImageRevision>("Get-ImageHistory backend -Environment prod").Select(revision => revision.Image);

        Assert.Equal(ran, deployed.Distinct());
        Assert.Equal("v2.14.0 v2.13.1 v2.12.1 v2.13.0 v2.12.1 v2.12.0 v2.11.0", string.Join(' ', deployed.Select(image => image.Split(':')[1])));
    }

    [Fact]
    public void Cloud_Build_made_of_the_code_what_runs_and_nothing_newer()
    {
        var tags = Running.Cluster.Images.Tags(TomodaImages.Backend);

        Assert.Equal("v2.11.0 v2.12.0 v2.12.1 v2.13.0 v2.13.1 v2.14.0", string.Join(' ', tags.Select(tag => tag.Tag)));
        Assert.Equal(TomodaImages.WithoutTenants, tags.Single(tag => tag.Tag == "v2.13.0").Behaviour);
    }

    [Fact]
    public void The_autoscaler_decides_how_many_there_are_and_Argo_CD_lets_it()
    {
        var api = Running.Cluster.Store.Find(Resources.Deployments, "prod", "tomoda-api")!.Read;

        Assert.Equal(5, (int)api["spec"]!["replicas"]!);
        Assert.Equal(7, Running.Application("prod-tomoda")["status"]!["history"]!.AsArray().Count);
    }

    [Fact]
    public void Its_image_updater_looks_after_both_environments()
    {
        var updater = Running.Cluster.Store.List(ArgoResources.ImageUpdaters).Items.Single().Read;

        Assert.Equal(["prod-tomoda", "staging-tomoda"], updater["spec"]!["applicationRefs"]!.AsArray().Select(one => (string?)one!["namePattern"]));
    }
}
