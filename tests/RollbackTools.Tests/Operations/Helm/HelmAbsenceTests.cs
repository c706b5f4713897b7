using System.Text.Json;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Cmdlets.Fakes;
using RollbackTools.Tests.Operations.Argo;

namespace RollbackTools.Tests.Operations.Helm;

/// <summary>Where Argo CD renders the charts, Helm keeps no releases.</summary>
public sealed class HelmAbsenceTests
{
    [Theory]
    [InlineData("""{"chart":"api","repoURL":"https://charts.example.com","helm":{"releaseName":"shop"}}""", "shop")]
    [InlineData("""{"path":"chart","repoURL":"https://git.example.com/shop.git","helm":{"valueFiles":["prod.yaml"]}}""", "prod-shop")]
    public async Task A_release_that_Argo_CD_renders_points_there(string source, string name)
    {
        var error = await Assert.ThrowsAsync<RollbackException>(() => new HelmHistory(Estate(source), TimeProvider.System).ReadAsync("prod", name, default));

        Assert.Equal("HelmReleaseNotFound", error.ErrorId);
        Assert.Contains("Argo CD application 'prod-shop' renders that chart, and under Argo CD Helm keeps no releases", error.Message, StringComparison.Ordinal);
        Assert.Contains("Invoke-ArgoRollback argocd/prod-shop", error.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"path":"overlays/prod","repoURL":"https://git.example.com/shop.git"}""", "prod-shop")]
    [InlineData("""{"chart":"api","repoURL":"https://charts.example.com"}""", "other")]
    public async Task What_is_no_chart_or_another_one_is_not_meant(string source, string name)
    {
        var error = await Assert.ThrowsAsync<RollbackException>(() => new HelmHistory(Estate(source), TimeProvider.System).ReadAsync("prod", name, default));

        Assert.Equal($"There is no Helm release {name} in prod.", error.Message);
    }

    [Fact]
    public async Task What_may_not_be_seen_is_no_proof()
    {
        EstateException forbidden = new(EstateErrorKind.Forbidden, "user 'dev' may not list secrets in namespace prod") { Recommendation = "kubectl auth can-i list secrets -n prod" };
        var estate = Estate("{}", new HelmInventory([], [new HelmUnseen(HelmDriver.Secret, forbidden)]));

        var error = await Assert.ThrowsAsync<RollbackException>(() => new HelmHistory(estate, TimeProvider.System).ReadAsync("prod", "api", default));

        Assert.Equal("There is no Helm release api in prod as far as can be seen: user 'dev' may not list secrets in namespace prod", error.Message);
        Assert.Equal("kubectl auth can-i list secrets -n prod", error.NextStep);
    }

    private static FakeEstate Estate(string source, HelmInventory? inventory = null)
    {
        var json = JsonDocument.Parse("""
            {"metadata":{"name":"prod-shop","namespace":"argocd"},"spec":{"source":SOURCE,"destination":{"server":"https://kubernetes.default.svc","namespace":"prod"}}}
            """.Replace("SOURCE", source, StringComparison.Ordinal)).RootElement;
        FakeArgoCd argo = new();
        argo.Show(new ArgoApplication(new CustomResource(json)));
        return new FakeEstate(new FakeCluster(new ClusterInfo("prod", "https://127.0.0.1:6443", "prod")))
        {
            ArgoCd = argo,
            Helm = new NoReleases(inventory ?? new HelmInventory([], [])),
        };
    }

    private sealed class NoReleases(HelmInventory inventory) : IHelmStorage
    {
        public Task<HelmInventory> ListAsync(string? ns, string? release, CancellationToken cancellation) => Task.FromResult(inventory);

        public Task<HelmRecord> ReadAsync(HelmRecordName name, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<HelmRecord> CreateAsync(HelmRecord record, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<HelmRecord> UpdateAsync(HelmRecord record, CancellationToken cancellation) => throw new NotSupportedException();

        public Task DeleteAsync(HelmRecordHeader record, CancellationToken cancellation) => throw new NotSupportedException();

        public Task KeepAsync(HelmRecordHeader record, string copy, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<HelmRecord?> ReadKeptAsync(HelmRecordName record, string copy, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<bool> RestoreAsync(HelmRecordName record, string copy, CancellationToken cancellation) => throw new NotSupportedException();

        public Task ForgetAsync(HelmRecordName record, string copy, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
