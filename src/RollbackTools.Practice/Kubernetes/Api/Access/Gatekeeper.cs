
namespace RollbackTools.Practice.Kubernetes.Api.Access;

/// <summary>Authentication, impersonation and authorization of one request, with the API's own refusals.</summary>
internal sealed class Gatekeeper(Authenticator authenticator, AccessPolicy policy)
{
    public KubernetesUser Admit(ApiRequest request)
    {
        var user = authenticator.Identify(request.Http) ?? throw Refusals.Unauthorized();
        user = Impersonate(request, user);
        var asked = AccessAttributes.From(request.Info);
        return policy.Allows(user, asked) ? user : throw Refuse(user, asked);
    }

    public static ApiException Refuse(KubernetesUser user, AccessAttributes asked)
    {
        if (!asked.IsResource)
            return new ApiException(new ApiStatus(403, "Forbidden", $"forbidden: User \"{user.Name}\" cannot {asked.Verb} path \"{asked.Path}\"")
            { Kind = "" });

        var qualified = asked.Group.Length == 0 ? asked.Resource : $"{asked.Resource}.{asked.Group}";
        var where = asked.Namespace is { } ns ? $"in the namespace \"{ns}\"" : "at the cluster scope";
        var subject = asked.Name is { } name ? $"{qualified} \"{name}\" is forbidden" : $"{qualified} is forbidden";
        return new ApiException(new ApiStatus(403, "Forbidden",
            $"{subject}: User \"{user.Name}\" cannot {asked.Verb} resource \"{asked.FullResource}\" in API group \"{asked.Group}\" {where}")
        {
            Name = asked.Name ?? "",
            Group = asked.Group,
            Kind = asked.Resource,
        });
    }

    private KubernetesUser Impersonate(ApiRequest request, KubernetesUser user)
    {
        var headers = request.Http.Request.Headers;
        var name = headers["Impersonate-User"].ToString();
        var groups = headers["Impersonate-Group"].OfType<string>().ToList();
        if (name.Length == 0)
            return groups.Count == 0 ? user : throw new ApiException(new ApiStatus(500, "InternalError",
                $"Internal error occurred: requested [{{Group  {groups[0]}    }}] without impersonating a user"));

        Check(user, ForUser(name));
        foreach (var group in groups) Check(user, new AccessAttributes("impersonate", "", "groups", null, null, group));
        return new KubernetesUser(name, groups).Known();
    }

    private static AccessAttributes ForUser(string name) => name.Split(':') is ["system", "serviceaccount", var ns, var account]
        ? new AccessAttributes("impersonate", "", "serviceaccounts", null, ns, account)
        : new AccessAttributes("impersonate", "", "users", null, null, name);

    private void Check(KubernetesUser user, AccessAttributes asked)
    {
        if (!policy.Allows(user, asked)) throw Refuse(user, asked);
    }
}
