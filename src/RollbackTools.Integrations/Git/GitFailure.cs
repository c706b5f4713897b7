using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Integrations.Git;

/// <summary>Reads git's own words for why it failed. LC_ALL=C keeps them the same everywhere.</summary>
internal static class GitFailure
{
    // The first that matches counts: a refused login is followed by a line that also fits a missing repository.
    private static readonly (string Text, EstateErrorKind Kind, string? Next)[] Known =
    [
        ("Author identity unknown", EstateErrorKind.Configuration, Identity),
        ("Committer identity unknown", EstateErrorKind.Configuration, Identity),
        ("auto-detection is disabled", EstateErrorKind.Configuration, Identity),
        ("empty ident name", EstateErrorKind.Configuration, Identity),
        ("gpg failed to sign", EstateErrorKind.Configuration, Signing),
        ("failed to write commit object", EstateErrorKind.Configuration, Signing),
        ("unable to sign the tag", EstateErrorKind.Configuration, Signing),
        ("user.signingkey", EstateErrorKind.Configuration, Signing),
        ("Couldn't load public key", EstateErrorKind.Configuration, Signing),
        ("Host key verification failed", EstateErrorKind.Untrusted, "Connect once by hand to accept the host's key: ssh -T git@<host>"),
        ("REMOTE HOST IDENTIFICATION HAS CHANGED", EstateErrorKind.Untrusted, null),
        ("SSL certificate problem", EstateErrorKind.Untrusted, null),
        ("server certificate verification failed", EstateErrorKind.Untrusted, null),
        ("dubious ownership", EstateErrorKind.Configuration, "git config --global --add safe.directory <path>"),
        ("Could not resolve host", EstateErrorKind.Unreachable, null),
        ("Could not resolve hostname", EstateErrorKind.Unreachable, null),
        ("Failed to connect", EstateErrorKind.Unreachable, null),
        ("Couldn't connect", EstateErrorKind.Unreachable, null),
        ("Connection refused", EstateErrorKind.Unreachable, null),
        ("Connection timed out", EstateErrorKind.Unreachable, null),
        ("Connection reset", EstateErrorKind.Unreachable, null),
        ("Connection closed", EstateErrorKind.Unreachable, null),
        ("Network is unreachable", EstateErrorKind.Unreachable, null),
        ("No route to host", EstateErrorKind.Unreachable, null),
        ("Operation timed out", EstateErrorKind.Unreachable, null),
        ("Empty reply from server", EstateErrorKind.Unreachable, null),
        ("RPC failed", EstateErrorKind.Unreachable, null),
        ("Authentication failed", EstateErrorKind.Unauthenticated, Credentials),
        ("could not read Username", EstateErrorKind.Unauthenticated, Credentials),
        ("could not read Password", EstateErrorKind.Unauthenticated, Credentials),
        ("returned error: 401", EstateErrorKind.Unauthenticated, Credentials),
        ("Permission denied (", EstateErrorKind.Unauthenticated, "Check the key: ssh-add -l"),
        ("returned error: 403", EstateErrorKind.Forbidden, null),
        ("Permission to ", EstateErrorKind.Forbidden, null),
        ("is read only", EstateErrorKind.Forbidden, null),
        ("read-only", EstateErrorKind.Forbidden, null),
        ("access denied", EstateErrorKind.Forbidden, null),
        ("insufficient permission", EstateErrorKind.Forbidden, null),
        ("Permission denied", EstateErrorKind.Forbidden, null),
        ("returned error: 404", EstateErrorKind.NotFound, null),
        ("Repository not found", EstateErrorKind.NotFound, null),
        ("repository '", EstateErrorKind.NotFound, null),
        ("does not appear to be a git repository", EstateErrorKind.NotFound, null),
        ("couldn't find remote ref", EstateErrorKind.NotFound, null),
        ("not our ref", EstateErrorKind.NotFound, null),
        ("returned error: 429", EstateErrorKind.Overloaded, null),
        ("returned error: 503", EstateErrorKind.Overloaded, null),
        ("unable to access", EstateErrorKind.Unreachable, null),
        ("hung up", EstateErrorKind.Unreachable, null),
        ("early EOF", EstateErrorKind.Unreachable, null),
        ("Could not read from remote repository", EstateErrorKind.Unreachable, null),
    ];

    private const string Identity = "git config --global user.name \"Your Name\"; git config --global user.email you@example.com";
    private const string Signing = "Check commit.gpgsign, gpg.format and user.signingkey: git config --get-regexp 'gpg|sign'";
    private const string Credentials = "Sign in once, so that your credential helper knows the host: git ls-remote <url>";

    public static EstateException Of(string what, IReadOnlyList<string> said)
    {
        var found = Known.FirstOrDefault(known => said.Any(line => line.Contains(known.Text, StringComparison.OrdinalIgnoreCase)));
        var kind = found.Text is null ? EstateErrorKind.Server : found.Kind;
        var why = Why(said, found.Text);
        IReadOnlyList<string> host = [.. RemoteLines(said).Where(line => !why.Contains(line, StringComparison.Ordinal))];
        return new EstateException(kind, $"{what} failed: {why}{HostWords.After(host)}")
        {
            Request = what,
            Recommendation = found.Next,
        };
    }

    /// <summary>What the host itself printed, which git marks with <c>remote:</c>.</summary>
    public static IReadOnlyList<string> RemoteLines(IReadOnlyList<string> said) =>
        [.. said.Where(line => line.StartsWith("remote:", StringComparison.Ordinal)).Select(line => line["remote:".Length..].Trim()).Where(line => line.Length > 0)];

    private static string Why(IReadOnlyList<string> said, string? known)
    {
        var line = said.FirstOrDefault(line => known is not null && line.Contains(known, StringComparison.OrdinalIgnoreCase))
            ?? said.FirstOrDefault(line => line.StartsWith("fatal: ", StringComparison.Ordinal))
            ?? said.LastOrDefault() ?? "it said nothing";
        foreach (var prefix in (string[])["fatal: ", "error: ", "remote: "])
        {
            if (line.StartsWith(prefix, StringComparison.Ordinal)) line = line[prefix.Length..];
        }

        return line.Trim();
    }
}
