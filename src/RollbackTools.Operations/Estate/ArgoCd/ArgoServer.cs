namespace RollbackTools.Operations.Estate.ArgoCd;

/// <summary>An Argo CD server as people write it.</summary>
public static class ArgoServer
{
    /// <summary>
    /// Reads <c>argo.example.com</c>, <c>argo.example.com:8443</c>, <c>https://example.com/argocd</c>. A token never travels without TLS, except to this
    /// machine (a port-forward). Throws <see cref="FormatException"/>; the text may hold a password, so it is not repeated.
    /// </summary>
    public static Uri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var full = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        if (!Uri.TryCreate(full.EndsWith('/') ? full : full + "/", UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https") || server.Host.Length == 0)
            throw new FormatException("write https://host[:port], or host[:port]");
        if (server.UserInfo.Length > 0) throw new FormatException("it holds a user name or password, which do not belong there");
        if (server.Query.Length + server.Fragment.Length > 0) throw new FormatException("it has a query or fragment");
        return server.Scheme == "https" || server.IsLoopback ? server : throw new FormatException("http would send the token in the clear; use https");
    }
}
