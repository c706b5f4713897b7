using RollbackTools.Practice.Helm.Charts;

namespace RollbackTools.Practice.Estates.Zkprova;

/// <summary>zkprova's own chart: a backend with its migration hook, a frontend under an autoscaler, and what belongs to them.</summary>
public static class ZkprovaChart
{
    public const string Name = "zkprova";

    /// <summary>The chart as it was released with an application version; later ones may hold more.</summary>
    public static HelmChart Of(string version, string appVersion) => new(Name, version, appVersion)
    {
        Description = "Zero-knowledge proofs of age and residence, as a service",
        Values = Values,
        Templates =
        [
            new("templates/NOTES.txt", Notes),
            new("templates/backend.yaml", Backend),
            new("templates/config.yaml", Config),
            new("templates/frontend.yaml", Frontend),
            new("templates/hooks.yaml", Hooks),
            new("templates/ingress.yaml", Ingress),
        ],
        Others = [new("README.md", "# zkprova\n\nInstalled by the Deploy workflow, into `staging` and `production`.\n")],
    };

    private const string Values =
        """
        image:
          registry: ghcr.io/zkprova
          tag: ""
        backend:
          replicas: 2
        frontend:
          minReplicas: 2
          maxReplicas: 6
        host: zkprova.example
        logLevel: info
        features: []
        migrations:
          enabled: true

        """;

    private const string Notes =
        """
        {{ .Chart.Name }} {{ .Values.image.tag }} is at https://{{ .Values.host }}.
        Health: curl -s https://{{ .Values.host }}/health

        """;

    private const string Config =
        """
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: {{ .Release.Name }}-{{ .Chart.Name }}
          labels:
            app: {{ .Chart.Name }}
        ---
        apiVersion: v1
        kind: Secret
        metadata:
          name: {{ .Release.Name }}-{{ .Chart.Name }}-database
        type: Opaque
        stringData:
          DATABASE_URL: postgres://zkprova:practice@zkprova-db-rw.{{ .Release.Namespace }}:5432/zkprova
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: {{ .Release.Name }}-{{ .Chart.Name }}-config
        data:
          LOG_LEVEL: {{ .Values.logLevel | quote }}
          PUBLIC_URL: https://{{ .Values.host }}
          {{- range .Values.features }}
          FEATURE_{{ .name }}: {{ .state | quote }}
          {{- end }}

        """;

    private const string Backend =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{ .Release.Name }}-{{ .Chart.Name }}-backend
          labels:
            app: zkprova-backend
        spec:
          replicas: {{ .Values.backend.replicas }}
          selector:
            matchLabels:
              app: zkprova-backend
          template:
            metadata:
              labels:
                app: zkprova-backend
            spec:
              serviceAccountName: {{ .Release.Name }}-{{ .Chart.Name }}
              containers:
                - name: backend
                  image: {{ .Values.image.registry }}/backend:{{ .Values.image.tag }}
                  ports:
                    - name: http
                      containerPort: 8080
                  envFrom:
                    - configMapRef:
                        name: {{ .Release.Name }}-{{ .Chart.Name }}-config
                    - secretRef:
                        name: {{ .Release.Name }}-{{ .Chart.Name }}-database
                  readinessProbe:
                    httpGet:
                      path: /ready
                      port: http
                    periodSeconds: 5
                  resources:
                    requests:
                      cpu: 100m
                      memory: 256Mi
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: {{ .Release.Name }}-{{ .Chart.Name }}-backend
          labels:
            app: zkprova-backend
        spec:
          selector:
            app: zkprova-backend
          ports:
            - name: http
              port: 80
              targetPort: http
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata:
          name: {{ .Release.Name }}-{{ .Chart.Name }}-backend
        spec:
          minAvailable: 1
          selector:
            matchLabels:
              app: zkprova-backend

        """;

    private const string Frontend =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{ .Release.Name }}-{{ .Chart.Name }}-frontend
          labels:
            app: zkprova-frontend
        spec:
          selector:
            matchLabels:
              app: zkprova-frontend
          template:
            metadata:
              labels:
                app: zkprova-frontend
            spec:
              containers:
                - name: frontend
                  image: {{ .Values.image.registry }}/frontend:{{ .Values.image.tag }}
                  ports:
                    - name: http
                      containerPort: 3000
                  readinessProbe:
                    httpGet:
                      path: /
                      port: http
                    periodSeconds: 5
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: {{ .Release.Name }}-{{ .Chart.Name }}-frontend
          labels:
            app: zkprova-frontend
        spec:
          selector:
            app: zkprova-frontend
          ports:
            - name: http
              port: 80
              targetPort: http
        ---
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata:
          name: {{ .Release.Name }}-{{ .Chart.Name }}-frontend
        spec:
          scaleTargetRef:
            apiVersion: apps/v1
            kind: Deployment
            name: {{ .Release.Name }}-{{ .Chart.Name }}-frontend
          minReplicas: {{ .Values.frontend.minReplicas }}
          maxReplicas: {{ .Values.frontend.maxReplicas }}
          metrics:
            - type: Resource
              resource:
                name: cpu
                target:
                  type: Utilization
                  averageUtilization: 75

        """;

    private const string Ingress =
        """
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: {{ .Release.Name }}-{{ .Chart.Name }}
          annotations:
            cert-manager.io/cluster-issuer: letsencrypt
        spec:
          ingressClassName: nginx
          tls:
            - hosts:
                - {{ .Values.host }}
              secretName: {{ .Release.Name }}-{{ .Chart.Name }}-tls
          rules:
            - host: {{ .Values.host }}
              http:
                paths:
                  - path: /api
                    pathType: Prefix
                    backend:
                      service:
                        name: {{ .Release.Name }}-{{ .Chart.Name }}-backend
                        port:
                          name: http
                  - path: /
                    pathType: Prefix
                    backend:
                      service:
                        name: {{ .Release.Name }}-{{ .Chart.Name }}-frontend
                        port:
                          name: http

        """;

    // The migration goes both ways: before an upgrade up, before a rollback down to what the target knows.
    private const string Hooks =
        """
        {{- if .Values.migrations.enabled }}
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: {{ .Release.Name }}-{{ .Chart.Name }}-migrate
          annotations:
            helm.sh/hook: pre-install,pre-upgrade,pre-rollback
            helm.sh/hook-weight: "-5"
            helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
        spec:
          backoffLimit: 1
          template:
            spec:
              restartPolicy: Never
              containers:
                - name: migrate
                  image: {{ .Values.image.registry }}/migrations:{{ .Values.image.tag }}
                  args: ["goto", {{ .Values.image.tag | quote }}]
        ---
        {{- end }}
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: {{ .Release.Name }}-{{ .Chart.Name }}-smoke
          annotations:
            helm.sh/hook: post-upgrade,post-rollback
            helm.sh/hook-delete-policy: before-hook-creation
        spec:
          backoffLimit: 0
          template:
            spec:
              restartPolicy: Never
              containers:
                - name: smoke
                  image: {{ .Values.image.registry }}/smoke:{{ .Values.image.tag }}
                  args: ["http://{{ .Release.Name }}-{{ .Chart.Name }}-backend"]

        """;
}
