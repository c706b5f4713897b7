using System.Text.RegularExpressions;

namespace RollbackTools.Integrations.Git;

/// <summary>What Git and remotes print, made fit to be shown: no credentials, no terminal control, not endless.</summary>
internal static partial class GitText
{
    private const int ShortestSecret = 4;

    public static string Redact(string text, IEnumerable<string> secrets)
    {
        foreach (var secret in secrets.Where(secret => secret.Length >= ShortestSecret).OrderByDescending(secret => secret.Length))
            text = text.Replace(secret, "***", StringComparison.Ordinal);
        text = UserInfo().Replace(text, "${scheme}***@");
        text = Query().Replace(text, "${url}?***");
        return Kubernetes.Authentication.SecretText.Redact(text, []);
    }

    public static string Printable(string line) => new([.. EscapeSequence().Replace(line, "").Where(c => !char.IsControl(c) || c == '\t')]);

    // ssh's user before '@' is no secret, and without it an address is harder to recognise.
    [GeneratedRegex(@"(?<scheme>\bhttps?://)[^/\s@']+@", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"(?<url>\bhttps?://[^\s'""?]+)\?[^\s'""]+", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Query();

    [GeneratedRegex(@"\x1B\[[0-?]*[ -/]*[@-~]|\x1B\][^\x07]*\x07?", RegexOptions.None, 1000)]
    private static partial Regex EscapeSequence();
}
