using System.Collections.Immutable;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Access;

/// <summary>
/// The authorizer: rules given in code, and the Role, ClusterRole and binding objects of the cluster itself. Rules may be
/// changed while the server runs.
/// </summary>
public sealed class AccessPolicy
{
    private readonly RoleRules? roles;
    private ImmutableArray<AccessRule> rules;

    /// <param name="rules">Rules from the start; what every authenticated user may do (discovery, reviews of himself) is added.</param>
    /// <param name="store">Where Role objects live, when they are to count.</param>
    public AccessPolicy(IEnumerable<AccessRule> rules, ObjectStore? store = null)
    {
        this.rules = [.. BasicRules, .. rules];
        roles = store is null ? null : new RoleRules(store);
    }

    /// <summary>system:discovery and system:basic-user.</summary>
    public static IReadOnlyList<AccessRule> BasicRules { get; } =
    [
        new()
        {
            Groups = [KubernetesUser.Authenticated],
            Verbs = ["get"],
            NonResourceUrls = ["/", "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"],
        },
        new()
        {
            Groups = [KubernetesUser.Authenticated],
            Verbs = ["create"],
            ApiGroups = ["authorization.k8s.io"],
            Resources = ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
        },
        new()
        {
            Groups = [KubernetesUser.Authenticated],
            Verbs = ["create"],
            ApiGroups = ["authentication.k8s.io"],
            Resources = ["selfsubjectreviews"],
        },
    ];

    public void Grant(AccessRule rule) => ImmutableInterlocked.Update(ref rules, all => all.Add(rule));

    /// <summary>Takes a rule back; it is found by value or, failing that, not at all.</summary>
    public bool Revoke(AccessRule rule)
    {
        var before = rules;
        return ImmutableInterlocked.Update(ref rules, all => all.Remove(rule)) && before.Contains(rule);
    }

    public bool Allows(KubernetesUser user, AccessAttributes asked)
    {
        if (user.In(KubernetesUser.Masters)) return true;
        foreach (var rule in rules)
            if (rule.Binds(user) && rule.Covers(asked)) return true;
        return roles is not null && roles.For(user).Any(rule => rule.Covers(asked));
    }

    /// <summary>What a user may do in one namespace, for SelfSubjectRulesReview.</summary>
    public IEnumerable<AccessRule> RulesFor(KubernetesUser user, string ns)
    {
        if (user.In(KubernetesUser.Masters))
        {
            yield return new AccessRule { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] };
            yield return new AccessRule { Verbs = ["*"], NonResourceUrls = ["*"] };
        }

        foreach (var rule in rules.Where(rule => rule.Binds(user)).Concat(roles?.For(user) ?? []))
            if (rule.Namespaces.Count == 0 || rule.Namespaces.Contains(ns)) yield return rule;
    }
}
