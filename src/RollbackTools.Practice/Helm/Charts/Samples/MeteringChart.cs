namespace RollbackTools.Practice.Helm.Charts.Samples;

/// <summary>
/// An addon with kinds of its own: <c>Meter</c> and <c>ServiceMonitor</c> from <c>crds/</c>, which Helm creates once and never looks at
/// again, and <c>Tariff</c>, whose definition is a template like any other. It has an object of each of the first two.
/// </summary>
public static class MeteringChart
{
    public const string Name = "metering";

    /// <summary>The image's repository; any tag of it runs.</summary>
    public const string Image = "registry.example/metering";

    public static HelmChart Of(string version, string appVersion) => new(Name, version, appVersion)
    {
        Description = "Meters every request",
        Values = "image: registry.example/metering\nreplicas: 2\nunit: request\nlimit: 100\nscrape: 30s\n",
        Crds = [new("crds/meters.yaml", Crd("meters", "Meter", "metering.example")), new("crds/servicemonitors.yaml", Crd("servicemonitors", "ServiceMonitor", "monitoring.coreos.com"))],
        Templates =
        [
            new("templates/deployment.yaml", Deployment),
            new("templates/meter.yaml", Meter),
            new("templates/rbac.yaml", Rbac),
            new("templates/tariff-crd.yaml", Crd("tariffs", "Tariff", "metering.example")),
        ],
    };

    private static string Crd(string plural, string kind, string group) =>
        $$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: {{plural}}.{{group}}
        spec:
          group: {{group}}
          scope: Namespaced
          names:
            plural: {{plural}}
            singular: {{kind.ToLowerInvariant()}}
            kind: {{kind}}
          versions:
            - name: v1
              served: true
              storage: true
              schema:
                openAPIV3Schema:
                  type: object
                  properties:
                    spec:
                      type: object
                      x-kubernetes-preserve-unknown-fields: true

        """;

    private const string Meter =
        """
        apiVersion: metering.example/v1
        kind: Meter
        metadata:
          name: {{ .Release.Name }}
        spec:
          unit: {{ .Values.unit }}
          limit: {{ .Values.limit }}
          labels:
            owner: finance
        ---
        apiVersion: monitoring.coreos.com/v1
        kind: ServiceMonitor
        metadata:
          name: {{ .Release.Name }}
        spec:
          selector:
            matchLabels:
              app: {{ .Release.Name }}
          endpoints:
            - port: http
              interval: {{ .Values.scrape }}

        """;

    private const string Rbac =
        """
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: {{ .Release.Name }}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata:
          name: {{ .Release.Name }}
        rules:
          - apiGroups: ["metering.example"]
            resources: ["meters"]
            verbs: ["get", "list", "watch"]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata:
          name: {{ .Release.Name }}
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: Role
          name: {{ .Release.Name }}
        subjects:
          - kind: ServiceAccount
            name: {{ .Release.Name }}
            namespace: {{ .Release.Namespace }}

        """;

    private const string Deployment =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{ .Release.Name }}
          labels:
            app: {{ .Release.Name }}
        spec:
          replicas: {{ .Values.replicas }}
          selector:
            matchLabels:
              app: {{ .Release.Name }}
          template:
            metadata:
              labels:
                app: {{ .Release.Name }}
            spec:
              serviceAccountName: {{ .Release.Name }}
              containers:
                - name: metering
                  image: {{ .Values.image }}:{{ .Chart.AppVersion }}
                  ports:
                    - name: http
                      containerPort: 8080

        """;
}
