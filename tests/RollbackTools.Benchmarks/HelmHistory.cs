using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Helm;

namespace RollbackTools.Benchmarks;

/// <summary>A release's long history of large records, decoded and compared, beside what helm and a shell make of it.</summary>
internal sealed class HelmHistory : Benchmark
{
    private const int Revisions = 10;
    private const int Objects = 150;
    private const int Stored = 500 * 1024;

    public override string Name => "history";

    public override string Title => $"(j) A Helm release's history: {Revisions} revisions of {Stored / 1024} KiB, decoded and compared";

    public override async Task RunAsync(Report report, bool quick)
    {
        await using var server = await FleetServer.StartAsync(1, 1);
        var unpacked = 0L;
        for (var revision = 1; revision <= Revisions; revision++)
        {
            var record = Record(revision);
            unpacked += Encoding.UTF8.GetByteCount(record);
            await server.CreateAsync($"/api/v1/namespaces/{FleetServer.Namespace}/secrets", Secret(record, revision));
        }

        using Session session = new(server.Kubeconfig);
        var line = $"Get-HelmHistory shop -Namespace {FleetServer.Namespace}";
        var found = session.Run<HelmRevision>(line);
        if (found.Count != Revisions || found[0].Changes.Count < 2) throw new InvalidOperationException($"{found.Count} revisions, {found[0].Changes.Count} changes");

        (Samples ours, Samples helm, Samples manifests, Samples shell) = (new(), new(), new(), new());
        long peak = 0;
        for (var i = 0; i < (quick ? 3 : 11); i++)
        {
            var (time, live) = await Memory.PeakAsync(() => session.Time(line));
            ours.Add(time);
            peak = Math.Max(peak, live);
            if (Machine.Helm is not null)
            {
                helm.Add(await Machine.TimeAsync("sh", "-ec", $"helm history shop -n {FleetServer.Namespace} --kubeconfig {server.Kubeconfig} -o json > /dev/null"));
                if (i < 3) manifests.Add(await Machine.TimeAsync("sh", "-ec", Manifests(server)));
            }

            if (i < 3 && Machine.Kubectl is not null) shell.Add(await Machine.TimeAsync("sh", "-ec", Shell(server)));
        }

        List<(string, Samples)> ways = [("Get-HelmHistory (decoded, every revision's changes, evidence)", ours)];
        if (helm.Count > 0) ways.Add(("helm history -o json (decoded; no changes)", helm));
        if (manifests.Count > 0) ways.Add(("helm get manifest for each revision, and diff", manifests));
        if (shell.Count > 0) ways.Add(("kubectl get secret, base64, base64, gunzip for each, and cmp (no fields)", shell));
        report.Compare("", [.. ways]);
        report.Line("");
        var multiple = string.Create(CultureInfo.InvariantCulture, $"{(double)peak / unpacked:0.0}");
        report.Line($"Together the records are {Report.Mb((long)Revisions * Stored)} stored and {Report.Mb(unpacked)} unpacked. Live at most while they are read: {Report.Mb(peak)}, {multiple} times what they unpack to.");
    }

    private static string Manifests(FleetServer server) =>
        $"d=$(mktemp -d); for r in $(seq 1 {Revisions}); do helm get manifest shop -n {FleetServer.Namespace} --kubeconfig {server.Kubeconfig} --revision $r > $d/$r; done; "
        + $"for r in $(seq 2 {Revisions}); do diff -u $d/$((r-1)) $d/$r > $d/diff || true; done; rm -r $d";

    private static string Shell(FleetServer server) =>
        $"d=$(mktemp -d); for r in $(seq 1 {Revisions}); do kubectl --kubeconfig {server.Kubeconfig} get secret sh.helm.release.v1.shop.v$r -n {FleetServer.Namespace} -o jsonpath='{{.data.release}}' | base64 -d | base64 -d | gunzip > $d/$r; done; "
        + $"for r in $(seq 2 {Revisions}); do cmp -s $d/$((r-1)) $d/$r || true; done; rm -r $d";

