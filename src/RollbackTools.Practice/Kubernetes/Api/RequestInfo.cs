namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>What a request is about, read from its method and path as apiserver's RequestInfo does.</summary>
public sealed record RequestInfo
{
    public bool IsResource { get; init; }

    /// <summary>get, list, watch, create, update, patch, delete, deletecollection; the lower-case method for other paths.</summary>
    public required string Verb { get; init; }

    public required string Path { get; init; }

    public string Group { get; init; } = "";

    public string Version { get; init; } = "";

    public string? Namespace { get; init; }

    public string Resource { get; init; } = "";

    public string? Subresource { get; init; }

    public string? Name { get; init; }

    /// <summary>Path segments after the subresource: none of the served kinds has any.</summary>
    public bool HasExcess { get; init; }

    public static RequestInfo Parse(string method, string path, bool watch, string? nameFromFieldSelector)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (group, version, at) = parts switch
        {
            ["api", var v, _, ..] => ("", v, 2),
            ["apis", var g, var v, _, ..] => (g, v, 3),
            _ => ("", "", 0),
        };
        if (at == 0) return new RequestInfo { Verb = method.ToLowerInvariant(), Path = path };

        var rest = parts.AsSpan(at);
        string? ns = null;
        if (rest.Length > 1 && rest[0] == "namespaces")
        {
            ns = rest[1];
            // /namespaces/{ns}, …/status and …/finalize are about the namespace itself; anything else is about what is in it.
            if (rest.Length > 2 && rest[2] is not ("status" or "finalize")) rest = rest[2..];
        }

        var name = rest.Length > 1 ? rest[1] : null;
        var verb = Verbs(method, name is not null, watch);
        return new RequestInfo
        {
            IsResource = true,
            Verb = verb,
            Path = path,
            Group = group,
            Version = version,
            Namespace = ns,
            Resource = rest[0],
            Name = name ?? (verb is "list" or "watch" or "deletecollection" ? nameFromFieldSelector : null),
            Subresource = rest.Length > 2 ? rest[2] : null,
            HasExcess = rest.Length > 3,
        };
    }

    private static string Verbs(string method, bool named, bool watch) => method switch
    {
        "GET" or "HEAD" => named ? "get" : watch ? "watch" : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => named ? "delete" : "deletecollection",
        _ => method.ToLowerInvariant(),
    };
}
