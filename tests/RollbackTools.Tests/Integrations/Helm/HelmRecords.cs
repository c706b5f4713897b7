using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace RollbackTools.Tests.Integrations.Helm;

/// <summary>Records as Helm writes them, packed here without the module's codec: base64 of gzip of JSON.</summary>
internal static class HelmRecords
{
    public const string Manifest = """
        ---
        # Source: api/templates/config.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: api
        data:
          greeting: "<hello> & goodbye"
        ---
        # Source: api/templates/deployment.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: api
        spec:
          replicas: 2

        """;

    /// <summary>As Helm 3.21 writes one: <c>deleted</c> is "", &lt; is escaped as Go escapes it, times are local with nanoseconds.</summary>
    public static string Helm3(string name = "api", int revision = 3, string status = "deployed", string ns = "default", string? manifest = null) => $$$"""
        {"name":"{{{name}}}","info":{"first_deployed":"2026-11-01T09:12:33.123456789+01:00","last_deployed":"2026-11-20T18:00:01.5+01:00","deleted":"","description":"Upgrade complete","status":"{{{status}}}","notes":"Visit \u003chttps://api.example.com\u003e"},"chart":{"metadata":{"name":"{{{name}}}","version":"1.4.{{{revision}}}","apiVersion":"v2","appVersion":"v2.{{{revision}}}.0","unknownToUs":[1,2]},"lock":null,"templates":[{"name":"templates/x.yaml","data":"e30="}],"values":{"replicas":2},"schema":null,"files":null},"config":{"db":{"password":"hunter2"}},"manifest":{{{Go(manifest ?? Manifest)}}},"hooks":[{"name":"migrate","kind":"Job","path":"api/templates/migrate.yaml","manifest":"apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n","events":["pre-upgrade","pre-rollback"],"last_run":{"started_at":"","completed_at":"","phase":""},"weight":-5,"delete_policies":["before-hook-creation"]}],"version":{{{revision}}},"namespace":"{{{ns}}}"}
        """;

    /// <summary>As Helm 4.2 writes one: zero times are left out, and it says how it applied.</summary>
    public static string Helm4(string name = "api", int revision = 3, string status = "deployed", string ns = "default") => $$$"""
        {"name":"{{{name}}}","info":{"first_deployed":"2026-11-01T08:12:33.123456789Z","last_deployed":"2026-11-20T17:00:01.5Z","description":"Rollback to 1","status":"{{{status}}}","rollback_revision":1},"chart":{"metadata":{"name":"{{{name}}}","version":"1.4.0","apiVersion":"v2","appVersion":"v2.0.0"},"lock":null,"templates":[],"values":{},"schema":null,"schemamodtime":"0001-01-01T00:00:00Z","files":null,"modtime":"0001-01-01T00:00:00Z"},"manifest":{{{Go(Manifest)}}},"version":{{{revision}}},"namespace":"{{{ns}}}","apply_method":"ssa","somethingNewer":{"keep":"me"}}
        """;

    public static string Pack(string json) => Convert.ToBase64String(Gzip(Encoding.UTF8.GetBytes(json)));

    public static byte[] Gzip(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(content);
        return packed.ToArray();
    }

    public static string Unpack(string stored)
    {
        using GZipStream gzip = new(new MemoryStream(Convert.FromBase64String(stored)), CompressionMode.Decompress);
        using StreamReader reader = new(gzip, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    public static JsonObject Secret(string packed, string name = "api", int revision = 3, string status = "deployed", string ns = "default") => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = Metadata(name, revision, status, ns),
        ["type"] = "helm.sh/release.v1",
        ["data"] = new JsonObject { ["release"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(packed)) },
    };

    public static JsonObject ConfigMap(string packed, string name = "api", int revision = 3, string status = "deployed", string ns = "default") => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = Metadata(name, revision, status, ns),
        ["data"] = new JsonObject { ["release"] = packed },
    };

    // As Go's json.Marshal writes text.
    private static string Go(string text) => JsonValue.Create(text).ToJsonString();

    private static JsonObject Metadata(string name, int revision, string status, string ns) => new()
    {
        ["name"] = $"sh.helm.release.v1.{name}.v{revision}",
        ["namespace"] = ns,
        ["labels"] = new JsonObject
        {
            ["createdAt"] = "1763654401", ["name"] = name, ["owner"] = "helm", ["status"] = status, ["team"] = "checkout", ["version"] = $"{revision}",
        },
        ["annotations"] = new JsonObject { ["example.com/backup"] = "yes" },
    };
}
