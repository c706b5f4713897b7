using RollbackTools.Integrations.Hosting;

namespace RollbackTools.Integrations.Git;

/// <summary>
/// The user's <c>url.BASE.insteadOf</c> rules that put a password into a URL. Git would hand that URL to its helpers as an argument, which
/// everybody on the machine can read; so the rule is carried out here, and the password goes the way of every other.
/// </summary>
internal static class UrlRewrites
{
    /// <summary>Where the rule leads, with its credentials apart; null when none with a password is about this URL.</summary>
    public static async Task<GitLocation?> FindAsync(GitProgram git, string url, CancellationToken cancellation)
    {
        var answer = await git.RunAsync(new GitCall("config", "-z", "--get-regexp", @"^url\..*insteadof$") { Answers = [1] }, cancellation).ConfigureAwait(false);
        var rules = answer.Text.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('\n', 2)).Where(pair => pair.Length == 2)
            .Select(pair => (Key: pair[0]["url.".Length..], Prefix: pair[1])).ToList();
        if (Longest(rules, ".pushinsteadof", url) is { } push && HasPassword(push.Base))
        {
            throw Configuration.Error($"A url.*.pushInsteadOf of your git configuration puts a password into the URL that {url} is pushed to, where everybody on this machine could read it.",
                "Take the password out of it, and let a credential helper keep it.");
        }

        if (Longest(rules, ".insteadof", url) is not { } rule || !HasPassword(rule.Base)) return null;
        var found = GitLocation.Parse(rule.Base + url[rule.Prefix.Length..]);
        // Ours is as long as the whole URL; a rule of the user's that is no shorter would win.
        return rules.TrueForAll(other => other.Prefix != found.Url) ? found
            : throw Configuration.Error($"A url.*.insteadOf of your git configuration replaces exactly {found.Url}, and puts a password into it.", "Shorten it to the host, or let a credential helper keep the password.");
    }

    // As git chooses: the longest prefix, and of those the first.
    private static (string Base, string Prefix)? Longest(List<(string Key, string Prefix)> rules, string kind, string url)
    {
        (string Base, string Prefix)? longest = null;
        foreach (var (key, prefix) in rules)
        {
            if (key.EndsWith(kind, StringComparison.OrdinalIgnoreCase) && url.StartsWith(prefix, StringComparison.Ordinal) && !(prefix.Length <= longest?.Prefix.Length))
                longest = (key[..^kind.Length], prefix);
        }

        return longest;
    }

    private static bool HasPassword(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https")
        && (uri.UserInfo.Contains(':', StringComparison.Ordinal) || uri.UserInfo.Length >= 20);
}
