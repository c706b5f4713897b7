using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Commits;

/// <summary>Repositories as results, records and people name them.</summary>
public static class RepositoryName
{
    /// <summary>The last two parts, without <c>.git</c>: <c>team/devops</c>.</summary>
    public static string Short(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var parts = url.Replace('\\', '/').TrimEnd('/').Split('/', ':');
        var name = string.Join('/', parts.TakeLast(2).Where(part => part.Length > 0));
        return name.EndsWith(".git", StringComparison.Ordinal) ? name[..^4] : name;
    }

    /// <summary>Whether a location is a path on this machine, and no URL and no <c>host:path</c>.</summary>
    public static bool IsPath(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        var colon = location.IndexOf(':', StringComparison.Ordinal);
        return colon is < 0 or 1 || location[..colon].Contains('/', StringComparison.Ordinal) || location[..colon].Contains('\\', StringComparison.Ordinal);
    }

    /// <summary>
    /// Throws <see cref="RollbackException"/> SecretInUrl for a URL that carries a password, or a query that may be one: it would be kept in
    /// histories and in the run's record.
    /// </summary>
    public static string WithoutSecret(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        var scheme = location.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return location;
        var authority = location[(scheme + 3)..].Split('/', 2)[0];
        var at = authority.LastIndexOf('@');
        // A user name as long as a token is one.
        var secret = at >= 0 && (authority[..at].Contains(':', StringComparison.Ordinal) || at >= 20);
        if (!secret && !IsWithQuery(location)) return location;
        throw new RollbackException("SecretInUrl", "The repository's URL carries a password or token, or a query that may be one, which would stay in histories and records.")
        {
            Target = Shown(location),
            NextStep = "Leave it out: Git's credential helper, SSH key or GIT_ASKPASS is used as you configured it.",
        };
    }

    /// <summary>A URL as it may be shown: who wrote it may have put a password or a token into it.</summary>
    public static string Shown(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var query = IsWithQuery(url) ? url[..url.IndexOf('?', StringComparison.Ordinal)] + "?***" : url;
        var scheme = query.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return query;
        var authority = query[(scheme + 3)..].Split('/', 2)[0];
        var at = authority.LastIndexOf('@');
        return at < 0 || (!authority[..at].Contains(':', StringComparison.Ordinal) && at < 20) ? query : query[..(scheme + 3)] + "***@" + query[(scheme + 3 + at + 1)..];
    }

    private static bool IsWithQuery(string url) => url.StartsWith("http", StringComparison.OrdinalIgnoreCase) && url.Contains('?', StringComparison.Ordinal);
}
