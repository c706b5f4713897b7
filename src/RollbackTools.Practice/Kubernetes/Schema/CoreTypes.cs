namespace RollbackTools.Practice.Kubernetes.Schema;

/// <summary>The core group. See <see cref="SchemaText"/>.</summary>
internal static class CoreTypes
{
    public const string Pods = """
        Pod: apiVersion kind metadata:ObjectMeta spec:PodSpec status:PodStatus
        PodTemplateSpec: metadata:ObjectMeta spec:PodSpec
        PodSpec: volumes:[Volume]^@name initContainers:[Container]@name containers:[Container]@name ephemeralContainers:[Container]@name
         restartPolicy terminationGracePeriodSeconds:i activeDeadlineSeconds:i dnsPolicy nodeSelector:{}! serviceAccountName serviceAccount
         automountServiceAccountToken:b nodeName hostNetwork:b hostPID:b hostIPC:b shareProcessNamespace:b securityContext:PodSecurityContext
         imagePullSecrets:[LocalObjectReference]@name hostname subdomain affinity:Affinity schedulerName tolerations:[Toleration]
         hostAliases:[HostAlias]@ip priorityClassName priority:i dnsConfig:PodDnsConfig readinessGates:[ReadinessGate] runtimeClassName
         enableServiceLinks:b preemptionPolicy overhead:{} topologySpreadConstraints:[TopologySpreadConstraint]@topologyKey,whenUnsatisfiable
         setHostnameAsFQDN:b os:PodOs hostUsers:b schedulingGates:[ReadinessGateName]@name resourceClaims:[PodResourceClaim]^@name
         resources:ResourceRequirements
        Container: name image command:[] args:[] workingDir ports:[ContainerPort]@containerPort,protocol envFrom:[EnvFromSource]
         env:[EnvVar]@name resources:ResourceRequirements resizePolicy:[ContainerResizePolicy] restartPolicy
         volumeMounts:[VolumeMount]@mountPath volumeDevices:[VolumeDevice]@devicePath livenessProbe:Probe readinessProbe:Probe
         startupProbe:Probe lifecycle:Lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy
         securityContext:SecurityContext stdin:b stdinOnce:b tty:b targetContainerName
        ContainerPort: name hostPort:i containerPort:i protocol hostIP
        EnvFromSource: prefix configMapRef:ConfigMapEnvSource secretRef:ConfigMapEnvSource
        ConfigMapEnvSource: name optional:b
        EnvVar: name value valueFrom:EnvVarSource
        EnvVarSource: fieldRef:ObjectFieldSelector! resourceFieldRef:ResourceFieldSelector! configMapKeyRef:KeySelector! secretKeyRef:KeySelector!
        ObjectFieldSelector: apiVersion fieldPath
        ResourceFieldSelector: containerName resource divisor:x
        KeySelector: name key optional:b
        ResourceRequirements: limits:{} requests:{} claims:[ResourceClaim]@name
        ResourceClaim: name request
        ContainerResizePolicy: resourceName restartPolicy
        VolumeMount: name readOnly:b recursiveReadOnly mountPath subPath mountPropagation subPathExpr
        VolumeDevice: name devicePath
        Probe: exec:ExecAction httpGet:HttpGetAction tcpSocket:TcpSocketAction grpc:GrpcAction initialDelaySeconds:i timeoutSeconds:i
         periodSeconds:i successThreshold:i failureThreshold:i terminationGracePeriodSeconds:i
        Lifecycle: postStart:LifecycleHandler preStop:LifecycleHandler stopSignal
        LifecycleHandler: exec:ExecAction httpGet:HttpGetAction tcpSocket:TcpSocketAction sleep:SleepAction
        ExecAction: command:[]
        HttpGetAction: path port:x host scheme httpHeaders:[HttpHeader]
        HttpHeader: name value
        TcpSocketAction: port:x host
        GrpcAction: port:i service
        SleepAction: seconds:i
        SecurityContext: capabilities:Capabilities privileged:b seLinuxOptions:x windowsOptions:x runAsUser:i runAsGroup:i runAsNonRoot:b
         readOnlyRootFilesystem:b allowPrivilegeEscalation:b procMount seccompProfile:x appArmorProfile:x
        Capabilities: add:[] drop:[]
        PodSecurityContext: seLinuxOptions:x windowsOptions:x runAsUser:i runAsGroup:i runAsNonRoot:b supplementalGroups:[]
         supplementalGroupsPolicy fsGroup:i sysctls:x fsGroupChangePolicy seccompProfile:x appArmorProfile:x seLinuxChangePolicy
        LocalObjectReference!: name
        Affinity: nodeAffinity:x podAffinity:x podAntiAffinity:x
        Toleration: key operator value effect tolerationSeconds:i
        HostAlias: ip hostnames:[]
        PodDnsConfig: nameservers:[] searches:[] options:x
        ReadinessGate: conditionType
        ReadinessGateName: name
        PodResourceClaim: name resourceClaimName resourceClaimTemplateName
        PodOs: name
        TopologySpreadConstraint: maxSkew:i topologyKey whenUnsatisfiable labelSelector:LabelSelector! minDomains:i nodeAffinityPolicy
         nodeTaintsPolicy matchLabelKeys:[]
        Volume: name hostPath:HostPathVolume emptyDir:EmptyDirVolume gcePersistentDisk:x awsElasticBlockStore:x gitRepo:x secret:SecretVolume
         nfs:x iscsi:x glusterfs:x persistentVolumeClaim:ClaimVolume rbd:x flexVolume:x cinder:x cephfs:x flocker:x downwardAPI:x fc:x
         azureFile:x configMap:ConfigMapVolume vsphereVolume:x quobyte:x azureDisk:x photonPersistentDisk:x projected:x portworxVolume:x
         scaleIO:x storageos:x csi:x ephemeral:x image:x
        HostPathVolume: path type
        EmptyDirVolume: medium sizeLimit:x
        SecretVolume: secretName items:[KeyToPath] defaultMode:i optional:b
        ConfigMapVolume: name items:[KeyToPath] defaultMode:i optional:b
        KeyToPath: key path mode:i
        ClaimVolume: claimName readOnly:b
        PodStatus: observedGeneration:i phase conditions:[PodCondition]@type message reason nominatedNodeName hostIP hostIPs:[IpAddress]! podIP
         podIPs:[IpAddress]@ip startTime initContainerStatuses:[ContainerStatus] containerStatuses:[ContainerStatus] qosClass
         ephemeralContainerStatuses:[ContainerStatus] resize resourceClaimStatuses:x
        PodCondition: type observedGeneration:i status lastProbeTime lastTransitionTime reason message
        IpAddress: ip
        ContainerStatus: name state:ContainerState lastState:ContainerState ready:b restartCount:i image imageID containerID started:b
         allocatedResources:{} resources:x volumeMounts:x user:x allocatedResourcesStatus:x stopSignal
        ContainerState: waiting:x running:x terminated:x
        """;

