namespace RollbackTools.Practice.Kubernetes.Api.Protobuf;

internal enum ProtobufKind
{
    String,
    Integer,
    Boolean,
    Message,
    Time,
    IntOrString,
    StringMap,
    BytesMap,
    QuantityMap,
}

/// <summary>One field on the wire. Go writes zeroes of plain fields too; those of pointers (<see cref="Optional"/>) mean something.</summary>
internal sealed record ProtobufField(string Name, ProtobufKind Kind, string Type, bool Repeated, bool Optional);

/// <summary>
/// The protobuf wire of the kinds kubectl creates without a manifest (<c>kubectl create …</c>, <c>auth can-i</c>, <c>drain</c>): it sends
/// those in protobuf, whatever the server prefers. Notation: <c>number=name:kind</c>; kinds as in the schema files, and
/// <c>t</c> time, <c>x</c> int-or-string, <c>{b}</c> map of bytes, <c>{q}</c> map of quantities; <c>?</c> optional.
/// </summary>
internal static class ProtobufTypes
{
    private const string Text = """
        ObjectMeta: 1=name 2=generateName 3=namespace 5=uid 6=resourceVersion 8=creationTimestamp:t 11=labels:{} 12=annotations:{}
         13=ownerReferences:[OwnerReference] 14=finalizers:[]
        OwnerReference: 1=kind 3=name 4=uid 5=apiVersion 6=controller:b? 7=blockOwnerDeletion:b?
        LabelSelector: 1=matchLabels:{} 2=matchExpressions:[LabelSelectorRequirement]
        LabelSelectorRequirement: 1=key 2=operator 3=values:[]
        ConfigMap: 1=metadata:ObjectMeta 2=data:{} 3=binaryData:{b} 4=immutable:b?
        Secret: 1=metadata:ObjectMeta 2=data:{b} 3=type 4=stringData:{} 5=immutable:b?
        Namespace: 1=metadata:ObjectMeta
        ServiceAccount: 1=metadata:ObjectMeta
        ResourceQuota: 1=metadata:ObjectMeta 2=spec:ResourceQuotaSpec
        ResourceQuotaSpec: 1=hard:{q} 2=scopes:[]
        Service: 1=metadata:ObjectMeta 2=spec:ServiceSpec
        ServiceSpec: 1=ports:[ServicePort] 2=selector:{} 3=clusterIP 4=type 5=externalIPs:[] 7=sessionAffinity 10=externalName 18=clusterIPs:[]
        ServicePort: 1=name 2=protocol 3=port:i 4=targetPort:x 5=nodePort:i
        Deployment: 1=metadata:ObjectMeta 2=spec:DeploymentSpec
        DeploymentSpec: 1=replicas:i? 2=selector:LabelSelector 3=template:PodTemplateSpec 4=strategy:DeploymentStrategy 5=minReadySeconds:i
         6=revisionHistoryLimit:i? 7=paused:b 9=progressDeadlineSeconds:i?
        DeploymentStrategy: 1=type 2=rollingUpdate:RollingUpdate
        RollingUpdate: 1=maxUnavailable:x 2=maxSurge:x
        PodTemplateSpec: 1=metadata:ObjectMeta 2=spec:PodSpec
        PodSpec: 2=containers:[Container] 3=restartPolicy 4=terminationGracePeriodSeconds:i? 6=dnsPolicy 7=nodeSelector:{} 8=serviceAccountName
         10=nodeName 11=hostNetwork:b 20=initContainers:[Container]
        Container: 1=name 2=image 3=command:[] 4=args:[] 5=workingDir 6=ports:[ContainerPort] 7=env:[EnvVar] 8=resources:ResourceRequirements
         14=imagePullPolicy 16=stdin:b 17=stdinOnce:b 18=tty:b
        ContainerPort: 1=name 2=hostPort:i 3=containerPort:i 4=protocol 5=hostIP
        EnvVar: 1=name 2=value
        ResourceRequirements: 1=limits:{q} 2=requests:{q}
        Job: 1=metadata:ObjectMeta 2=spec:JobSpec
        JobSpec: 1=parallelism:i? 2=completions:i? 3=activeDeadlineSeconds:i? 4=selector:LabelSelector 5=manualSelector:b?
         6=template:PodTemplateSpec 7=backoffLimit:i? 8=ttlSecondsAfterFinished:i? 9=completionMode 10=suspend:b?
        CronJob: 1=metadata:ObjectMeta 2=spec:CronJobSpec
        CronJobSpec: 1=schedule 2=startingDeadlineSeconds:i? 3=concurrencyPolicy 4=suspend:b? 5=jobTemplate:JobTemplateSpec
         6=successfulJobsHistoryLimit:i? 7=failedJobsHistoryLimit:i? 8=timeZone
        JobTemplateSpec: 1=metadata:ObjectMeta 2=spec:JobSpec
        SelfSubjectAccessReview: 1=metadata:ObjectMeta 2=spec:AccessReviewSpec
        AccessReviewSpec: 1=resourceAttributes:ResourceAttributes 2=nonResourceAttributes:NonResourceAttributes
        ResourceAttributes: 1=namespace 2=verb 3=group 4=version 5=resource 6=subresource 7=name
        NonResourceAttributes: 1=path 2=verb
        SelfSubjectRulesReview: 1=metadata:ObjectMeta 2=spec:RulesReviewSpec
        RulesReviewSpec: 1=namespace
        SelfSubjectReview: 1=metadata:ObjectMeta
        Role: 1=metadata:ObjectMeta 2=rules:[PolicyRule]
        ClusterRole: 1=metadata:ObjectMeta 2=rules:[PolicyRule]
        PolicyRule: 1=verbs:[] 2=apiGroups:[] 3=resources:[] 4=resourceNames:[] 5=nonResourceURLs:[]
        RoleBinding: 1=metadata:ObjectMeta 2=subjects:[Subject] 3=roleRef:RoleRef
        ClusterRoleBinding: 1=metadata:ObjectMeta 2=subjects:[Subject] 3=roleRef:RoleRef
        Subject: 1=kind 2=apiGroup 3=name 4=namespace
        RoleRef: 1=apiGroup 2=kind 3=name
        PodDisruptionBudget: 1=metadata:ObjectMeta 2=spec:PdbSpec
        PdbSpec: 1=minAvailable:x 2=selector:LabelSelector 3=maxUnavailable:x
        Eviction: 1=metadata:ObjectMeta 2=deleteOptions:DeleteOptions
        DeleteOptions: 1=gracePeriodSeconds:i? 2=preconditions:Preconditions 3=orphanDependents:b? 4=propagationPolicy 5=dryRun:[]
        Preconditions: 1=uid 2=resourceVersion
        """;

