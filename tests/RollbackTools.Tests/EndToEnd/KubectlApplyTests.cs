using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>Whoever ships with <c>kubectl apply</c> goes on with it after a rollback as if the rolled-back version had never been applied.</summary>
public sealed class KubectlApplyTests(SharedCluster shared)
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    public static TheoryData<string> Kinds => ["Deployment", "StatefulSet", "DaemonSet"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Last_applied_is_byte_for_byte_what_apply_of_the_good_version_wrote_and_after_an_undo_what_it_was(string kind)
    {
        Kubectl.Need();
        await using var production = await shared.OpenAsync();
        var type = Kind(kind);
        await ApplyAsync(production, Good(kind));
        await production.CompleteAsync("api", type);
        var good = production.Annotation("api", LastApplied, type);
        await ApplyAsync(production, Bad(kind));
        await production.CompleteAsync("api", type);
        var bad = production.Annotation("api", LastApplied, type);

        var run = await production.RollBackAsync($"Invoke-ImageRollback {kind.ToLowerInvariant()}/api -ToRevision 1");
        var after = production.Annotation("api", LastApplied, type);
        await production.RunAsync($"Undo-RollbackRun {run.RunId}");

        Assert.Contains("\\u0026\\u0026", good, StringComparison.Ordinal);
        Assert.Equal((good, bad), (after, production.Annotation("api", LastApplied, type)));
        Assert.Equal("shop/api:2.0-errors", production.Image("api", type));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_good_manifest_is_unchanged_and_the_next_one_goes_through_and_takes_out_what_it_leaves_out(string kind)
    {
        Kubectl.Need();
        await using var production = await shared.OpenAsync();
        var type = Kind(kind);
        await ApplyAsync(production, Good(kind));
        await production.CompleteAsync("api", type);
        await ApplyAsync(production, Bad(kind));
        await production.CompleteAsync("api", type);
        await production.RollBackAsync($"Invoke-ImageRollback {kind.ToLowerInvariant()}/api -ToRevision 1");

        var again = await ApplyAsync(production, Good(kind));
        await ApplyAsync(production, Manifest(kind, "3.0", """env: [{ name: URL, value: "http://x?a=1&b=2" }]"""));

        Assert.EndsWith("unchanged", again, StringComparison.Ordinal);
        var pod = production.Get("api", type)["spec"]!["template"]!["spec"]!;
        var container = Assert.Single(pod["containers"]!.AsArray())!;
        Assert.Equal(("shop/api:3.0", "URL"), ((string?)container["image"], (string?)Assert.Single(container["env"]!.AsArray())!["name"]));
        Assert.Null(container["readinessProbe"]);
        Assert.Null(container["ports"]);
        Assert.Null(pod["volumes"]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_image_set_by_hand_leaves_last_applied_alone_there_and_back(string kind)
    {
        Kubectl.Need();
        await using var production = await shared.OpenAsync();
        var type = Kind(kind);
        await ApplyAsync(production, Good(kind));
        await production.CompleteAsync("api", type);
        var applied = production.Annotation("api", LastApplied, type);
        await Kubectl.RunAsync(production, $"set image {kind.ToLowerInvariant()}/api app=shop/api:2.0-errors");
        await production.CompleteAsync("api", type);

        var run = await production.RollBackAsync($"Invoke-ImageRollback {kind.ToLowerInvariant()}/api -ToRevision 1");
        var after = production.Annotation("api", LastApplied, type);
        await production.RunAsync($"Undo-RollbackRun {run.RunId}");

        Assert.Equal((applied, applied), (after, production.Annotation("api", LastApplied, type)));
        Assert.Equal("shop/api:2.0-errors", production.Image("api", type));
    }

    [Fact]
    public async Task What_was_applied_and_then_set_by_hand_comes_back_with_an_undo()
    {
        Kubectl.Need();
        await using var production = await shared.OpenAsync();
        await ApplyAsync(production, Good("Deployment"));
        await production.CompleteAsync("api");
        await ApplyAsync(production, Bad("Deployment"));
        await production.CompleteAsync("api");
        await Kubectl.RunAsync(production, "set image deployment/api app=shop/api:2.1-errors");
        await production.CompleteAsync("api");
        var before = production.Annotation("api", LastApplied);

        var run = await production.RollBackAsync("Invoke-ImageRollback api -ToRevision 1");
        var after = production.Annotation("api", LastApplied);
        await production.RunAsync($"Undo-RollbackRun {run.RunId}");

        Assert.Contains("shop/api:2.0-errors", before, StringComparison.Ordinal);
        Assert.Contains("shop/api:1.0", after, StringComparison.Ordinal);
        Assert.Equal(before, production.Annotation("api", LastApplied));
        Assert.Null(production.Annotation("api", "rollbacktools.io/last-applied-before"));
    }

    private static Task<string> ApplyAsync(Production production, string manifest) => Kubectl.RunAsync(production, $"apply -n {production.Namespace} -f -", manifest);

    private static ResourceType Kind(string kind) => Resources.BuiltIn.Single(one => one.Kind == kind);

    private static string Good(string kind) => Manifest(kind, "1.0", """
        env: [{ name: URL, value: "http://x?a=1&b=2" }, { name: JSON, value: '{"a":"b<c>"}' }, { name: ROCKET, value: "🚀 naïve" }],
        ports: [{ name: dns-tcp, containerPort: 53, protocol: TCP }, { name: dns, containerPort: 53, protocol: UDP }],
        readinessProbe: { httpGet: { port: 80, path: /ok } }, volumeMounts: [{ name: tmp, mountPath: /tmp }]
        """, ", volumes: [{ name: tmp, emptyDir: {} }]");

    private static string Bad(string kind) => Manifest(kind, "2.0-errors", """
        env: [{ name: JSON, value: '{"a":"b<d>"}' }, { name: URL, value: "http://x?a=1&b=2" }, { name: NEW, value: "1" }]
        """, ", terminationGracePeriodSeconds: 5");

    private static string Manifest(string kind, string tag, string container, string pod = "") =>
        $$"""
        apiVersion: apps/v1
        kind: {{kind}}
        metadata: { name: api, labels: { app: api }, annotations: { big: "9007199254740993" } }
        spec: { {{(kind == "DaemonSet" ? "" : "replicas: 1,")}} {{(kind == "StatefulSet" ? "serviceName: api," : "")}} selector: { matchLabels: { app: api } },
          template: { metadata: { labels: { app: api }, annotations: { note: '"ü" & <b>' } },
            spec: { containers: [{ name: app, image: "shop/api:{{tag}}", args: ["a && b > c", "\"q\" 's' \\ \u2028"],
            {{container}} }] {{pod}} } } }
        """;
}