    public const string Others = """
        Service: apiVersion kind metadata:ObjectMeta spec:ServiceSpec status:ServiceStatus
        ServiceSpec: ports:[ServicePort]@port,protocol selector:{}! clusterIP clusterIPs:[] type externalIPs:[] sessionAffinity loadBalancerIP
         loadBalancerSourceRanges:[] externalName externalTrafficPolicy healthCheckNodePort:i publishNotReadyAddresses:b
         sessionAffinityConfig:x ipFamilies:[] ipFamilyPolicy allocateLoadBalancerNodePorts:b loadBalancerClass internalTrafficPolicy
         trafficDistribution
        ServicePort: name protocol appProtocol port:i targetPort:x nodePort:i
        ServiceStatus: loadBalancer:x conditions:[Condition]@type
        Endpoints: apiVersion kind metadata:ObjectMeta subsets:x
        Event: apiVersion kind metadata:ObjectMeta involvedObject:ObjectReference! reason message source:EventSource firstTimestamp
         lastTimestamp count:i type eventTime series:x action related:ObjectReference! reportingComponent reportingInstance
        EventSource: component host
        ObjectReference: kind namespace name uid apiVersion resourceVersion fieldPath
        ConfigMap: apiVersion kind metadata:ObjectMeta immutable:b data:{} binaryData:{}
        Secret: apiVersion kind metadata:ObjectMeta immutable:b data:{} stringData:{} type
        Namespace: apiVersion kind metadata:ObjectMeta spec:NamespaceSpec status:NamespaceStatus
        NamespaceSpec: finalizers:[]
        NamespaceStatus: phase conditions:[WorkloadCondition]@type
        Node: apiVersion kind metadata:ObjectMeta spec:NodeSpec status:NodeStatus
        NodeSpec: podCIDR podCIDRs:[]+ providerID unschedulable:b taints:[Taint] configSource:x externalID
        Taint: key value effect timeAdded
        NodeStatus: capacity:{} allocatable:{} phase conditions:[NodeCondition]@type addresses:[NodeAddress]@type daemonEndpoints:x nodeInfo:x
         images:x volumesInUse:[] volumesAttached:x config:x runtimeHandlers:x features:x
        NodeCondition: type status lastHeartbeatTime lastTransitionTime reason message
        NodeAddress: type address
        ServiceAccount: apiVersion kind metadata:ObjectMeta secrets:[ObjectReference]@name imagePullSecrets:[LocalObjectReference]
         automountServiceAccountToken:b
        ResourceQuota: apiVersion kind metadata:ObjectMeta spec:ResourceQuotaSpec status:ResourceQuotaStatus
        ResourceQuotaSpec: hard:{} scopes:[] scopeSelector:x
        ResourceQuotaStatus: hard:{} used:{}
        LimitRange: apiVersion kind metadata:ObjectMeta spec:x
        PersistentVolume: apiVersion kind metadata:ObjectMeta spec:x status:x
        PersistentVolumeClaim: apiVersion kind metadata:ObjectMeta spec:ClaimSpec status:ClaimStatus
        ClaimSpec: accessModes:[] selector:LabelSelector! resources:ResourceRequirements volumeName storageClassName volumeMode
         dataSource:x dataSourceRef:x volumeAttributesClassName
        ClaimStatus: phase accessModes:[] capacity:{} conditions:[PodCondition]@type allocatedResources:{} allocatedResourceStatuses:{}
         currentVolumeAttributesClassName modifyVolumeStatus:x
        """;
}