    private static readonly Dictionary<string, Dictionary<int, ProtobufField>> Types = Parse();

    public static Dictionary<int, ProtobufField>? Find(string kind) => Types.GetValueOrDefault(kind);

    private static Dictionary<string, Dictionary<int, ProtobufField>> Parse()
    {
        Dictionary<string, Dictionary<int, ProtobufField>> types = [];
        foreach (var line in Text.Replace("\n ", " ").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':');
            types[line[..colon].Trim()] = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(field => field.Split('=', 2)).ToDictionary(pair => int.Parse(pair[0]), pair => Field(pair[1]));
        }

        return types;
    }

    private static ProtobufField Field(string text)
    {
        var optional = text.EndsWith('?');
        var parts = text.TrimEnd('?').Split(':', 2);
        var kind = parts.Length > 1 ? parts[1] : "";
        var repeated = kind.StartsWith('[');
        if (repeated) kind = kind[1..^1];
        return new ProtobufField(parts[0], kind switch
        {
            "" => ProtobufKind.String,
            "i" => ProtobufKind.Integer,
            "b" => ProtobufKind.Boolean,
            "t" => ProtobufKind.Time,
            "x" => ProtobufKind.IntOrString,
            "{}" => ProtobufKind.StringMap,
            "{b}" => ProtobufKind.BytesMap,
            "{q}" => ProtobufKind.QuantityMap,
            _ => ProtobufKind.Message,
        }, kind, repeated, optional);
    }
}
