using System.Text.RegularExpressions;

namespace RollbackTools.Integrations.Kubernetes.Authentication;

/// <summary>Takes what looks like a secret out of texts other programs wrote.</summary>
internal static partial class SecretText
{
    private const string Hidden = "***";

    // Shorter values are words such as a region or a profile, which an error needs to stay readable.
    private const int ShortestSecret = 8;

    public static string Redact(string text, IEnumerable<string> known)
    {
        foreach (var secret in known.Where(secret => secret.Length >= ShortestSecret).OrderByDescending(secret => secret.Length))
            text = text.Replace(secret, Hidden, StringComparison.Ordinal);
        text = Token().Replace(text, Hidden);
        return Assignment().Replace(text, match => match.Groups["name"].Value + Hidden);
    }

    /// <summary>The values of arguments whose option is called after a secret: <c>--client-secret x</c>, <c>--token=x</c>.</summary>
    public static IEnumerable<string> SecretArguments(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!SecretName().IsMatch(arguments[i])) continue;
            var equals = arguments[i].IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0) yield return arguments[i][(equals + 1)..];
            else if (i + 1 < arguments.Count) yield return arguments[i + 1];
        }
    }

    // JSON web tokens, EKS tokens, AWS key ids, private keys.
    [GeneratedRegex(
        @"eyJ[\w-]+\.[\w-]+(\.[\w-]*)?|k8s-aws-v1\.[\w-]+|AKIA[A-Z0-9]{16}"
        + @"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)", RegexOptions.Singleline, 1000)]
    private static partial Regex Token();

    [GeneratedRegex(@"(?<name>((token|secret|password|passwd|api[-_]?key)""?\s*[=:]|bearer\s)\s*""?)[^\s"",;]{8,}", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Assignment();

    [GeneratedRegex("^--?[a-z0-9-]*(token|secret|password|passwd|key)[a-z0-9-]*(=|$)", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex SecretName();
}
