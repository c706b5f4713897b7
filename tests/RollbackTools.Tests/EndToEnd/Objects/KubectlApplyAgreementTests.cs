using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Tests.EndToEnd.Support;
using WriteOptions = RollbackTools.Operations.Estate.Kubernetes.WriteOptions;

namespace RollbackTools.Tests.EndToEnd.Objects;

/// <summary>
/// The same object twice, applied and then changed by hand; the real <c>kubectl apply</c> takes one to the next manifest, our merge the other.
/// They end up equal.
/// </summary>
public sealed class KubectlApplyAgreementTests(SharedCluster shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string, string> Cases => new()
    {
        {
            "containers, variables, ports and mounts", Deployment("""
                containers: [{ name: app, image: "a:1", env: [{ name: A, value: "1" }, { name: GONE, value: "1" }], ports: [{ containerPort: 80 }, { containerPort: 81 }],
                  volumeMounts: [{ name: v, mountPath: /v }, { name: v, mountPath: /w }], livenessProbe: { httpGet: { path: /, port: 80 } } }, { name: old, image: "o:1" }],
                volumes: [{ name: v, configMap: { name: c } }]
                """), """{ spec: { template: { spec: { containers: [{ name: app, image: "a:hand", env: [{ name: HAND, value: h }] }, { name: mesh, image: "m:1" }] } } } }""",
            Deployment("""
                containers: [{ name: app, image: "a:2", env: [{ name: B, value: "2" }, { name: A, value: "2" }], ports: [{ containerPort: 81, name: web }],
                  volumeMounts: [{ name: v, mountPath: /w, readOnly: true }] }],
                volumes: [{ name: v, secret: { secretName: s } }]
                """)
        },
        {
            "replaced lists, spread, aliases and pull secrets", Deployment("""
                containers: [{ name: app, image: "a:1", args: [x, y] }], tolerations: [{ key: a, operator: Exists }], imagePullSecrets: [{ name: one }],
                hostAliases: [{ ip: 1.1.1.1, hostnames: [a] }]
                """), """{ spec: { template: { spec: { tolerations: [{ key: hand, operator: Exists }], imagePullSecrets: [{ name: hand }], hostAliases: [{ ip: 2.2.2.2, hostnames: [h] }] } } } }""",
            Deployment("""
                containers: [{ name: app, image: "a:1", args: [z] }], tolerations: [{ key: b, operator: Exists }], imagePullSecrets: [{ name: two }],
                hostAliases: [{ ip: 1.1.1.1, hostnames: [b] }]
                """)
        },
        {
            "a strategy of another kind, labels and annotations", Deployment("""containers: [{ name: app, image: "a:1" }]""", "strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 1 } }, minReadySeconds: 5,", "labels: { a: '1', gone: '1' }, annotations: { gone: '1' }"),
            """{ metadata: { labels: { hand: h, a: hand }, annotations: { hand: h } }, spec: { paused: true } }""",
            Deployment("""containers: [{ name: app, image: "a:1" }]""", "strategy: { type: Recreate },", "labels: { a: '2' }")
        },
        {
            "a service's ports and selector", """{ apiVersion: v1, kind: Service, metadata: { name: it }, spec: { type: ClusterIP, selector: { app: a }, ports: [{ port: 80, name: a }, { port: 81, name: b }] } }""",
            """{ spec: { ports: [{ port: 90, name: hand }], selector: { hand: h } } }""",
            """{ apiVersion: v1, kind: Service, metadata: { name: it }, spec: { type: ClusterIP, selector: { app: b }, ports: [{ port: 82, name: c }, { port: 80, name: a, targetPort: 8080 }] } }"""
        },
        {
            "a config map's keys", """{ apiVersion: v1, kind: ConfigMap, metadata: { name: it }, data: { a: "1", gone: "1" } }""", """{ data: { hand: h, a: hand } }""",
            """{ apiVersion: v1, kind: ConfigMap, metadata: { name: it, finalizers: [example.com/b] }, data: { a: "2" } }"""
        },
        {
            "a cron job's template", CronJob("""[{ name: app, image: "a:1", env: [{ name: A, value: "1" }] }, { name: old, image: o }]"""), """{ spec: { suspend: true } }""",
            CronJob("""[{ name: app, image: "a:2", env: [{ name: B, value: "1" }] }]""")
        },
        {
            "an ingress's rules", Ingress("a", "b"), """{ metadata: { labels: { hand: h } } }""", Ingress("a", "c")
        },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_merge_ends_where_kubectl_apply_does(string what, string first, string byHand, string second)
    {
        Kubectl.Need();
        await using var theirs = await shared.OpenAsync();
        await using var ours = await shared.OpenAsync();
        var target = Json(second);
        var id = ObjectId.Of(target)!;
        foreach (var production in (Production[])[theirs, ours])
        {
            await Kubectl.RunAsync(production, "apply -f -", Json(first).GetRawText());
            await Kubectl.RunAsync(production, $"patch {id.Kind} {id.Name} --type strategic -p {Quote(Json(byHand).GetRawText())}");
        }

        await Kubectl.RunAsync(theirs, "apply -f -", target.GetRawText());
        await using var estate = CommandServices.Live.Provider.Open(new EstateOptions { Kubeconfig = ours.Kubeconfig }, _ => { });
        var kind = (await estate.Cluster.FindKindAsync(id.ApiVersion, id.Kind, Stop))!;
        for (var again = 0; again < 2; again++)
        {
            var live = JsonObject.Create((await estate.Cluster.GetAsync(kind.Resource, ours.Namespace, id.Name, Stop)).Json)!;
            var merged = ThreeWayMerge.Merge(Declared.Of(Json(again == 0 ? first : second)), Declared.Of(target), live, MergeRules.Of(id.Group, id.Kind));
            var patch = ObjectPatch.Between(live, merged);
            Assert.Equal(again == 0, patch is not null);
            if (patch is not null) await estate.Cluster.PatchAsync(kind.Resource, ours.Namespace, id.Name, patch, new WriteOptions { Conditional = true }, Stop);
        }

        Assert.Equal(await StoredAsync(theirs, id), await StoredAsync(ours, id));
        Assert.NotNull(what);
    }

    private static async Task<string> StoredAsync(Production production, ObjectId id)
    {
        var stored = JsonNode.Parse(await Kubectl.RunAsync(production, $"get {id.Kind} {id.Name} -o json"))!.AsObject();
        stored.Remove("status");
        var metadata = stored["metadata"]!.AsObject();
        foreach (var field in (string[])["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "namespace"]) metadata.Remove(field);
        metadata["annotations"]?.AsObject().Remove("kubectl.kubernetes.io/last-applied-configuration");
        metadata["annotations"]?.AsObject().Remove("deployment.kubernetes.io/revision");
        stored["spec"]?.AsObject().Remove("clusterIP");
        stored["spec"]?.AsObject().Remove("clusterIPs");
        return JsonSame.Canonical(JsonSerializer.SerializeToElement(stored));
    }

    private static string Deployment(string pod, string spec = "", string metadata = "") =>
        $$"""{ apiVersion: apps/v1, kind: Deployment, metadata: { name: it, {{metadata}} }, spec: { replicas: 0, {{spec}} selector: { matchLabels: { app: it } }, template: { metadata: { labels: { app: it } }, spec: { {{pod}} } } } }""";

    private static string CronJob(string containers) =>
        $$"""{ apiVersion: batch/v1, kind: CronJob, metadata: { name: it }, spec: { schedule: "@yearly", jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: {{containers}} } } } } } }""";

    private static string Ingress(string host, string service) =>
        $$"""{ apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: it }, spec: { rules: [{ host: {{host}}.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: {{service}}, port: { number: 80 } } } }] } }] } }""";

    private static JsonElement Json(string yaml) => JsonSerializer.SerializeToElement(YamlJson.Parse(yaml));

    private static string Quote(string json) => $"\"{json.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
