namespace RollbackTools.Practice.Estates.Bookstore;

/// <summary>The base of the Bookstore Platform: two Deployments, and two canaries that are measured on their way.</summary>
internal static class BookstoreManifests
{
    /// <summary>The files of the base, by name.</summary>
    public static IEnumerable<(string Name, string Content)> Base()
    {
        foreach (var service in BookstoreImages.Services)
            yield return ($"{service}.yaml", BookstoreImages.Canaries.Contains(service) ? Rollout(service) : Deployment(service));
        yield return ("error-rate.yaml", ErrorRate);
        yield return ("rollout-references.yaml", References);
        yield return ("kustomization.yaml", "configurations:\n  - rollout-references.yaml\nresources:\n"
            + string.Concat(BookstoreImages.Services.Select(service => $"  - {service}.yaml\n")) + "  - error-rate.yaml\n");
    }

    // Kustomize knows of itself where Deployments refer to ConfigMaps; where Rollouts do it must be told.
    private const string References = """
        nameReference:
          - kind: ConfigMap
            version: v1
            fieldSpecs:
              - { path: spec/template/spec/containers/envFrom/configMapRef/name, kind: Rollout }
              - { path: spec/template/spec/containers/env/valueFrom/configMapKeyRef/name, kind: Rollout }

        """;

    // Errors are counted, not successes: where every request fails there is no series of successes to divide, and no data is no failure.
    private const string ErrorRate = """
        apiVersion: argoproj.io/v1alpha1
        kind: AnalysisTemplate
        metadata:
          name: error-rate
        spec:
          args:
            - name: service
            - name: hash
          metrics:
            - name: error-rate
              interval: 20s
              count: 4
              failureLimit: 1
              successCondition: len(result) == 0 || isNaN(result[0]) || result[0] <= 0.05
              provider:
                prometheus:
                  address: http://prometheus.monitoring.svc.cluster.local:9090
                  query: |
                    sum(rate(http_requests_total{service="{{args.service}}",rollouts_pod_template_hash="{{args.hash}}",status=~"5.."}[5m]))
                    /
                    sum(rate(http_requests_total{service="{{args.service}}",rollouts_pod_template_hash="{{args.hash}}"}[5m]))

        """;

    private static string Deployment(string service) =>
        $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{service}}
          labels: { app: {{service}} }
        spec:
          replicas: 2
        {{Pods(service)}}
        {{Service(service)}}
        """;

    private static string Rollout(string service) =>
        $$"""
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata:
          name: {{service}}
          labels: { app: {{service}} }
        spec:
          replicas: 4
        {{Strategy(service)}}
        {{Pods(service)}}
        {{Service(service)}}
        """;

    /// <summary>Catalog is measured at a step of its own; payments, where a mistake is dear, all the way, and waits longer.</summary>
    private static string Strategy(string service) => service == BookstoreImages.Catalog
        ? $$"""
          strategy:
            canary:
              maxSurge: 1
              maxUnavailable: 0
              steps:
                - setWeight: 25
                - pause: { duration: 1m }
                - analysis:
                    templates: [{ templateName: error-rate }]
        {{Arguments(service, "            ")}}
                - setWeight: 50
                - pause: { duration: 2m }
        """
        : $$"""
          strategy:
            canary:
              maxSurge: 1
              maxUnavailable: 0
              canaryMetadata:
                labels: { release: canary }
              stableMetadata:
                labels: { release: stable }
              analysis:
                startingStep: 1
                templates: [{ templateName: error-rate }]
        {{Arguments(service, "        ")}}
              steps:
                - setWeight: 25
                - pause: { duration: 8m }
                - setWeight: 50
                - pause: { duration: 1m }
        """;

    private static string Arguments(string service, string indent) =>
        $"{indent}args:\n{indent}  - {{ name: service, value: {service} }}\n{indent}  - {{ name: hash, valueFrom: {{ podTemplateHashValue: Latest }} }}";

    private static string Pods(string service) =>
        $$"""
          selector:
            matchLabels: { app: {{service}} }
          template:
            metadata:
              labels: { app: {{service}} }
            spec:
              containers:
                - name: {{service}}
                  image: {{BookstoreImages.ImageOf(service)}}
                  ports: [{ name: http, containerPort: 8080 }]
                  envFrom:
                    - configMapRef: { name: bookstore-settings }
                  env:
                    - name: CHECKOUT
                      valueFrom: { configMapKeyRef: { name: bookstore-flags, key: checkout } }
                  readinessProbe: { httpGet: { path: /ready, port: http }, periodSeconds: 5 }
        """;

    private static string Service(string service) =>
        $$"""
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: {{service}}
          labels: { app: {{service}} }
        spec:
          selector: { app: {{service}} }
          ports: [{ name: http, port: 80, targetPort: http }]

        """;
}
