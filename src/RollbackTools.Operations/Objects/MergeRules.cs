using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Objects;

/// <summary>
/// The merge rules of the built-in kinds (Kubernetes 1.32 API types). Kinds that are not here, custom ones among them, have lists that are
/// replaced as a whole. Ports are told apart by their protocol too, as server-side apply does: by the number alone, DNS loses one
/// of its two (kubernetes#39188).
/// </summary>
public static class MergeRules
{
    private static readonly MergeRule Meta = Of(
        ("labels", Shared()), ("annotations", Shared()), ("finalizers", Set()), ("ownerReferences", Items("uid")));

    private static readonly MergeRule Container = Of(
        ("ports", Items([new ItemKey("containerPort"), new ItemKey("protocol", "TCP")])),
        ("env", Items("name")), ("volumeMounts", Items("mountPath")), ("volumeDevices", Items("devicePath")));

    private static readonly MergeRule PodSpec = Of(
        ("volumes", Items("name", new MergeRule { RetainKeys = true })),
        ("containers", Items("name", Container)), ("initContainers", Items("name", Container)), ("ephemeralContainers", Items("name", Container)),
        ("imagePullSecrets", Items("name")), ("hostAliases", Items("ip")), ("schedulingGates", Items("name")),
        ("resourceClaims", Items("name", new MergeRule { RetainKeys = true })),
        ("topologySpreadConstraints", Items([new ItemKey("topologyKey"), new ItemKey("whenUnsatisfiable")])));

    private static readonly MergeRule Template = Of(("metadata", Meta), ("spec", PodSpec));

    private static readonly MergeRule Workload = Spec(Of(("template", Template)));

    private static readonly MergeRule Job = Of(("template", Template));

    private static readonly MergeRule Webhooks = Of(("metadata", Meta), ("webhooks", Items("name", Of(("matchConditions", Items("name"))))));

    private static readonly MergeRule AdmissionPolicy = Spec(Of(("matchConditions", Items("name")), ("variables", Items("name"))));

    private static readonly Dictionary<(string Group, string Kind), MergeRule> Known = new()
    {
        [("", "Pod")] = Of(("metadata", Meta), ("spec", PodSpec)),
        [("", "PodTemplate")] = Of(("metadata", Meta), ("template", Template)),
        [("", "ReplicationController")] = Workload,
        [("", "Service")] = Spec(Of(("ports", Items([new ItemKey("port"), new ItemKey("protocol", "TCP")])))),
        [("", "ServiceAccount")] = Of(("metadata", Meta), ("secrets", Items("name"))),
        [("", "Node")] = Spec(Of(("podCIDRs", Set()))),
        [("apps", "Deployment")] = Spec(Of(("template", Template), ("strategy", new MergeRule { RetainKeys = true }))),
        [("apps", "ReplicaSet")] = Workload,
        [("apps", "StatefulSet")] = Workload,
        [("apps", "DaemonSet")] = Workload,
        [("batch", "Job")] = Spec(Job),
        [("batch", "CronJob")] = Spec(Of(("jobTemplate", Of(("metadata", Meta), ("spec", Job))))),
        [("policy", "PodDisruptionBudget")] = Spec(Of(("selector", new MergeRule { IsAtomic = true }))),
        [("storage.k8s.io", "CSINode")] = Spec(Of(("drivers", Items("name")))),
        [("admissionregistration.k8s.io", "MutatingWebhookConfiguration")] = Webhooks,
        [("admissionregistration.k8s.io", "ValidatingWebhookConfiguration")] = Webhooks,
        [("admissionregistration.k8s.io", "ValidatingAdmissionPolicy")] = AdmissionPolicy,
        [("admissionregistration.k8s.io", "MutatingAdmissionPolicy")] = AdmissionPolicy,
    };

    private static readonly MergeRule Otherwise = Of(("metadata", Meta));

    public static MergeRule Of(string group, string kind) => Known.GetValueOrDefault((group, kind)) ?? Otherwise;

    private static MergeRule Of(params ReadOnlySpan<(string Name, MergeRule Rule)> fields)
    {
        Dictionary<string, MergeRule> rules = [];
        foreach (var (name, rule) in fields) rules[name] = rule;
        return new MergeRule { Fields = rules };
    }

    private static MergeRule Spec(MergeRule spec) => Of(("metadata", Meta), ("spec", spec));

    private static MergeRule Items(string key, MergeRule? item = null) => Items([new ItemKey(key)], item);

    private static MergeRule Items(IReadOnlyList<ItemKey> keys, MergeRule? item = null) => (item ?? MergeRule.Plain) with { Keys = keys };

    private static MergeRule Set() => new() { IsSet = true };

    private static MergeRule Shared() => new() { IsShared = true };
}
