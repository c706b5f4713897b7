namespace RollbackTools.Practice.Kubernetes.Api.Access;

/// <summary>
/// What some subjects may do, as an RBAC rule and its binding in one. <c>*</c> means any; an empty <see cref="Namespaces"/> means
/// the whole cluster; an empty <see cref="Names"/> means any name. A subresource is named <c>deployments/scale</c>.
/// </summary>
public sealed record AccessRule
{
    public IReadOnlyList<string> Users { get; init; } = [];

    public IReadOnlyList<string> Groups { get; init; } = [];

    public required IReadOnlyList<string> Verbs { get; init; }

    public IReadOnlyList<string> ApiGroups { get; init; } = [];

    public IReadOnlyList<string> Resources { get; init; } = [];

    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Paths outside the resources, such as <c>/version</c> or <c>/healthz/*</c>.</summary>
    public IReadOnlyList<string> NonResourceUrls { get; init; } = [];

    public bool Binds(KubernetesUser user) =>
        Users.Contains(user.Name) || Users.Contains("*") || Groups.Any(user.In);

    public bool Covers(AccessAttributes asked)
    {
        if (!Has(Verbs, asked.Verb)) return false;
        if (!asked.IsResource)
            return NonResourceUrls.Any(url => url == "*" || url == asked.Path || (url.EndsWith('*') && asked.Path.StartsWith(url[..^1])));

        return Has(ApiGroups, asked.Group)
            && (Has(Resources, asked.FullResource) || (asked.Subresource is { } sub && Resources.Contains($"*/{sub}")))
            && (Namespaces.Count == 0 || (asked.Namespace is { } ns && Namespaces.Contains(ns)))
            && (Names.Count == 0 || (asked.Name is { } name && Names.Contains(name)));
    }

    private static bool Has(IReadOnlyList<string> list, string wanted)
    {
        foreach (var one in list)
            if (one == "*" || one == wanted) return true;
        return false;
    }
}

/// <summary>One question to the authorizer.</summary>
public sealed record AccessAttributes(
    string Verb, string Group, string Resource, string? Subresource, string? Namespace, string? Name, string Path = "")
{
    public bool IsResource => Resource.Length > 0;

    public string FullResource => Subresource is null ? Resource : $"{Resource}/{Subresource}";

    public static AccessAttributes From(RequestInfo request) => new(
        request.Verb, request.Group, request.Resource, request.Subresource,
        request.Resource == "namespaces" && request.Name is not null ? request.Name : request.Namespace, request.Name, request.Path);
}
