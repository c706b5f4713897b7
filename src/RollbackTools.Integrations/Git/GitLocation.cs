using System.Text.RegularExpressions;
using RollbackTools.Integrations.Hosting;

namespace RollbackTools.Integrations.Git;

/// <summary>
/// Where a repository is, with the credentials somebody wrote into its URL kept apart: Git hands URLs to its helpers as
/// arguments, which everybody on the machine can read.
/// </summary>
internal sealed partial record GitLocation(string Url)
{
    public string? User { get; private init; }

    public string? Password { get; private init; }

    public bool IsSsh { get; private init; }

    public bool IsLocal => Url.StartsWith("file:", StringComparison.Ordinal);

    /// <summary>What texts must never show. A user name as long as a token is one.</summary>
    public IEnumerable<string> Secrets => new[] { User is { Length: >= 20 } ? User : null, Password }
        .OfType<string>().SelectMany(secret => (string[])[secret, Uri.EscapeDataString(secret)]);

    /// <summary>Only transports that carry Git and nothing else; <c>ext::</c> would run a command, and others are helpers of unknown kind.</summary>
    public static GitLocation Parse(string text)
    {
        if (text.Length is 0 or > 2000 || text.Any(char.IsControl) || text[0] == '-')
            throw Configuration.Error("A repository's location is empty, too long, or not a URL or path.");
        if (text.Contains("::", StringComparison.Ordinal) && Helper().IsMatch(text))
            throw Configuration.Error($"The repository location '{text.Split("::")[0]}::…' names a transport helper, which could run anything.", "Use an https or ssh URL.");
        if (text.Contains("://", StringComparison.Ordinal))
        {
            return Uri.TryCreate(text, UriKind.Absolute, out var uri) ? FromUrl(uri, text) : throw Configuration.Error("A repository's location is not a URL.");
        }

        if (Scp().Match(text) is { Success: true } match) return FromScp(text, match.Groups["host"].Value);
        return new GitLocation(new Uri(Path.GetFullPath(text)).AbsoluteUri);
    }

    private static GitLocation FromUrl(Uri uri, string text)
    {
        if (uri.Host.StartsWith('-')) throw Configuration.Error("A repository URL's host must not start with '-'.");
        switch (uri.Scheme)
        {
            case "file":
                return new GitLocation(text);
            case "ssh" or "git+ssh" or "ssh+git":
                var name = uri.UserInfo.Split(':')[0];
                if (name.StartsWith('-')) throw Configuration.Error("A repository URL's user name must not start with '-'.");
                return new GitLocation(Without(uri, name)) { IsSsh = true };
            case "http" or "https":
                if (uri.Query.Length > 0)
                {
                    throw Configuration.Error($"The URL of the repository at {uri.Host} carries a query (…?…), which git would hand to its helpers where everybody on this machine can read it.",
                        "Leave it out: a token belongs into a credential helper, or into http.extraHeader.");
                }

                if (uri.UserInfo.Length == 0) return new GitLocation(text);
                var parts = uri.UserInfo.Split(':', 2);
                return new GitLocation(Without(uri, ""))
                {
                    User = Uri.UnescapeDataString(parts[0]),
                    Password = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : null,
                };
            default:
                throw Configuration.Error($"A repository is not reached over '{uri.Scheme}'.", "Use an https, ssh or file URL, or a path.");
        }
    }

    private static GitLocation FromScp(string text, string host) => host.StartsWith('-')
        ? throw Configuration.Error("A repository's host must not start with '-'.")
        : new GitLocation(text) { IsSsh = true };

    private static string Without(Uri uri, string user) => new UriBuilder(uri) { UserName = user, Password = "" }.Uri.AbsoluteUri;

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9+.-]*::")]
    private static partial Regex Helper();

    // host:path, but not C:\path: a drive is one letter.
    [GeneratedRegex(@"^([A-Za-z0-9_][A-Za-z0-9_.-]*@)?(?<host>\[?[A-Za-z0-9-][A-Za-z0-9.:-]+\]?):(?!/{2})[^-].*$")]
    private static partial Regex Scp();
}
