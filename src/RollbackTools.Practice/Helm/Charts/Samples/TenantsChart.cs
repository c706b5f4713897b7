using System.Globalization;
using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Helm.Charts.Samples;

/// <summary>A catalogue of tenants: one Deployment, and for each tenant a ServiceAccount, a ConfigMap and a NetworkPolicy. 150 objects.</summary>
public static class TenantsChart
{
    public const string Name = "tenants";

    /// <summary>How many tenants make it 150 objects.</summary>
    public const int Tenants = 49;

    public static HelmChart Of(string version) => new(Name, version, version)
    {
        Description = "Every tenant of the platform",
        Values = "image: registry.example/tenants/gateway:1\ntier: standard\ntenants: []\n",
        Templates =
        [
            new("templates/gateway.yaml", Gateway),
            new("templates/tenants.yaml", Each),
        ],
    };

    /// <summary>Values with so many tenants, all with the same limit.</summary>
    public static JsonObject Values(int limit, string image = "registry.example/tenants/gateway:1", int tenants = Tenants) => new()
    {
        ["image"] = image,
        ["tenants"] = new JsonArray([.. Enumerable.Range(1, tenants).Select(number => new JsonObject
        {
            ["name"] = string.Create(CultureInfo.InvariantCulture, $"tenant-{number:000}"),
            ["limit"] = limit,
        })]),
    };

    private const string Gateway =
        """
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: {{ .Release.Name }}-gateway
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: {{ .Release.Name }}-gateway
        spec:
          selector:
            app: {{ .Release.Name }}-gateway
          ports:
            - name: http
              port: 80
              targetPort: 8080
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{ .Release.Name }}-gateway
        spec:
          replicas: 2
          selector:
            matchLabels:
              app: {{ .Release.Name }}-gateway
          template:
            metadata:
              labels:
                app: {{ .Release.Name }}-gateway
            spec:
              containers:
                - name: gateway
                  image: {{ .Values.image }}
                  ports:
                    - containerPort: 8080

        """;

    private const string Each =
        """
        {{- range .Values.tenants }}
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: {{ $.Release.Name }}-{{ .name }}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: {{ $.Release.Name }}-{{ .name }}
          labels:
            tenant: {{ .name }}
        data:
          tier: {{ $.Values.tier | quote }}
          limit: {{ .limit | quote }}
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata:
          name: {{ $.Release.Name }}-{{ .name }}
        spec:
          podSelector:
            matchLabels:
              tenant: {{ .name }}
          policyTypes:
            - Ingress
        {{- end }}

        """;
}
