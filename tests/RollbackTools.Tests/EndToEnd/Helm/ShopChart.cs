using System.Text.Json.Nodes;
using RollbackTools.Practice.Helm.Charts;

namespace RollbackTools.Tests.EndToEnd.Helm;

/// <summary>A small chart for histories: a config map, a secret and a deployment.</summary>
internal static class ShopChart
{
    public static HelmChart Chart { get; } = new("shop", "1.0.0", "2026.1")
    {
        Values = "tag: \"1.0\"\ngreeting: hello\npassword: first\n",
        Templates =
        [
            new ChartFile("templates/all.yaml", """
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: {{ .Release.Name }}
                data:
                  greeting: {{ .Values.greeting }}
                ---
                apiVersion: v1
                kind: Secret
                metadata:
                  name: {{ .Release.Name }}
                stringData:
                  password: {{ .Values.password }}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: {{ .Release.Name }}
                spec:
                  replicas: 1
                  selector:
                    matchLabels:
                      app: {{ .Release.Name }}
                  template:
                    metadata:
                      labels:
                        app: {{ .Release.Name }}
                    spec:
                      containers:
                        - name: app
                          image: shop/shop:{{ .Values.tag }}
                          env:
                            - name: DB_PASSWORD
                              value: {{ .Values.password }}

                """),
        ],
    };

    /// <summary>The chart with one more config map, <c>NAME-extra</c>.</summary>
    public static HelmChart WithExtra { get; } = Chart with
    {
        Version = "1.2.0",
        Templates = [.. Chart.Templates, new ChartFile("templates/extra.yaml", """
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: {{ .Release.Name }}-extra
            data:
              more: "yes"

            """)],
    };

    public static JsonObject Values(string tag, string greeting = "hello", string password = "first") => new() { ["tag"] = tag, ["greeting"] = greeting, ["password"] = password };
}