    private static JsonObject Secret(string record, int revision) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["type"] = "helm.sh/release.v1",
        ["metadata"] = new JsonObject
        {
            ["name"] = $"sh.helm.release.v1.shop.v{revision}",
            ["namespace"] = FleetServer.Namespace,
            ["labels"] = new JsonObject
            {
                ["name"] = "shop", ["owner"] = "helm", ["version"] = $"{revision}", ["status"] = revision == Revisions ? "deployed" : "superseded", ["createdAt"] = $"{1760000000 + revision * 86400}",
            },
        },
        ["data"] = new JsonObject { ["release"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(Pack(record))) },
    };

    // The manifest, and as much of a chart's own files around it as make the record so large.
    private static string Record(int revision)
    {
        StringBuilder manifest = new();
        for (var i = 0; i < Objects; i++) manifest.Append(i % 3 == 0 ? Workload(i, revision) : Configuration(i, revision));
        Random random = new(revision * 7919);
        JsonArray templates = [];
        JsonObject record = new()
        {
            ["name"] = "shop",
            ["info"] = new JsonObject
            {
                ["first_deployed"] = "2025-10-09T09:00:00Z", ["last_deployed"] = DateTimeOffset.FromUnixTimeSeconds(1760000000 + revision * 86400).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["deleted"] = "", ["description"] = "Upgrade complete", ["status"] = revision == Revisions ? "deployed" : "superseded",
            },
            ["chart"] = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "shop", ["version"] = $"1.{revision}.0", ["appVersion"] = $"v{revision}" }, ["templates"] = templates },
            ["config"] = new JsonObject { ["tag"] = $"v{revision}" },
            ["manifest"] = manifest.ToString(),
            ["version"] = revision,
            ["namespace"] = FleetServer.Namespace,
        };
        while (Pack(record.ToJsonString()).Length < Stored)
        {
            var source = new byte[12 * 1024];
            random.NextBytes(source);
            templates.Add(new JsonObject { ["name"] = $"templates/t{templates.Count}.yaml", ["data"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(Convert.ToHexString(source))) });
        }

        return record.ToJsonString();
    }

    private static string Workload(int i, int revision) => $$"""
        ---
        # Source: shop/templates/app-{{i}}.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: app-{{i}}
          labels: { app.kubernetes.io/name: app-{{i}}, app.kubernetes.io/managed-by: Helm }
        spec:
          replicas: 3
          selector:
            matchLabels:
              app: app-{{i}}
          template:
            metadata:
              labels:
                app: app-{{i}}
            spec:
              containers:
                - name: app
                  image: registry.example/app-{{i}}:v{{(i % 9 == 0 ? revision : 1)}}
                  ports:
                    - containerPort: 8080
                      name: http
                  env:
                    - name: LOG_LEVEL
                      value: info
                    - name: DB_PASSWORD
                      valueFrom:
                        secretKeyRef:
                          name: db
                          key: password
                  resources:
                    limits:
                      cpu: 500m
                      memory: 512Mi
                  readinessProbe:
                    httpGet:
                      path: /health
                      port: http

        """;

    private static string Configuration(int i, int revision)
    {
        StringBuilder data = new();
        for (var line = 0; line < 60; line++) data.Append(CultureInfo.InvariantCulture, $"  setting-{line}: \"value {line * 31 + i} of what the application reads at its start\"\n");
        return $$"""
            ---
            # Source: shop/templates/config-{{i}}.yaml
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: config-{{i}}
            data:
              release: "{{(i % 25 == 1 ? revision : 1)}}"
            {{data}}
            """;
    }

    private static string Pack(string record)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(record));
        return Convert.ToBase64String(packed.GetBuffer(), 0, (int)packed.Length);
    }
}
