using System.Security.Cryptography;
using RollbackTools.Practice.Kubernetes.Api.Access;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>The users every practice cluster has, and their tokens, made anew each time.</summary>
public sealed record PracticeTokens(BearerToken Admin, BearerToken ReadOnly, BearerToken Expired)
{
    private const string ViewerGroup = "practice:viewers";

    /// <summary>May look at everything but secrets, and change nothing.</summary>
    public static IReadOnlyList<AccessRule> Rules { get; } =
    [
        new()
        {
            Groups = [ViewerGroup],
            Verbs = ["get", "list", "watch"],
            ApiGroups = ["*"],
            Resources =
            [
                "deployments", "replicasets", "statefulsets", "daemonsets", "controllerrevisions", "pods", "pods/log", "services",
                "endpoints", "endpointslices", "events", "configmaps", "namespaces", "nodes", "jobs", "cronjobs", "leases",
                "horizontalpodautoscalers", "poddisruptionbudgets", "persistentvolumeclaims", "ingresses", "resourcequotas", "*/scale", "*/status",
                "applications", "applicationsets", "appprojects", "imageupdaters", "rollouts", "analysisruns",
            ],
        },
    ];

    public IReadOnlyList<BearerToken> All => [Admin, ReadOnly, Expired];

    public static PracticeTokens Create(TimeProvider time) => new(
        new BearerToken(Secret(), new KubernetesUser("practice-admin", [KubernetesUser.Masters])),
        new BearerToken(Secret(), new KubernetesUser("practice-viewer", [ViewerGroup])),
        new BearerToken(Secret(), new KubernetesUser("practice-former", [KubernetesUser.Masters]), time.GetUtcNow().AddHours(-1)));

    private static string Secret() => Convert.ToHexString(RandomNumberGenerator.GetBytes(24)).ToLowerInvariant();
}
