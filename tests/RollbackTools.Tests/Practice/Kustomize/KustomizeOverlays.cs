namespace RollbackTools.Tests.Practice.Kustomize;

/// <summary>Overlays over one base, each with something else in it.</summary>
internal static class KustomizeOverlays
{
    public const string Base = """
        === base/kustomization.yaml
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources: [api.yaml, more.yaml]
        configMapGenerator:
          - name: settings
            literals: [LOG_LEVEL=info, "GREETING=hello, world", 'QUOTED="yes"', EMPTY=]
            files: [motd.txt, renamed.txt=motd.txt]
        secretGenerator:
          - name: database
            envs: [database.env]
            type: Opaque
        === base/motd.txt
        Line one
        <b>Line & "two"</b>	tab
        === base/database.env
        # who
        USER=shop
        PASSWORD=a=b c
        LONG=0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789
        FLAG
        === base/api.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: api, labels: { app: api }, annotations: { owner: core } }
        spec:
          replicas: 2
          selector: { matchLabels: { app: api } }
          template:
            metadata: { labels: { app: api } }
            spec:
              serviceAccountName: api
              initContainers: [{ name: migrate, image: "registry.example.com:5000/shop/api:1.0" }]
              containers:
                - name: api
                  image: registry.example.com:5000/shop/api:1.0
                  ports: [{ containerPort: 8080, name: http }]
                  envFrom: [{ configMapRef: { name: settings } }]
                  env:
                    - { name: MODE, value: web }
                    - { name: PASSWORD, valueFrom: { secretKeyRef: { name: database, key: PASSWORD } } }
                  volumeMounts: [{ name: settings, mountPath: /etc/settings }]
                - { name: proxy, image: "envoy@sha256:0123456789012345678901234567890123456789012345678901234567890123" }
              volumes:
                - { name: settings, configMap: { name: settings } }
                - { name: both, projected: { sources: [{ secret: { name: database } }, { configMap: { name: settings } }] } }
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata: { name: api }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: api }
        spec:
          selector: { app: api }
          ports: [{ name: http, port: 80, targetPort: http }]
        === base/more.yaml
        # Leading comment
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: { name: search }
        spec:
          serviceName: search
          selector: { matchLabels: { app: search } }
          template:
            metadata: { labels: { app: search } }
            spec: { containers: [{ name: search, image: search, args: [--fast, "--level=2"] }] }
          volumeClaimTemplates:
            - metadata: { name: data }
              spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: search }
        spec: { clusterIP: None, selector: { app: search }, ports: [{ port: 9200 }] }
        ---
        apiVersion: batch/v1
        kind: CronJob
        metadata: { name: nightly }
        spec:
          schedule: "0 3 * * *"
          jobTemplate:
            spec:
              template:
                spec: { restartPolicy: Never, containers: [{ name: job, image: "registry.example.com:5000/shop/api:1.0", envFrom: [{ secretRef: { name: database } }] }] }
        ---
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: { name: api }
        spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: api }, minReplicas: 1, maxReplicas: 3 }
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: front }
        spec:
          tls: [{ hosts: [example.com], secretName: database }]
          rules: [{ host: example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: api, port: { number: 80 } } } }] } }]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata: { name: reader }
        rules: [{ apiGroups: [""], resources: [configmaps], resourceNames: [settings], verbs: [get] }]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: { name: reader }
        roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
        subjects: [{ kind: ServiceAccount, name: api }, { kind: ServiceAccount, name: default }]
        ---
        apiVersion: v1
        kind: Namespace
        metadata: { name: shop }
        ---
        apiVersion: example.com/v1
        kind: Thing
        metadata: { name: thing }
        spec: { items: [{ name: a, value: 1 }, { name: b }], containers: [{ image: "search:old" }], half: 0.5 }
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: { name: api }
        spec: { minAvailable: 1, selector: { matchLabels: { app: api } } }

        """;

    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["only the base"] = "=== overlay/kustomization.yaml\nresources: [../base]\n",
        ["the old word for bases"] = "=== overlay/kustomization.yml\nbases: [../base]\nnamespace: prod\n",
        ["a namespace, a prefix and a suffix"] = """
            === overlay/Kustomization
            resources: [../base]
            namespace: prod
            namePrefix: blue-
            nameSuffix: -v2
            """,
        ["images by tag, name and digest"] = """
            === overlay/kustomization.yaml
            resources: [../base]
            images:
              - name: registry.example.com:5000/shop/api
                newTag: "1.10"
              - name: envoy
                newName: mirror.example.com/envoy
                digest: sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
              - name: search
                newName: mirror.example.com:443/search
                newTag: v3
                digest: sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
            """,
        ["an image name as a regular expression, and a digest turned into a tag"] = """
            === overlay/kustomization.yaml
            resources: [../base]
            images:
              - { name: registryXexample.com:5000/shop/api, newTag: never }
              - { name: "registry.example.com:5000/shop/a.i", newTag: v9 }
              - { name: envo, newTag: never }
              - { name: envoy, newTag: v1 }
            """,
        ["labels on everything and in selectors"] = """
            === overlay/kustomization.yaml
            resources: [../base]
            commonLabels: { team: core, app: shop }
            """,
        ["labels beside selectors"] = """
            === overlay/kustomization.yaml
            resources: [../base]
            labels:
              - pairs: { team: core }
              - pairs: { tier: front }
                includeTemplates: true
              - pairs: { shard: one }
                includeSelectors: true
            commonAnnotations: { contact: "core@example.com" }
            """,
        ["replicas"] = """
            === overlay/kustomization.yaml
            resources: [../base]
            namePrefix: p-
            replicas: [{ name: api, count: 5 }, { name: search, count: 0 }]
            """,
        ["a strategic merge patch in place"] = """
            === overlay/kustomization.yaml
            resources: [../base]
            namespace: prod
            patches:
              - patch: |
                  apiVersion: apps/v1
                  kind: Deployment
                  metadata: { name: api, annotations: { owner: null, more: "yes" } }
                  spec:
                    replicas: null
                    strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 50% } }
                    template:
                      spec:
                        nodeSelector: { disk: ssd }
                        volumes: [{ name: cache, emptyDir: {} }, { name: both, $patch: delete }]
                        containers:
                          - { name: sidecar, image: "logs:2" }
                          - { name: proxy, args: [-v] }
                          - name: api
                            env: [{ name: EXTRA, value: "1" }, { name: MODE, value: worker }]
                            ports: [{ containerPort: 9090 }, { containerPort: 8080, protocol: TCP }]
                            resources: { limits: { memory: 256Mi } }
            """,
        ["patches in files, by target"] = """
            === overlay/kustomization.yaml
            resources: [../base]
            patches:
              - path: all.yaml
                target: { kind: "Deployment|StatefulSet" }
              - path: one.yaml
              - target: { kind: Service, name: "a.*" }
                patch: |-
                  - { op: add, path: /metadata/annotations, value: { a: "1" } }
                  - { op: replace, path: /spec/ports/0/port, value: 8080 }
                  - { op: replace, path: /spec/sessionAffinity, value: ClientIP }
              - target: { labelSelector: "app=api" }
                patch: '[{"op": "add", "path": "/metadata/labels/found", "value": "yes"}]'
            === overlay/all.yaml
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: any }
            spec: { template: { spec: { terminationGracePeriodSeconds: 5 } } }
            === overlay/one.yaml
            apiVersion: v1
            kind: Service
            metadata: { name: search }
            spec: { ports: [{ port: 9300, name: peers }] }
            ---
            apiVersion: batch/v1
            kind: CronJob
            metadata: { name: nightly }
            $patch: delete
            """,
        ["the old words for patches"] = """
            === overlay/kustomization.yaml
            resources: [../base]
            namePrefix: p-
            patchesStrategicMerge:
              - merge.yaml
              - |-
                apiVersion: example.com/v1
                kind: Thing
                metadata: { name: thing }
                spec: { items: [{ name: c }], half: null }
            patchesJson6902:
              - target: { group: apps, version: v1, kind: StatefulSet, name: search }
                path: json.yaml
            === overlay/merge.yaml
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: { name: search }
            spec: { template: { spec: { containers: [{ name: search, args: [--slow] }] } } }
            === overlay/json.yaml
            - op: add
              path: /spec/template/spec/containers/0/args/-
              value: --verbose
            - op: remove
              path: /spec/volumeClaimTemplates
            - op: test
              path: /spec/serviceName
              value: search
            """,
        ["generators over the base's"] = """
            === overlay/kustomization.yaml
            resources: [../base]
            namePrefix: p-
            generatorOptions:
              labels: { generated: "yes" }
              annotations: { note: here }
            configMapGenerator:
              - name: settings
                behavior: merge
                literals: [LOG_LEVEL=debug, NEW=1]
              - name: extra
                literals: [A=1]
                options: { disableNameSuffixHash: true, immutable: true, labels: { also: this } }
            secretGenerator:
              - name: database
                behavior: replace
                literals: [PASSWORD='other']
                type: example.com/special
            """,
        ["letters that encoders mind"] = """
            === overlay/kustomization.yaml
            resources: [../base]
            configMapGenerator:
              - name: letters
                literals: ["A=é ☃ 😀 <&> \u2028", "B=tab\there \\ \"quoted\"", "C=  spaces  ", "D=a=b=c", "E='single'", "F=\"double", "G=#no comment"]
                files: [crlf.txt]
            secretGenerator:
              - name: letters
                literals: ["A=é ☃ 😀"]
                options: { labels: { kind: letters } }
            === overlay/crlf.txt
            one
            two
            """,
        ["no hashes at all"] = """
            === overlay/kustomization.yaml
            resources: [../base]
            generatorOptions: { disableNameSuffixHash: true }
            configMapGenerator:
              - name: settings
                behavior: merge
                envs: [overlay.env]
              - name: empty
            === overlay/overlay.env
            LOG_LEVEL=warn
            """,
        ["components"] = """
            === overlay/kustomization.yaml
            resources: [../base]
            namespace: prod
            components: [../parts/tls, ../parts/metrics]
            images: [{ name: metrics, newTag: v5 }]
            === parts/tls/kustomization.yaml
            apiVersion: kustomize.config.k8s.io/v1alpha1
            kind: Component
            configMapGenerator:
              - { name: settings, behavior: merge, literals: [TLS=on] }
            patches:
              - patch: |
                  apiVersion: v1
                  kind: Service
                  metadata: { name: api }
                  spec: { ports: [{ port: 443, name: https }] }
            === parts/metrics/kustomization.yaml
            apiVersion: kustomize.config.k8s.io/v1alpha1
            kind: Component
            resources: [pod.yaml]
            === parts/metrics/pod.yaml
            apiVersion: v1
            kind: Pod
            metadata: { name: metrics }
            spec: { containers: [{ name: metrics, image: metrics }] }
            """,
        ["layers of overlays"] = """
            === middle/kustomization.yaml
            resources: [../base]
            namePrefix: m-
            configMapGenerator: [{ name: settings, behavior: merge, literals: [LEVEL=middle] }]
            images: [{ name: search, newTag: middle }]
            === overlay/kustomization.yaml
            resources: [../middle, own.yaml]
            namePrefix: o-
            namespace: prod
            patches:
              - target: { name: m-api }
                patch: '[{"op": "add", "path": "/metadata/annotations", "value": {"layer": "two"}}]'
              - patch: |
                  apiVersion: apps/v1
                  kind: Deployment
                  metadata: { name: api }
                  spec: { replicas: 7 }
            === overlay/own.yaml
            apiVersion: v1
            kind: Pod
            metadata: { name: debug, namespace: other }
            spec: { serviceAccountName: api, containers: [{ name: debug, image: search, envFrom: [{ configMapRef: { name: settings } }] }] }
            """,
        ["one base twice"] = """
            === one/kustomization.yaml
            resources: [../small]
            namePrefix: one-
            === two/kustomization.yaml
            resources: [../small]
            namePrefix: two-
            === small/kustomization.yaml
            resources: [pod.yaml]
            configMapGenerator: [{ name: settings, literals: [A=1] }]
            === small/pod.yaml
            apiVersion: v1
            kind: Pod
            metadata: { name: app }
            spec: { containers: [{ name: app, image: app, envFrom: [{ configMapRef: { name: settings } }] }] }
            === overlay/kustomization.yaml
            resources: [../one, ../two]
            """,
        ["custom kinds that refer to generated names by configuration, in the base and over it"] = """
            === overlay/kustomization.yaml
            resources: [../base, ../rollouts]
            namespace: prod
            configMapGenerator: [{ name: settings, behavior: merge, literals: [LOG_LEVEL=debug] }]
            images: [{ name: shop/catalog, newTag: "7" }]
            === rollouts/kustomization.yaml
            resources: [rollout.yaml]
            configurations: [references.yaml]
            === rollouts/references.yaml
            nameReference:
            - kind: ConfigMap
              version: v1
              fieldSpecs:
              - { path: spec/template/spec/containers/envFrom/configMapRef/name, kind: Rollout }
              - { path: spec/template/spec/containers/env/valueFrom/configMapKeyRef/name, kind: Rollout, group: argoproj.io }
            - kind: Secret
              fieldSpecs: [{ path: spec/template/spec/volumes/secret/secretName, kind: Rollout }]
            === rollouts/rollout.yaml
            apiVersion: argoproj.io/v1alpha1
            kind: Rollout
            metadata: { name: catalog }
            spec:
              selector: { matchLabels: { app: catalog } }
              template:
                metadata: { labels: { app: catalog } }
                spec:
                  initContainers: [{ name: first, image: shop/catalog, envFrom: [{ configMapRef: { name: settings } }] }]
                  containers:
                  - name: catalog
                    image: shop/catalog
                    envFrom: [{ configMapRef: { name: settings } }]
                    env: [{ name: LEVEL, valueFrom: { configMapKeyRef: { name: settings, key: LOG_LEVEL } } }]
                  volumes: [{ name: database, secret: { secretName: database } }]
            """,
        ["numbers in other bases, anchors and merge keys"] = """
            === overlay/kustomization.yaml
            resources: [../base, odd.yaml]
            === overlay/odd.yaml
            apiVersion: v1
            kind: Pod
            metadata: { name: odd, annotations: &notes { a: "1", b: "2" }, labels: { <<: *notes, b: "3" } }
            spec:
              containers: [{ name: odd, image: odd, resources: &few { limits: { cpu: 0x10, memory: 1Gi } } }, { name: more, image: odd, resources: *few }]
              volumes: [{ name: s, secret: { secretName: database, defaultMode: 0440 } }, { name: c, configMap: { name: settings, defaultMode: 420 } }]
              nodeSelector: { version: "1.10", on: "yes" }
              priority: -010
            """,
        ["resources in the order they are named"] = """
            === overlay/kustomization.yaml
            resources: [zebra.yaml, ../base]
            sortOptions: { order: fifo }
            === overlay/zebra.yaml
            apiVersion: v1
            kind: List
            items:
              - { apiVersion: v1, kind: ConfigMap, metadata: { name: zebra }, data: { a: "1" } }
              - { apiVersion: v1, kind: ConfigMap, metadata: { name: ant, annotations: { config.kubernetes.io/local-config: "true" } } }
            """,
    };

    public static IReadOnlyDictionary<string, (string Overlay, string Words)> Mistakes { get; } = new Dictionary<string, (string, string)>
    {
        ["a field nobody knows"] = ("=== overlay/kustomization.yaml\nresources: [../base]\nimagez: []\n", "invalid Kustomization: json: unknown field \"imagez\""),
        ["a tag that is a number"] = (
            "=== overlay/kustomization.yaml\nresources: [../base]\nimages: [{ name: search, newTag: 1.10 }]\n",
            "json: cannot unmarshal number into Go struct field Image.images.newTag of type string"),
        ["a file that is not there"] = (
            "=== overlay/kustomization.yaml\nresources: [../base, gone.yaml]\n", "accumulating resources: accumulation err='accumulating resources from 'gone.yaml'"),
        ["two kustomization files"] = (
            "=== overlay/kustomization.yaml\nresources: [../base]\n=== overlay/Kustomization\nresources: [../base]\n", "Found multiple kustomization files under"),
        ["no kustomization file"] = ("=== overlay/a.yaml\na: b\n", "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory"),
        ["an empty one"] = ("=== overlay/kustomization.yaml\n# nothing\n", "kustomization.yaml is empty"),
        ["replicas of nobody"] = (
            "=== overlay/kustomization.yaml\nresources: [../base]\nreplicas: [{ name: nobody, count: 1 }]\n", "resource with name nobody does not match a config"),
        ["a patch of nobody"] = (
            "=== overlay/kustomization.yaml\nresources: [../base]\npatches: [{ patch: \"{ apiVersion: apps/v1, kind: Deployment, metadata: { name: nobody } }\" }]\n",
            "no matches for Id Deployment.v1.apps/nobody.[noNs]"),
        ["a base twice"] = ("=== overlay/kustomization.yaml\nresources: [../base, ../base]\n", "may not add resource with an already registered id"),
        ["a merge with nothing"] = (
            "=== overlay/kustomization.yaml\nresources: [../base]\nconfigMapGenerator: [{ name: none, behavior: merge, literals: [A=1] }]\n",
            "does not exist; cannot merge or replace"),
        ["a file outside"] = (
            "=== overlay/kustomization.yaml\nresources: [../base/api.yaml]\n", "is not in or below"),
        ["a JSON patch for nobody"] = (
            "=== overlay/kustomization.yaml\nresources: [../base]\npatches: [{ patch: '[{\"op\": \"remove\", \"path\": \"/spec\"}]' }]\n",
            "must specify a target for JSON patch"),
    };
}
