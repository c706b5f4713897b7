using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Helm.Charts;

namespace RollbackTools.Tests.Practice.Helm;

/// <summary>
/// The Secrets that helm 3.18 and 4.1 left on a real server: 1 installed; 2 upgraded; 3 rolled back to 1; 4 an upgrade whose pods crash, with
/// <c>--wait</c>; 5 another, killed while it waited.
/// </summary>
internal static class RecordedReleases
{
    /// <summary>The chart they are of.</summary>
    public static HelmChart Chart { get; } = new("shop", "1.0.0", "2026.1")
    {
        Values = "tag: \"1.0\"\n",
        Templates =
        [
            new ChartFile("templates/all.yaml", """
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: {{ .Release.Name }}
                data:
                  tag: {{ .Values.tag | quote }}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: {{ .Release.Name }}
                spec:
                  replicas: 1
                  selector:
                    matchLabels:
                      app: shop
                  template:
                    metadata:
                      labels:
                        app: shop
                    spec:
                      containers:
                        - name: app
                          image: shop/web:{{ .Values.tag }}

                """),
            new ChartFile("templates/hook.yaml", """
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: {{ .Release.Name }}-hook
                  annotations:
                    "helm.sh/hook": pre-install,pre-upgrade,pre-rollback
                    "helm.sh/hook-delete-policy": before-hook-creation
                data:
                  a: b

                """),
        ],
    };

    /// <summary>By revision.</summary>
    public static IReadOnlyDictionary<int, JsonObject> Secrets(HelmVersion version) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Folder(), version == HelmVersion.Helm3 ? "helm-3.18.json" : "helm-4.1.json")))!.AsArray()
            .ToDictionary(secret => int.Parse((string)secret!["metadata"]!["labels"]!["version"]!, null), secret => secret!.AsObject());

    /// <summary>The release in a Secret's data: JSON, packed by gzip and written in base 64 twice.</summary>
    public static JsonObject Release(JsonObject secret)
    {
        var packed = Convert.FromBase64String(Encoding.ASCII.GetString(Convert.FromBase64String((string)secret["data"]!["release"]!)));
        using GZipStream text = new(new MemoryStream(packed), CompressionMode.Decompress);
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>The other way round.</summary>
    public static string Data(JsonObject release)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal)) gzip.Write(Encoding.UTF8.GetBytes(release.ToJsonString()));
        return Convert.ToBase64String(Encoding.ASCII.GetBytes(Convert.ToBase64String(packed.ToArray())));
    }

    private static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Recorded");
}
