using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Access;

/// <summary>Reads RBAC objects from the store into rules, so that an RBAC manifest can be applied and tried with kubectl.</summary>
internal sealed class RoleRules(ObjectStore store)
{
    public IEnumerable<AccessRule> For(KubernetesUser user)
    {
        var bindings = store.List(Resources.ClusterRoleBindings).Items.Concat(store.List(Resources.RoleBindings).Items);
        return bindings.SelectMany(Rules).Where(rule => rule.Binds(user));
    }

    private IEnumerable<AccessRule> Rules(StoredObject binding)
    {
        var role = binding.Read["roleRef"];
        if ((string?)role?["name"] is not { } name) yield break;
        var found = (string?)role["kind"] == "Role"
            ? store.Find(Resources.Roles, binding.Namespace, name)
            : store.Find(Resources.ClusterRoles, null, name);
        if (found?.Read["rules"] is not JsonArray rules) yield break;

        List<string> users = [];
        List<string> groups = [];
        foreach (var subject in binding.Read["subjects"] as JsonArray ?? [])
        {
            var subjectName = (string?)subject?["name"] ?? "";
            if ((string?)subject?["kind"] == "Group") groups.Add(subjectName);
            else if ((string?)subject?["kind"] == "User") users.Add(subjectName);
            else users.Add($"system:serviceaccount:{(string?)subject?["namespace"] ?? binding.Namespace}:{subjectName}");
        }

        foreach (var rule in rules)
            yield return new AccessRule
            {
                Users = users,
                Groups = groups,
                Verbs = Strings(rule, "verbs"),
                ApiGroups = Strings(rule, "apiGroups"),
                Resources = Strings(rule, "resources"),
                Names = Strings(rule, "resourceNames"),
                NonResourceUrls = Strings(rule, "nonResourceURLs"),
                Namespaces = binding.Namespace is { } ns ? [ns] : [],
            };
    }

    private static IReadOnlyList<string> Strings(JsonNode? rule, string field) =>
        [.. (rule?[field] as JsonArray ?? []).Select(value => (string?)value ?? "")];
}
