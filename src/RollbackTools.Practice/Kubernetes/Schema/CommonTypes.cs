namespace RollbackTools.Practice.Kubernetes.Schema;

/// <summary>meta/v1, and what apps, batch, autoscaling, policy and the smaller groups add to it. See <see cref="SchemaText"/>.</summary>
internal static class CommonTypes
{
    public const string Meta = """
        ObjectMeta: name generateName namespace selfLink uid resourceVersion generation:i creationTimestamp deletionTimestamp
         deletionGracePeriodSeconds:i labels:{} annotations:{} ownerReferences:[OwnerReference]@uid finalizers:[]+ managedFields:[ManagedFieldsEntry]!
        OwnerReference!: apiVersion kind name uid controller:b blockOwnerDeletion:b
        ManagedFieldsEntry: manager operation apiVersion time fieldsType fieldsV1:x subresource
        LabelSelector: matchLabels:{} matchExpressions:[LabelSelectorRequirement]
        LabelSelectorRequirement: key operator values:[]
        Condition: type status observedGeneration:i lastTransitionTime reason message
        """;

    public const string Apps = """
        Deployment: apiVersion kind metadata:ObjectMeta spec:DeploymentSpec status:DeploymentStatus
        DeploymentSpec: replicas:i selector:LabelSelector! template:PodTemplateSpec strategy:DeploymentStrategy^ minReadySeconds:i
         revisionHistoryLimit:i paused:b progressDeadlineSeconds:i
        DeploymentStrategy: type rollingUpdate:RollingUpdate
        RollingUpdate: maxUnavailable:x maxSurge:x partition:i
        DeploymentStatus: observedGeneration:i replicas:i updatedReplicas:i readyReplicas:i availableReplicas:i unavailableReplicas:i
         terminatingReplicas:i conditions:[WorkloadCondition]@type collisionCount:i
        WorkloadCondition: type status lastUpdateTime lastTransitionTime lastProbeTime reason message
        ReplicaSet: apiVersion kind metadata:ObjectMeta spec:ReplicaSetSpec status:ReplicaSetStatus
        ReplicaSetSpec: replicas:i minReadySeconds:i selector:LabelSelector! template:PodTemplateSpec
        ReplicaSetStatus: replicas:i fullyLabeledReplicas:i readyReplicas:i availableReplicas:i terminatingReplicas:i observedGeneration:i
         conditions:[WorkloadCondition]@type
        StatefulSet: apiVersion kind metadata:ObjectMeta spec:StatefulSetSpec status:StatefulSetStatus
        StatefulSetSpec: replicas:i selector:LabelSelector! template:PodTemplateSpec volumeClaimTemplates:[PersistentVolumeClaim] serviceName
         podManagementPolicy updateStrategy:StatefulSetUpdateStrategy revisionHistoryLimit:i minReadySeconds:i
         persistentVolumeClaimRetentionPolicy:StatefulSetRetention ordinals:StatefulSetOrdinals
        StatefulSetUpdateStrategy: type rollingUpdate:RollingUpdate
        StatefulSetRetention: whenDeleted whenScaled
        StatefulSetOrdinals: start:i
        StatefulSetStatus: observedGeneration:i replicas:i readyReplicas:i currentReplicas:i updatedReplicas:i availableReplicas:i
         currentRevision updateRevision collisionCount:i conditions:[WorkloadCondition]@type
        DaemonSet: apiVersion kind metadata:ObjectMeta spec:DaemonSetSpec status:DaemonSetStatus
        DaemonSetSpec: selector:LabelSelector! template:PodTemplateSpec updateStrategy:DaemonSetUpdateStrategy minReadySeconds:i
         revisionHistoryLimit:i
        DaemonSetUpdateStrategy: type rollingUpdate:RollingUpdate
        DaemonSetStatus: currentNumberScheduled:i numberMisscheduled:i desiredNumberScheduled:i numberReady:i observedGeneration:i
         updatedNumberScheduled:i numberAvailable:i numberUnavailable:i collisionCount:i conditions:[WorkloadCondition]@type
        ControllerRevision: apiVersion kind metadata:ObjectMeta data:x revision:i
        """;

