using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Webhooks;

namespace RollbackTools.Tests.Practice.Kubernetes.Api.Kubectl;

/// <summary>What the API server refuses to change, in its own words, as the real kubectl is told them.</summary>
public sealed class KubectlRefusalTests(KubectlCluster cluster) : IClassFixture<KubectlCluster>
{
    private const string Claim = "---\n{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: data }, spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 10Gi } } } }";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{ apiVersion: v1, kind: Service, metadata: { name: x }, spec: { ports: [{ port: 80 }], clusterIP: 10.96.7.7 } }", "10.96.7.7", "10.96.7.8",
        "spec.clusterIPs[0]: Invalid value: []string{\"10.96.7.8\"}: may not change once set")]
    [InlineData("{ apiVersion: batch/v1, kind: Job, metadata: { name: x }, spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: 'shop/job:1' }] } } } }", "job:1", "job:2",
        "field is immutable")]
    [InlineData("{ apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: { name: x }, roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: a } }", "name: a", "name: b",
        "roleRef: Invalid value: rbac.RoleRef{APIGroup:\"rbac.authorization.k8s.io\", Kind:\"Role\", Name:\"b\"}: cannot change roleRef")]
    [InlineData("{ apiVersion: apps/v1, kind: StatefulSet, metadata: { name: x }, spec: { serviceName: one, replicas: 0, selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: a, image: 'shop/a:1' }] } } } }",
        "serviceName: one", "serviceName: two", "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")]
    [InlineData("{ apiVersion: v1, kind: ConfigMap, metadata: { name: x }, immutable: true, data: { a: b } }", "a: b", "a: c", "data: Forbidden: field is immutable when `immutable` is set")]
    public async Task Some_fields_are_set_once(string manifest, string before, string after, string refusal)
    {
        var space = await cluster.SpaceAsync();
        await space.ApplyAsync("---\n" + manifest);
        Assert.Contains(refusal, (await space.PipeAsync("---\n" + manifest.Replace(before, after), "apply", "-f", "-")).Error);
    }

    [Fact]
    public async Task A_deployments_selector_is_set_once()
    {
        var space = await cluster.SpaceAsync();
        await space.ApplyAsync(KubectlSpace.Deployment(replicas: 0));
        var refused = await space.PipeAsync(KubectlSpace.Deployment(replicas: 0).Replace("matchLabels: { app: api }", "matchLabels: { app: api, tier: web }").Replace("metadata: { labels: { app: api } }", "metadata: { labels: { app: api, tier: web } }"), "apply", "-f", "-");
        Assert.Contains("spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{\"app\":\"api\", \"tier\":\"web\"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable", refused.Error);
    }

    [Fact]
    public async Task A_claim_is_bound_and_only_grows()
    {
        var space = await cluster.SpaceAsync();
        await space.ApplyAsync(Claim);
        await space.OkAsync("wait", "--for=jsonpath={.status.phase}=Bound", "pvc/data", "--timeout=10s");
        await space.ApplyAsync(Claim.Replace("10Gi", "20Gi"));
        await space.OkAsync("wait", "--for=jsonpath={.status.capacity.storage}=20Gi", "pvc/data", "--timeout=10s");

        Assert.Contains("spec.resources.requests.storage: Forbidden: field can not be less than status.capacity", (await space.PipeAsync(Claim, "apply", "-f", "-")).Error);
        Assert.Contains("spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
            (await space.PipeAsync(Claim.Replace("10Gi", "20Gi").Replace("ReadWriteOnce", "ReadWriteMany"), "apply", "-f", "-")).Error);
        await space.OkAsync("delete", "pvc", "data");
        await space.UntilAsync(() => space.Cluster.Store.List(Resources.PersistentVolumes).Items.IsEmpty);
    }

    [Fact]
    public async Task A_webhook_is_called_over_TLS_and_its_refusal_named()
    {
        var space = await cluster.SpaceAsync();
        await using var webhook = await PracticeWebhook.StartAsync(
            review => (string?)review["object"]?["metadata"]?["name"] == "unsigned" && (string?)review["namespace"] == space.Namespace ? "images must be signed" : null, Stop);
        await space.ApplyAsync(webhook.Configuration("policy.example.com", "", "configmaps"));
        try
        {
            await space.OkAsync("create", "configmap", "signed");
            Assert.Contains("admission webhook \"policy.example.com\" denied the request: images must be signed", await space.FailAsync("create", "configmap", "unsigned"));
        }
        finally
        {
            await space.OkAsync("delete", "validatingwebhookconfiguration", "policy.example.com");
        }

        await space.OkAsync("create", "configmap", "unsigned");
    }

    [Fact]
    public async Task A_webhook_that_is_not_there_fails_closed()
    {
        var space = await cluster.SpaceAsync();
        await space.ApplyAsync($$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingWebhookConfiguration
            metadata: { name: gone }
            webhooks:
              - name: gone.example.com
                admissionReviewVersions: [v1]
                sideEffects: None
                failurePolicy: Fail
                clientConfig: { service: { name: gone, namespace: {{space.Namespace}}, path: /validate } }
                namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: {{space.Namespace}} } }
                rules: [{ operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [secrets] }]
            """);
        try
        {
            Assert.Contains($"failed calling webhook \"gone.example.com\": failed to call webhook: Post \"https://gone.{space.Namespace}.svc:443/validate?timeout=10s\": service \"gone\" not found",
                await space.FailAsync("create", "secret", "generic", "x"));
        }
        finally
        {
            await space.OkAsync("delete", "validatingwebhookconfiguration", "gone");
        }
    }

    [Fact]
    public async Task Quotas_refuse_what_is_too_much()
    {
        var space = await cluster.SpaceAsync();
        await space.OkAsync("create", "quota", "small", "--hard=count/configmaps=1,services=1");
        await space.OkAsync("create", "configmap", "one");
        Assert.Contains("configmaps \"two\" is forbidden: exceeded quota: small, requested: count/configmaps=1, used: count/configmaps=1, limited: count/configmaps=1",
            await space.FailAsync("create", "configmap", "two"));
    }

    [Fact]
    public async Task Strategic_patches_obey_every_directive()
    {
        var space = await cluster.SpaceAsync();
        await space.ApplyAsync(KubectlSpace.Deployment(replicas: 0, env: "{ name: A, value: '1' }, { name: B, value: '2' }"));
        await space.OkAsync("patch", "deployment", "api", "--type=merge", "-p", """{"metadata":{"finalizers":["a.example/x","b.example/y"]}}""");

        await PatchAsync("""{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""");
        Assert.Equal("{\"type\":\"Recreate\"}", await space.OkAsync("get", "deployment", "api", "-o", "jsonpath={.spec.strategy}"));
        await PatchAsync("""{"metadata":{"$deleteFromPrimitiveList/finalizers":["a.example/x"]}}""");
        Assert.Equal("[\"b.example/y\"]", await space.OkAsync("get", "deployment", "api", "-o", "jsonpath={.metadata.finalizers}"));
        await PatchAsync("""{"spec":{"template":{"spec":{"containers":[{"name":"app","$setElementOrder/env":[{"name":"C"},{"name":"B"}],"env":[{"name":"C","value":"3"},{"name":"A","$patch":"delete"}]}]}}}}""");
        Assert.Equal("C B", await space.OkAsync("get", "deployment", "api", "-o", "jsonpath={.spec.template.spec.containers[0].env[*].name}"));
        await PatchAsync("""{"spec":{"template":{"spec":{"containers":[{"name":"app","ports":[{"containerPort":9090,"name":"admin"},{"containerPort":8080,"$patch":"delete"}],"env":[{"$patch":"replace"},{"name":"D","value":"4"}]}]}}}}""");
        Assert.Equal("9090 D", await space.OkAsync("get", "deployment", "api", "-o", "jsonpath={.spec.template.spec.containers[0].ports[*].containerPort} {.spec.template.spec.containers[0].env[*].name}"));
        await PatchAsync("""{"metadata":{"finalizers":null}}""");

        Task PatchAsync(string patch) => space.OkAsync("patch", "deployment", "api", "-p", patch);
    }
}
