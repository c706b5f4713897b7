namespace RollbackTools.Practice.Kubernetes.Api.Access;

/// <summary>Who is asking.</summary>
public sealed record KubernetesUser(string Name, IReadOnlyList<string> Groups)
{
    public const string Masters = "system:masters";
    public const string Authenticated = "system:authenticated";

    public bool In(string group) => Groups.Contains(group);

    /// <summary>The same user with the group every known caller is in.</summary>
    public KubernetesUser Known() => In(Authenticated) ? this : this with { Groups = [.. Groups, Authenticated] };
}

/// <summary>A bearer token and whom it stands for. After <see cref="Expires"/> it gets 401.</summary>
public sealed record BearerToken(string Token, KubernetesUser User, DateTimeOffset? Expires = null);