    public const string Others = """
        Job: apiVersion kind metadata:ObjectMeta spec:JobSpec status:JobStatus
        JobSpec: parallelism:i completions:i activeDeadlineSeconds:i podFailurePolicy:x successPolicy:x backoffLimit:i backoffLimitPerIndex:i
         maxFailedIndexes:i selector:LabelSelector! manualSelector:b template:PodTemplateSpec ttlSecondsAfterFinished:i completionMode
         suspend:b podReplacementPolicy managedBy
        JobStatus: conditions:[WorkloadCondition]! startTime completionTime active:i succeeded:i failed:i terminating:i completedIndexes
         failedIndexes uncountedTerminatedPods:x ready:i
        CronJob: apiVersion kind metadata:ObjectMeta spec:CronJobSpec status:CronJobStatus
        CronJobSpec: schedule timeZone startingDeadlineSeconds:i concurrencyPolicy suspend:b jobTemplate:JobTemplateSpec
         successfulJobsHistoryLimit:i failedJobsHistoryLimit:i
        JobTemplateSpec: metadata:ObjectMeta spec:JobSpec
        CronJobStatus: active:[ObjectReference]! lastScheduleTime lastSuccessfulTime
        HorizontalPodAutoscaler: apiVersion kind metadata:ObjectMeta spec:HpaSpec status:HpaStatus
        HpaSpec: scaleTargetRef:CrossVersionObjectReference minReplicas:i maxReplicas:i metrics:[MetricSpec] behavior:x
        CrossVersionObjectReference: kind name apiVersion
        MetricSpec: type object:x pods:x resource:x containerResource:x external:x
        HpaStatus: observedGeneration:i lastScaleTime currentReplicas:i desiredReplicas:i currentMetrics:[MetricSpec] conditions:[Condition]@type
        PodDisruptionBudget: apiVersion kind metadata:ObjectMeta spec:PdbSpec status:PdbStatus
        PdbSpec: minAvailable:x selector:LabelSelector! maxUnavailable:x unhealthyPodEvictionPolicy
        PdbStatus: observedGeneration:i disruptedPods:{} disruptionsAllowed:i currentHealthy:i desiredHealthy:i expectedPods:i
         conditions:[Condition]@type
        Lease: apiVersion kind metadata:ObjectMeta spec:LeaseSpec
        LeaseSpec: holderIdentity leaseDurationSeconds:i acquireTime renewTime leaseTransitions:i strategy preferredHolder
        EndpointSlice: apiVersion kind metadata:ObjectMeta addressType endpoints:[SliceEndpoint] ports:[SlicePort]
        SliceEndpoint: addresses:[]+ conditions:x hostname targetRef:ObjectReference! deprecatedTopology:{} nodeName zone hints:x
        SlicePort: name protocol port:i appProtocol
        Ingress: apiVersion kind metadata:ObjectMeta spec:IngressSpec status:x
        IngressSpec: ingressClassName defaultBackend:IngressBackend tls:[IngressTls] rules:[IngressRule]
        IngressTls: hosts:[] secretName
        IngressRule: host http:IngressHttp
        IngressHttp: paths:[IngressPath]
        IngressPath: path pathType backend:IngressBackend
        IngressBackend: service:IngressService resource:x
        IngressService: name port:IngressServicePort
        IngressServicePort: name number:i
        NetworkPolicy: apiVersion kind metadata:ObjectMeta spec:NetworkPolicySpec
        NetworkPolicySpec: podSelector:LabelSelector! policyTypes:[] ingress:x egress:x
        Role: apiVersion kind metadata:ObjectMeta rules:[PolicyRule]
        ClusterRole: apiVersion kind metadata:ObjectMeta rules:[PolicyRule] aggregationRule:x
        PolicyRule: verbs:[] apiGroups:[] resources:[] resourceNames:[] nonResourceURLs:[]
        RoleBinding: apiVersion kind metadata:ObjectMeta subjects:[Subject] roleRef:RoleRef!
        ClusterRoleBinding: apiVersion kind metadata:ObjectMeta subjects:[Subject] roleRef:RoleRef!
        Subject: kind apiGroup name namespace
        RoleRef: apiGroup kind name
        CustomResourceDefinition: apiVersion kind metadata:ObjectMeta spec:CrdSpec status:CrdStatus
        CrdSpec: group names:x scope versions:[CrdVersion] conversion:x preserveUnknownFields:b
        CrdVersion: name served:b storage:b deprecated:b deprecationWarning schema:x subresources:x additionalPrinterColumns:x selectableFields:x
        CrdStatus: conditions:[Condition]@type acceptedNames:x storedVersions:[]
        ValidatingWebhookConfiguration: apiVersion kind metadata:ObjectMeta webhooks:[Webhook]@name
        MutatingWebhookConfiguration: apiVersion kind metadata:ObjectMeta webhooks:[Webhook]@name
        Webhook: name clientConfig:WebhookClient rules:[WebhookRule] failurePolicy matchPolicy namespaceSelector:LabelSelector!
         objectSelector:LabelSelector! sideEffects timeoutSeconds:i admissionReviewVersions:[] matchConditions:x reinvocationPolicy
        WebhookClient: url service:x caBundle
        WebhookRule: operations:[] apiGroups:[] apiVersions:[] resources:[] scope
        PriorityClass: apiVersion kind metadata:ObjectMeta value:i globalDefault:b description preemptionPolicy
        IngressClass: apiVersion kind metadata:ObjectMeta spec:x
        StorageClass: apiVersion kind metadata:ObjectMeta provisioner parameters:{} reclaimPolicy mountOptions:[] allowVolumeExpansion:b
         volumeBindingMode allowedTopologies:x
        """;
}
