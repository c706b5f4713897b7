namespace RollbackTools.Practice.Estates.Tomoda;

/// <summary>
/// What lies in tomoda's devops repository under <c>k8s/apps/tomoda</c>, rendered for one environment and one release.
/// </summary>
internal static class TomodaManifests
{
    public static string Namespaces { get; } =
        """
        apiVersion: v1
        kind: Namespace
        metadata: { name: prod, labels: { environment: prod } }
        ---
        apiVersion: v1
        kind: Namespace
        metadata: { name: staging, labels: { environment: staging } }
        """;

    /// <summary>The database's Secret, which nobody keeps in Git.</summary>
    public static string Secret(string ns) =>
        $$"""
        apiVersion: v1
        kind: Secret
        metadata: { name: tomoda-database, namespace: {{ns}} }
        type: Opaque
        stringData:
          DATABASE_URL: postgres://tomoda:practice@tomoda-db-rw:5432/tomoda
        """;

    /// <summary>What is applied once: configuration, Services, the autoscaler.</summary>
    public static string Foundation(string ns) =>
        $$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: tomoda-config, namespace: {{ns}} }
        data:
          LOG_LEVEL: info
          SEARCH_URL: http://tomoda-search:9200
          PUBLIC_URL: https://api.{{(ns == "prod" ? "" : ns + ".")}}tomoda.life
        ---
        {{Secret(ns)}}
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: backend, namespace: {{ns}}, labels: { app: backend } }
        spec:
          type: ClusterIP
          selector: { app: backend }
          ports: [{ name: http, port: 80, targetPort: http, protocol: TCP }]
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: tomoda-api, namespace: {{ns}}, labels: { app: tomoda-api } }
        spec:
          type: ClusterIP
          selector: { app: tomoda-api }
          ports: [{ name: http, port: 80, targetPort: http, protocol: TCP }]
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: tomoda-search, namespace: {{ns}}, labels: { app: tomoda-search } }
        spec:
          clusterIP: None
          selector: { app: tomoda-search }
          ports: [{ name: http, port: 9200, targetPort: http, protocol: TCP }]
        ---
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: { name: tomoda-api, namespace: {{ns}} }
        spec:
          scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: tomoda-api }
          minReplicas: {{(ns == "prod" ? 5 : 1)}}
          maxReplicas: 12
          metrics:
            - type: Resource
              resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } }
        """;

    /// <summary>A Deployment. The API's manifest says three replicas; how many there are is the autoscaler's business.</summary>
    public static string Deployment(string ns, string name, string image, int replicas) =>
        $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: {{name}}, namespace: {{ns}}, labels: { app: {{name}}, team: core } }
        spec:
          replicas: {{replicas}}
          progressDeadlineSeconds: 600
          strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 25%, maxUnavailable: 25% } }
          selector: { matchLabels: { app: {{name}} } }
          template:
            metadata: { labels: { app: {{name}}, team: core } }
            spec:
              terminationGracePeriodSeconds: 30
              containers:
                - name: {{name}}
                  image: {{image}}
                  ports: [{ name: http, containerPort: 8080, protocol: TCP }]
                  envFrom: [{ configMapRef: { name: tomoda-config } }]
                  env:
                    - name: DATABASE_URL
                      valueFrom: { secretKeyRef: { name: tomoda-database, key: DATABASE_URL } }
                  resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }
                  readinessProbe: { httpGet: { path: /ready, port: http }, periodSeconds: 5 }
        """;

    public static string Search(string ns, string image, int replicas) =>
        $$"""
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: { name: tomoda-search, namespace: {{ns}}, labels: { app: tomoda-search, team: search } }
        spec:
          serviceName: tomoda-search
          replicas: {{replicas}}
          podManagementPolicy: OrderedReady
          updateStrategy: { type: RollingUpdate, rollingUpdate: { partition: 0 } }
          selector: { matchLabels: { app: tomoda-search } }
          template:
            metadata: { labels: { app: tomoda-search, team: search } }
            spec:
              containers:
                - name: search
                  image: {{image}}
                  ports: [{ name: http, containerPort: 9200, protocol: TCP }]
                  volumeMounts: [{ name: data, mountPath: /var/lib/search }]
                  readinessProbe: { httpGet: { path: /ready, port: http }, periodSeconds: 5 }
          volumeClaimTemplates:
            - metadata: { name: data }
              spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 10Gi } } }
        """;

    public static string LogAgent(string ns, string image) =>
        $$"""
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: { name: log-agent, namespace: {{ns}}, labels: { app: log-agent, team: platform } }
        spec:
          updateStrategy: { type: RollingUpdate, rollingUpdate: { maxUnavailable: 1 } }
          selector: { matchLabels: { app: log-agent } }
          template:
            metadata: { labels: { app: log-agent, team: platform } }
            spec:
              containers:
                - name: agent
                  image: {{image}}
                  resources: { requests: { cpu: 20m, memory: 64Mi } }
        """;
}
