namespace RollbackTools.Tests.Practice.Kubernetes.Api.Kubectl;

/// <summary>The real kubectl on a cluster that is upgraded: old API versions are there, and then they are not.</summary>
public sealed class KubectlLegacyApiTests(KubectlCluster cluster) : IClassFixture<KubectlCluster>
{
    private const string Budget = "---\n{ apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: { name: api }, spec: { minAvailable: 1, selector: { matchLabels: { app: api } } } }";

    private const string Ingress = """
        apiVersion: networking.k8s.io/v1beta1
        kind: Ingress
        metadata: { name: api }
        spec:
          backend: { serviceName: fallback, servicePort: http }
          rules: [{ host: api.example, http: { paths: [{ path: /, backend: { serviceName: api, servicePort: 80 } }] } }]
        """;

    [Fact]
    public async Task An_old_version_is_another_name_for_the_same_objects_until_it_is_dropped()
    {
        var space = await cluster.SpaceAsync();
        string[] old = ["policy/v1beta1", "networking.k8s.io/v1beta1"];
        space.Cluster.Catalog.ServeLegacy(old);
        await space.ApplyAsync(Budget);
        await space.ApplyAsync(Ingress);
        await space.ApplyAsync(Budget.Replace("minAvailable: 1", "minAvailable: 2"));
        Assert.Equal("policy/v1 2", await space.OkAsync("get", "pdb", "api", "-o", "jsonpath={.apiVersion} {.spec.minAvailable}"));
        Assert.Equal("api 80", await space.OkAsync("get", "ingress", "api", "-o", "jsonpath={.spec.rules[0].http.paths[0].backend.service.name} {.spec.rules[0].http.paths[0].backend.service.port.number}"));
        Assert.Equal("fallback http", await space.OkAsync("get", "ingresses.v1beta1.networking.k8s.io", "api", "-o", "jsonpath={.spec.backend.serviceName} {.spec.backend.servicePort}"));

        foreach (var version in old) space.Cluster.Catalog.Drop(version);
        Assert.Contains("no matches for kind \"PodDisruptionBudget\" in version \"policy/v1beta1\"", (await space.PipeAsync(Budget, ["apply", "-f", "-", .. space.Afresh()])).Error);
        Assert.Equal("2", await space.OkAsync("get", "pdb", "api", "-o", "jsonpath={.spec.minAvailable}"));
    }
}
