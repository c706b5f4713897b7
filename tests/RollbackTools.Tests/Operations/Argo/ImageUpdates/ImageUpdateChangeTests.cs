using RollbackTools.Operations.Argo.ImageUpdates;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Cmdlets.Fakes;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Operations.Argo.ImageUpdates;

public sealed class ImageUpdateChangeTests
{
    [Theory]
    [InlineData(true, "Forbidden")]
    [InlineData(false, "NoImageUpdater")]
    public async Task Where_nobody_may_look_what_the_server_serves_tells_whether_there_is_an_Image_Updater(bool served, string refused)
    {
        FakeArgoCd argo = new();
        argo.Show(Apps.Of());
        FakeCluster cluster = new(new ClusterInfo("here", "https://x", "prod"))
        {
            Before = request => request.StartsWith("LIST ", StringComparison.Ordinal) ? throw new EstateException(EstateErrorKind.Forbidden, "no") : Task.CompletedTask,
            Kinds = (_, kind) => served && kind == "ImageUpdater" ? new ServedKind(ArgoKinds.ImageUpdaters, ["list"]) : null,
        };
        ImageUpdateRequest request = new() { Applications = [new ApplicationName("argocd", "shop")], Tags = ["v2"] };
        await using ImageUpdateChange change = new(request, new FakeEstate(cluster) { ArgoCd = argo }, new ManualTimeProvider());

        var refusal = (await change.PlanAsync(TestContext.Current.CancellationToken))[0].Refusal;

        Assert.Equal(refused, refusal is RollbackException named ? named.ErrorId : $"{(refusal as EstateException)?.Kind}");
    }
}
